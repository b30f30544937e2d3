//! What product names mean.

use super::tokens::Product;
use crate::words::WordTable;

/// Meaning of a product name. Several names may share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Mozilla,
    WebKit,
    Gecko,
    Safari,
    Version,
    Chrome,
    HeadlessChrome,
    Firefox,
    Edge,
    EdgeHtml,
    Opera,
    Presto,
    Samsung,
    ChromeIos,
    FirefoxIos,
    EdgeIos,
    /// A browser of its own brand, also where it is built on the system's web view.
    Brand,
    /// A name with a version that is not in the table: on Chromium, WebKit or Gecko somebody's own brand.
    Other,
    /// A frame that draws an application's windows with Chromium.
    Shell,
    /// An app that shows pages inside itself.
    InApp,
    /// An app's HTTP stack.
    Stack,
    /// A phone without a modern engine, or another engine of the past.
    Past,
    Mobile,
    /// Decoration that real browsers carry.
    Neutral,
}

const MARKS: usize = 24;
const _: () = assert!(Mark::Neutral as usize + 1 == MARKS);

/// The marks seen, each with the first major version given for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    seen: u32,
    majors: [Option<u32>; MARKS],
}

impl Marks {
    pub(super) fn new() -> Self {
        Marks { seen: 0, majors: [None; MARKS] }
    }

    #[inline]
    pub(super) fn has(&self, mark: Mark) -> bool {
        self.seen & bit(mark) != 0
    }

    #[inline]
    pub(super) fn any<const N: usize>(&self, marks: [Mark; N]) -> bool {
        marks.into_iter().any(|mark| self.has(mark))
    }

    /// The version beside the mark; none too where the mark was not seen.
    pub(super) fn major(&self, mark: Mark) -> Option<u32> {
        self.majors.get(mark as usize).copied().flatten()
    }

    /// Notes a product, and says what it means.
    #[inline(never)] // as in the tokeniser
    pub(super) fn read(&mut self, product: Product<'_>) -> Option<Mark> {
        let mark = match mark(product.name) {
            Some(mark) => mark,
            None if names_a_brand(product) => Mark::Other,
            None => return None,
        };
        self.seen |= bit(mark);
        if let Some(slot @ None) = self.majors.get_mut(mark as usize) {
            *slot = major(product.version);
        }
        Some(mark)
    }
}

/// What is in the table. Names are exact: real programs do not vary their case but for a few apps.
pub(super) fn mark(name: &[u8]) -> Option<Mark> {
    MARKS_BY_NAME.get(name)
}

