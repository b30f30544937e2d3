//! The words that policies use for what the earlier stages found, one bit a word.

use alloc::vec::Vec;

use crate::facts::{Ja4By, Provenance, TlsVersion};
use crate::fingerprint::{Category, Engine, Family, Platform};
use crate::request::{HttpVersion, RequestKind};
use crate::score::Class;
use crate::signals::infrastructure::NetworkKind;
use crate::signals::{CrawlerProof, Pillar};

/// Something with a fixed set of names.
pub(crate) trait Word: Copy + 'static {
    /// Every one.
    const ALL: &'static [Self];

    /// The name in policies.
    fn word(self) -> &'static str;

    /// A bit of its own.
    fn bit(self) -> u32;

    /// Reads a name.
    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.word() == text)
    }

    /// All names, for messages.
    fn words() -> Vec<&'static str> {
        Self::ALL.iter().map(|one| one.word()).collect()
    }
}

/// The match makes the compiler say when a variant is missing here.
macro_rules! words {
    ($type:ident, $word:expr, [$($variant:ident),* $(,)?]) => {
        impl Word for $type {
            const ALL: &'static [Self] = &[$($type::$variant),*];

            fn word(self) -> &'static str {
                let name: fn(Self) -> &'static str = $word;
                name(self)
            }

            fn bit(self) -> u32 {
                match self { $($type::$variant)|* => 1u32.wrapping_shl(self as u32) }
            }
        }
    };
}

words!(Class, Class::as_str, [Human, GoodBot, Tool, Bot, Unknown]);
words!(RequestKind, RequestKind::as_str, [Navigation, FormPost, Fetch, Asset, Preflight, WebSocket, Unknown]);
words!(Provenance, Provenance::as_str, [Peer, Hop, Cdn, Unverified]);
words!(Pillar, Pillar::as_str, [Tools, Infrastructure, Credentials, Behaviour]);
words!(HttpVersion, HttpVersion::as_str, [V1_0, V1_1, V2, V3]);
words!(TlsVersion, TlsVersion::as_str, [V1_0, V1_1, V1_2, V1_3]);
words!(
    Ja4By,
    |by| match by {
        Ja4By::Spec => "spec",
        Ja4By::Envoy => "envoy",
    },
    [Spec, Envoy]
);
words!(
    Family,
    Family::as_str,
    [
        Chrome,
        Edge,
        Opera,
        Samsung,
        OtherChromium,
        AndroidWebView,
        HeadlessChrome,
        Firefox,
        Safari,
        ChromeIos,
        FirefoxIos,
        EdgeIos,
        IosWebView,
        OtherGecko,
        OtherWebKit,
        Legacy,
        App,
        Tool,
        Absent,
        Unknown,
    ]
);
words!(Engine, Engine::as_str, [Chromium, Gecko, WebKit, Legacy, None]);
words!(Platform, Platform::as_str, [Windows, MacOs, Linux, Android, Ios, ChromeOs, Other, Unknown]);
words!(
    Category,
    Category::as_str,
    [
        SearchEngine,
        AiTraining,
        AiAssistant,
        Seo,
        SocialPreview,
        Advertising,
        Monitor,
        FeedReader,
        Archiver,
        Webhook,
        OtherCrawler,
        HttpLibrary,
        CommandLine,
        PackageManager,
        TextBrowser,
        App,
        BrowserAutomation,
        LoadTest,
        AttackTool,
        Survey,
    ]
);
words!(NetworkKind, NetworkKind::as_str, [Hosting, Vpn, Tor, Proxy, Relay, Cdn, Crawler, Reputation, Custom]);

/// [`CrawlerProof`] without whose.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Proof {
    Verified,
    Impostor,
    Unverifiable,
}

words!(
    Proof,
    |proof| match proof {
        Proof::Verified => "verified",
        Proof::Impostor => "impostor",
        Proof::Unverifiable => "unverifiable",
    },
    [Verified, Impostor, Unverifiable]
);

impl Proof {
    pub(crate) fn of(proof: CrawlerProof<'_>) -> Option<Self> {
        match proof {
            CrawlerProof::NotClaimed => None,
            CrawlerProof::Verified(_) => Some(Proof::Verified),
            CrawlerProof::Impostor(_) => Some(Proof::Impostor),
            CrawlerProof::Unverifiable(_) => Some(Proof::Unverifiable),
        }
    }
}

/// A set of words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words(pub(crate) u32);

impl Words {
    pub(crate) fn has(self, word: impl Word) -> bool {
        self.0 & word.bit() != 0
    }

    /// Nothing was asked for.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Word + core::fmt::Debug>() {
        let bits = T::ALL.iter().fold(0u32, |bits, one| bits | one.bit());
        assert_eq!(usize::try_from(bits.count_ones()).unwrap(), T::ALL.len(), "every word has a bit of its own");
        for one in T::ALL {
            assert_eq!(T::parse(one.word()).map(Word::bit), Some(one.bit()), "{one:?}");
        }
    }

    #[test]
    fn words_are_whole_and_distinct() {
        check::<Class>();
        check::<RequestKind>();
        check::<Provenance>();
        check::<Pillar>();
        check::<HttpVersion>();
        check::<TlsVersion>();
        check::<Ja4By>();
        check::<Family>();
        check::<Engine>();
        check::<Platform>();
        check::<Category>();
        check::<NetworkKind>();
        check::<Proof>();
    }
}
