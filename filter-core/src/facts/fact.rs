//! Known, absent or unknown.

/// One fact: seen, seen to be missing, or not visible on this host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fact<T> {
    /// This host cannot see it; nothing may be concluded.
    #[default]
    Unknown,
    /// The client did not send it.
    Absent,
    /// The client sent it.
    Present(T),
}

impl<T> Fact<T> {
    /// The value, if there is one.
    pub fn present(self) -> Option<T> {
        match self {
            Fact::Present(value) => Some(value),
            Fact::Unknown | Fact::Absent => None,
        }
    }

    /// `None` where the host cannot see it, else whether and what the client sent.
    pub fn known(self) -> Option<Option<T>> {
        match self {
            Fact::Unknown => None,
            Fact::Absent => Some(None),
            Fact::Present(value) => Some(Some(value)),
        }
    }

    /// Seen to be missing.
    pub fn is_absent(&self) -> bool {
        matches!(self, Fact::Absent)
    }

    /// Seen.
    pub fn is_present(&self) -> bool {
        matches!(self, Fact::Present(_))
    }

    /// The same knowledge about a derived value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Fact::Unknown => Fact::Unknown,
            Fact::Absent => Fact::Absent,
            Fact::Present(value) => Fact::Present(f(value)),
        }
    }
}
