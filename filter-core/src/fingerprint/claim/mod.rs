//! What the user agent says it is.

mod browsers;
mod comments;
mod family;
mod products;
mod programs;
mod tokens;

pub use family::{Engine, Family, Platform};

use comments::Comments;
use products::{Mark, Marks};
use tokens::{Token, Tokens};

use crate::facts::Fact;
use crate::limits;

/// The program a user agent claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// Product family.
    pub family: Family,
    /// Major version of that product.
    pub major: Option<u32>,
    /// Rendering engine the claim implies: iOS browsers are all WebKit.
    pub engine: Engine,
    /// Major version of the engine: `Chrome/131` inside an Edge or Opera claim, `Version/17` or else the iOS major for WebKit,
    /// `Firefox/140` or else `rv:` for Gecko. None for engines of the past.
    pub engine_major: Option<u32>,
    /// Operating system claimed.
    pub platform: Platform,
    /// Says `Mobile`, which `sec-ch-ua-mobile` mirrors, or names a phone or an iPad. Chromium on Android tablets does not say so.
    pub mobile: bool,
    /// Drawn by a component inside a program (Android's and Apple's web views, Electron, Qt), even where that program is a browser.
    pub webview: bool,
    /// The user agent as sent, cut at the limit; empty where absent or unknown.
    pub user_agent: &'a [u8],
}

impl<'a> Claim<'a> {
    /// Reads a user agent. Never fails: what it cannot place is [`Family::Unknown`].
    ///
    /// ```
    /// use filter_core::facts::Fact;
    /// use filter_core::fingerprint::{Claim, Engine, Family};
    ///
    /// let claim = Claim::parse(Fact::Present(b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"));
    /// assert_eq!((claim.family, claim.major, claim.engine), (Family::Firefox, Some(140), Engine::Gecko));
    /// assert_eq!(Claim::parse(Fact::Present(b"curl/8.5.0")).family, Family::Tool);
    /// ```
    pub fn parse(user_agent: Fact<&'a [u8]>) -> Self {
        match user_agent {
            Fact::Unknown => Claim::nothing(Family::Unknown),
            Fact::Absent => Claim::nothing(Family::Absent),
            Fact::Present(text) => Claim::read(cut(text)),
        }
    }

    /// The same claim with the user agent it was read from, or another copy of it.
    pub(crate) fn of<'b>(&self, user_agent: Fact<&'b [u8]>) -> Claim<'b> {
        let Claim { family, major, engine, engine_major, platform, mobile, webview, user_agent: _ } = *self;
        let user_agent = user_agent.present().map_or(&b""[..], cut);
        Claim { family, major, engine, engine_major, platform, mobile, webview, user_agent }
    }

    /// Claims to be a browser that renders pages (web views included).
    pub fn is_browser(&self) -> bool {
        self.engine != Engine::None
    }

    fn read(text: &'a [u8]) -> Self {
        let mut marks = Marks::new();
        let mut comments = Comments::new();
        let mut tokens = Tokens::new(text);
        while let Some(token) = tokens.next() {
            match token {
                Token::Product(product) => {
                    // Four in five user agents have this comment, which says nothing: a third of the bytes less to look at.
                    if marks.read(product) == Some(Mark::WebKit) {
                        tokens.pass_over(b" (KHTML, like Gecko)");
                    }
                    comments.read_word(product.name);
                }
                Token::Comment => comments.begin(),
                Token::Item(item) => comments.read(item),
            }
        }
        let program =
            browsers::browser(&marks, &comments).unwrap_or_else(|| programs::program(text, &marks, &comments));
        Claim {
            family: program.family,
            major: program.major,
            engine: program.engine,
            engine_major: program.engine_major,
            platform: comments.platform,
            mobile: comments.mobile || marks.has(Mark::Mobile),
            webview: program.webview,
            user_agent: text,
        }
    }

    fn nothing(family: Family) -> Self {
        Claim {
            family,
            major: None,
            engine: Engine::None,
            engine_major: None,
            platform: Platform::Unknown,
            mobile: false,
            webview: false,
            user_agent: b"",
        }
    }
}

fn cut(user_agent: &[u8]) -> &[u8] {
    user_agent.get(..limits::USER_AGENT).unwrap_or(user_agent)
}
