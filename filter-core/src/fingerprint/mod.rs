//! Who made this, and with what: the third stage of the line.
//!
//! Four parts: the *tool* (how the request was put together), the *claim* (what the user agent and client hints say),
//! the *identity* (whose session this is) and, where somebody logs in, the *account* ([`credentials`]).

mod claim;
pub mod credentials;
mod grease;
mod hints;
pub(crate) mod id;
pub(crate) mod identity;
mod ja4;
mod names;
pub(crate) mod tool;

pub use claim::{Claim, Engine, Family, Platform};
pub use hints::{Brand, ClientHints};
pub use id::Id;
pub use identity::IdentitySource;
pub use ja4::Ja4;
pub use names::{Category, Named, Names, NamesError};

use crate::request::{HeaderName, Request};
use hints::SentHints;

/// What the request says about its maker, and what it shows without saying.
#[derive(Debug)]
pub struct Fingerprint<'a> {
    /// What the user agent says.
    pub claim: Claim<'a>,
    /// The TLS ClientHello, where the host gives its JA4.
    pub ja4: Option<Ja4<'a>>,
    /// The automation that the user agent names, if the bundle's table knows it.
    pub named: Option<&'a Named>,
    sent_hints: SentHints<'a>,
    /// Read where evidence is to be gathered; else when somebody asks.
    hints: Option<ClientHints<'a>>,
}

impl<'a> Fingerprint<'a> {
    /// Reads claim and name off the request.
    #[inline(never)] // seldom where header sets are kept
    pub fn new(request: &Request<'a>, names: &'a Names) -> Self {
        let user_agent = request.header(HeaderName::UserAgent);
        let named = user_agent.present().and_then(|text| names.find(text));
        let mut fingerprint = Fingerprint::known(request, Claim::parse(user_agent), named);
        fingerprint.hints = Some(ClientHints::read(fingerprint.sent_hints));
        fingerprint
    }

    /// With claim and name read before, off a request with the same user agent.
    pub(crate) fn known(request: &Request<'a>, claim: Claim<'a>, named: Option<&'a Named>) -> Self {
        let sent_hints = SentHints::of(&request.headers);
        Fingerprint { claim, ja4: Ja4::of(request), named, sent_hints, hints: None }
    }

    /// What the client hints say.
    pub fn hints(&self) -> ClientHints<'a> {
        self.hints.unwrap_or_else(|| ClientHints::read(self.sent_hints))
    }
}
