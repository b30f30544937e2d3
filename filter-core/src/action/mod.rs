//! What leaves: the last stage of the line.
//!
//! The whole reply, every header and the event line are made here; adapters only send them.

mod alert;
mod event;
mod judged;
pub mod receipt;
mod reply;
#[cfg(test)]
mod tests;
mod tag;

pub use alert::Alert;
pub(crate) use judged::OTHERWISE;
pub use judged::{Judged, Reasons};
pub use receipt::Receipt;
pub use reply::Reply;
pub use tag::{ROUTE_HEADER, SIGNATURE_HEADER, TagError, TagHeaders, verify_tag};

/// Whether a header name, in any case, is one of ours (`x-weir-...`). Adapters remove all of these from every request
/// before it goes on, whatever the action.
#[inline]
pub fn is_own_header(name: &[u8]) -> bool {
    crate::bytes::is_own_header(name)
}
