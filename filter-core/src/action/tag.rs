//! Headers of our own.

/// Whether a header name (any case) is one of ours. Inbound ones are removed, always.
pub fn is_own_header(name: &[u8]) -> bool {
    name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"x-weir-"))
}
