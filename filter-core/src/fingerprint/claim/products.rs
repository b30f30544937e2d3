//! What product names mean.

use super::tokens::Product;

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

/// The table. Names are exact: real programs do not vary their case but for a few apps.
pub(super) fn mark(name: &[u8]) -> Option<Mark> {
    Some(match name {
        b"Mozilla" => Mark::Mozilla,
        b"AppleWebKit" => Mark::WebKit,
        b"Gecko" | b"Goanna" => Mark::Gecko,
        b"Safari" => Mark::Safari,
        b"Version" => Mark::Version,
        b"Mobile" => Mark::Mobile,
        b"Chrome" | b"Chromium" => Mark::Chrome,
        b"HeadlessChrome" => Mark::HeadlessChrome,
        b"Firefox" => Mark::Firefox,
        b"Edg" | b"EdgA" | b"EdgW" => Mark::Edge,
        b"Edge" => Mark::EdgeHtml,
        b"OPR" | b"OPT" | b"OPX" | b"OPiOS" => Mark::Opera,
        b"Opera" => Mark::Presto,
        b"SamsungBrowser" => Mark::Samsung,
        b"CriOS" => Mark::ChromeIos,
        b"FxiOS" => Mark::FirefoxIos,
        b"EdgiOS" => Mark::EdgeIos,
        b"YaBrowser" | b"Vivaldi" | b"Whale" | b"UCBrowser" | b"UBrowser" | b"MQQBrowser" | b"QQBrowser"
        | b"MiuiBrowser" | b"XiaoMi" | b"HuaweiBrowser" | b"HonorBrowser" | b"HeyTapBrowser" | b"VivoBrowser"
        | b"DuckDuckGo" | b"Ddg" | b"Brave" | b"Silk" | b"Focus" | b"Klar" | b"Coast" | b"AlohaBrowser" | b"Ecosia"
        | b"Puffin" | b"Quark" | b"Maxthon" | b"MxBrowser" | b"coc_coc_browser" | b"PaleMoon" => Mark::Brand,
        b"Electron" | b"QtWebEngine" | b"CEF" | b"NWjs" => Mark::Shell,
        b"FBAN" | b"FBAV" | b"FB_IAB" | b"Instagram" | b"Barcelona" | b"GSA" | b"Line" | b"MicroMessenger"
        | b"Snapchat" | b"Pinterest" | b"Twitter" | b"musical_ly" | b"trill" | b"BytedanceWebview" | b"TikTok"
        | b"KAKAOTALK" | b"NAVER" | b"LinkedInApp" | b"Weibo" | b"AlipayClient" | b"AliApp" | b"baiduboxapp"
        | b"QQ" => Mark::InApp,
        b"okhttp" | b"OkHttp" | b"Dalvik" | b"dalvik" | b"CFNetwork" | b"cfnetwork" | b"Alamofire" => Mark::Stack,
        b"Profile" | b"profile" | b"Configuration" | b"configuration" | b"UP.Browser" | b"UCWEB" | b"KHTML"
        | b"NCSA_Mosaic" | b"IBrowse" => Mark::Past,
        b"Ubuntu" | b"Fedora" | b"Debian" | b"Gentoo" | b"Mint" | b"KAIOS" | b"TV" | b"Tablet" | b"Build"
        | b"NetType" | b"Language" | b"Presto" | b"Touch" | b"FBIOS" => Mark::Neutral,
        _ => return None,
    })
}

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
    number
}

/// `Name/1...`: a letter first, and a version with a number.
fn names_a_brand(product: Product<'_>) -> bool {
    product.name.first().is_some_and(u8::is_ascii_alphabetic) && product.version.first().is_some_and(u8::is_ascii_digit)
}

fn bit(mark: Mark) -> u32 {
    1u32.wrapping_shl(mark as u32)
}
