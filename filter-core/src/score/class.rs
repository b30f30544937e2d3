//! What a request is, in one word.

/// Class of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Claims a browser, and little or nothing speaks against it.
    Human,
    /// Automation that is known, with proof.
    GoodBot,
    /// Declares itself as automation; nothing hostile seen.
    Tool,
    /// Score at or above the bundle's `bot_threshold`: automation that hides, or abuse.
    Bot,
    /// None of the others.
    Unknown,
}

impl Class {
    /// The form used in policies and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Class::Human => "human",
            Class::GoodBot => "good_bot",
            Class::Tool => "tool",
            Class::Bot => "bot",
            Class::Unknown => "unknown",
        }
    }
}