static MARKS_BY_NAME: WordTable<Mark, 256> = WordTable::new(&[
    (b"Mozilla", Mark::Mozilla),
    (b"AppleWebKit", Mark::WebKit),
    (b"Gecko", Mark::Gecko),
    (b"Goanna", Mark::Gecko),
    (b"Safari", Mark::Safari),
    (b"Version", Mark::Version),
    (b"Mobile", Mark::Mobile),
    (b"Chrome", Mark::Chrome),
    (b"Chromium", Mark::Chrome),
    (b"HeadlessChrome", Mark::HeadlessChrome),
    (b"Firefox", Mark::Firefox),
    (b"Edg", Mark::Edge),
    (b"EdgA", Mark::Edge),
    (b"EdgW", Mark::Edge),
    (b"Edge", Mark::EdgeHtml),
    (b"OPR", Mark::Opera),
    (b"OPT", Mark::Opera),
    (b"OPX", Mark::Opera),
    (b"OPiOS", Mark::Opera),
    (b"Opera", Mark::Presto),
    (b"SamsungBrowser", Mark::Samsung),
    (b"CriOS", Mark::ChromeIos),
    (b"FxiOS", Mark::FirefoxIos),
    (b"EdgiOS", Mark::EdgeIos),
    (b"YaBrowser", Mark::Brand),
    (b"Vivaldi", Mark::Brand),
    (b"Whale", Mark::Brand),
    (b"UCBrowser", Mark::Brand),
    (b"UBrowser", Mark::Brand),
    (b"MQQBrowser", Mark::Brand),
    (b"QQBrowser", Mark::Brand),
    (b"MiuiBrowser", Mark::Brand),
    (b"XiaoMi", Mark::Brand),
    (b"HuaweiBrowser", Mark::Brand),
    (b"HonorBrowser", Mark::Brand),
    (b"HeyTapBrowser", Mark::Brand),
    (b"VivoBrowser", Mark::Brand),
    (b"DuckDuckGo", Mark::Brand),
    (b"Ddg", Mark::Brand),
    (b"Brave", Mark::Brand),
    (b"Silk", Mark::Brand),
    (b"Focus", Mark::Brand),
    (b"Klar", Mark::Brand),
    (b"Coast", Mark::Brand),
    (b"AlohaBrowser", Mark::Brand),
    (b"Ecosia", Mark::Brand),
    (b"Puffin", Mark::Brand),
    (b"Quark", Mark::Brand),
    (b"Maxthon", Mark::Brand),
    (b"MxBrowser", Mark::Brand),
    (b"coc_coc_browser", Mark::Brand),
    (b"PaleMoon", Mark::Brand),
    (b"Electron", Mark::Shell),
    (b"QtWebEngine", Mark::Shell),
    (b"CEF", Mark::Shell),
    (b"NWjs", Mark::Shell),
    (b"FBAN", Mark::InApp),
    (b"FBAV", Mark::InApp),
    (b"FB_IAB", Mark::InApp),
    (b"Instagram", Mark::InApp),
    (b"Barcelona", Mark::InApp),
    (b"GSA", Mark::InApp),
    (b"Line", Mark::InApp),
    (b"MicroMessenger", Mark::InApp),
    (b"Snapchat", Mark::InApp),
    (b"Pinterest", Mark::InApp),
    (b"Twitter", Mark::InApp),
    (b"musical_ly", Mark::InApp),
    (b"trill", Mark::InApp),
    (b"BytedanceWebview", Mark::InApp),
    (b"TikTok", Mark::InApp),
    (b"KAKAOTALK", Mark::InApp),
    (b"NAVER", Mark::InApp),
    (b"LinkedInApp", Mark::InApp),
    (b"Weibo", Mark::InApp),
    (b"AlipayClient", Mark::InApp),
    (b"AliApp", Mark::InApp),
    (b"baiduboxapp", Mark::InApp),
    (b"QQ", Mark::InApp),
    (b"okhttp", Mark::Stack),
    (b"OkHttp", Mark::Stack),
    (b"Dalvik", Mark::Stack),
    (b"dalvik", Mark::Stack),
    (b"CFNetwork", Mark::Stack),
    (b"cfnetwork", Mark::Stack),
    (b"Alamofire", Mark::Stack),
    (b"Profile", Mark::Past),
    (b"profile", Mark::Past),
    (b"Configuration", Mark::Past),
    (b"configuration", Mark::Past),
    (b"UP.Browser", Mark::Past),
    (b"UCWEB", Mark::Past),
    (b"KHTML", Mark::Past),
    (b"NCSA_Mosaic", Mark::Past),
    (b"IBrowse", Mark::Past),
    (b"Ubuntu", Mark::Neutral),
    (b"Fedora", Mark::Neutral),
    (b"Debian", Mark::Neutral),
    (b"Gentoo", Mark::Neutral),
    (b"Mint", Mark::Neutral),
    (b"KAIOS", Mark::Neutral),
    (b"TV", Mark::Neutral),
    (b"Tablet", Mark::Neutral),
    (b"Build", Mark::Neutral),
    (b"NetType", Mark::Neutral),
    (b"Language", Mark::Neutral),
    (b"Presto", Mark::Neutral),
    (b"Touch", Mark::Neutral),
    (b"FBIOS", Mark::Neutral),
]);

/// The first number of a version; `MiuiBrowser/13.1` behind `XiaoMi/` counts as 13, `v2` as 2.
pub(super) fn major(version: &[u8]) -> Option<u32> {
    if let number @ Some(_) = number(version) {
        return number;
    }
    let last = version.rsplit(|byte| *byte == b'/').next()?;
    number(last.strip_prefix(b"v").unwrap_or(last))
}

/// The number at the start, in one pass: this runs for each product of each request.
fn number(text: &[u8]) -> Option<u32> {
    let mut number = None;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        number = Some(number.unwrap_or(0u32).saturating_mul(10).saturating_add(u32::from(digit)));
    }
    // Below the bound that a condition without one has.
    number.map(|number| number.min(u32::MAX.wrapping_sub(1)))
}

/// `Name/1...`: a letter first, and a version with a number.
fn names_a_brand(product: Product<'_>) -> bool {
    product.name.first().is_some_and(u8::is_ascii_alphabetic) && product.version.first().is_some_and(u8::is_ascii_digit)
}

fn bit(mark: Mark) -> u32 {
    1u32.wrapping_shl(mark as u32)
}
