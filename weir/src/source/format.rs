//! Forms of lines, and how they are told apart.

/// Form of a source's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON Lines of [`crate::trace`]; cases too.
    Trace,
    /// Apache's and nginx's Combined log; what follows the user agent is not read.
    Combined,
    /// Envoy's access log as JSON, with the names that Envoy's and Istio's own defaults use.
    Envoy,
}

impl Format {
    /// All forms.
    pub const ALL: [Format; 3] = [Format::Trace, Format::Combined, Format::Envoy];

    /// The name that `--format` takes.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Trace => "trace",
            Format::Combined => "combined",
            Format::Envoy => "envoy",
        }
    }

    /// Tells the form by one line.
    pub(crate) fn detect(line: &[u8]) -> Option<Self> {
        let has = |part: &[u8]| line.windows(part.len()).any(|window| window == part);
        if line.starts_with(b"{") {
            if has(b"\"t\"") && (has(b"\"request\"") || has(b"\"response\"")) {
                return Some(Format::Trace);
            }
            let is_envoy = (has(b"\"method\"") || has(b"\"request_method\"")) && has(b"path\"");
            return is_envoy.then_some(Format::Envoy);
        }
        (has(b" [") && has(b"] \"")).then_some(Format::Combined)
    }
}
