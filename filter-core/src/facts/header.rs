//! Request headers as the host saw them.

/// One header line. Values are bytes: nothing guarantees UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// Name, in the case the host gives it.
    pub name: &'a [u8],
    /// Value without surrounding white space.
    pub value: &'a [u8],
}

/// How much of the client's header order and case survived the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeaderOrder {
    /// The host sorts headers: order says nothing.
    #[default]
    Lost,
    /// Order as sent, names in lower case.
    Kept,
    /// Order and case as sent.
    Original,
}

impl HeaderOrder {
    /// Whether the order is the client's own.
    pub fn is_known(self) -> bool {
        !matches!(self, HeaderOrder::Lost)
    }
}
