//! The words that policies use for what the earlier stages found, one bit a word.

use crate::facts::{Ja4By, Provenance, TlsVersion};
use crate::fingerprint::{Category, Engine, Family, Platform};
use crate::request::{HttpVersion, RequestKind};
use crate::score::Class;
use crate::signals::infrastructure::NetworkKind;
use crate::signals::{CrawlerProof, Pillar};

/// Something with a fixed set of names.
pub(crate) trait Word: Copy + 'static {
    /// Every one, in the order of the type.
    const ALL: &'static [Self];

    /// Their names in policies, in the same order. Data, so that one piece of code serves every type.
    const NAMES: &'static [&'static str];

    /// Reads a name.
    fn named(name: &str) -> Option<Self> {
        Self::ALL.get(Self::NAMES.iter().position(|known| *known == name)?).copied()
    }

    /// A bit of its own: the place in [`ALL`](Self::ALL).
    fn bit(self) -> u32;
}

/// The match makes the compiler say when a variant is missing here.
macro_rules! words {
    ($type:ident, $word:expr, [$($variant:ident),* $(,)?]) => {
        impl Word for $type {
            const ALL: &'static [Self] = &[$($type::$variant),*];
            const NAMES: &'static [&'static str] = &[$($word($type::$variant)),*];

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
words!(Ja4By, ja4_by, [Spec, Envoy]);
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
        OtherGecko,
        Safari,
        ChromeIos,
        FirefoxIos,
        EdgeIos,
        IosWebView,
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

words!(Proof, Proof::as_str, [Verified, Impostor, Unverifiable]);

const fn ja4_by(by: Ja4By) -> &'static str {
    match by {
        Ja4By::Spec => "spec",
        Ja4By::Envoy => "envoy",
    }
}

impl Proof {
    const fn as_str(self) -> &'static str {
        match self {
            Proof::Verified => "verified",
            Proof::Impostor => "impostor",
            Proof::Unverifiable => "unverifiable",
        }
    }

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
        assert_eq!(T::NAMES.len(), T::ALL.len());
        for (place, one) in T::ALL.iter().enumerate() {
            assert_eq!(one.bit(), 1 << place, "{one:?} is not where its type has it");
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
