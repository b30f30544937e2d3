//! What the user agent says it is.

mod family;

pub use family::{Engine, Family, Platform};

use crate::facts::Fact;

/// The program a user agent claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// Product family.
    pub family: Family,
    /// Major version of that product.
    pub major: Option<u32>,
    /// Rendering engine the claim implies: iOS browsers are all WebKit.
    pub engine: Engine,
    /// Major version of the engine: `Chrome/131` inside an Edge or Opera claim, `Version/17` or the iOS major for WebKit, `rv:` for Gecko.
    pub engine_major: Option<u32>,
    /// Operating system claimed.
    pub platform: Platform,
    /// Claims a phone or tablet.
    pub mobile: bool,
    /// Embedded in an app rather than a browser of its own.
    pub webview: bool,
    /// The user agent as sent, cut at the limit; empty where absent or unknown.
    pub user_agent: &'a [u8],
}

impl<'a> Claim<'a> {
    /// Reads a user agent. Never fails: what it cannot place is [`Family::Unknown`].
    pub fn parse(user_agent: Fact<&'a [u8]>) -> Self {
        let nothing = Claim {
            family: Family::Unknown,
            major: None,
            engine: Engine::None,
            engine_major: None,
            platform: Platform::Unknown,
            mobile: false,
            webview: false,
            user_agent: b"",
        };
        match user_agent {
            Fact::Unknown => nothing,
            Fact::Absent => Claim { family: Family::Absent, ..nothing },
            Fact::Present(text) => Claim { user_agent: text, ..nothing },
        }
    }

    /// Claims to be a browser that renders pages (web views included).
    pub fn is_browser(&self) -> bool {
        self.engine != Engine::None
    }
}
