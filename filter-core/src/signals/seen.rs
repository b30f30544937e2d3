//! What a signal may look at: everything the stages before it made.

use super::infrastructure::Origin;
use crate::fingerprint::Fingerprint;
use crate::request::Request;

/// The view every signal gets.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The request.
    pub request: &'a Request<'a>,
    /// Who made it, and with what.
    pub fingerprint: &'a Fingerprint<'a>,
    /// Which networks its address belongs to, and whether they prove its name.
    pub origin: &'a Origin<'a>,
}
