//! What the comments say: operating system, `rv:`, web view mark, and browsers that name themselves only there.

use super::Platform;
use crate::bytes::{contains, find, leading_number};

/// What was read from all comments of a user agent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comments {
    /// Operating system, from the first comment that names one.
    pub(super) platform: Platform,
    /// Major version of iOS.
    pub(super) ios: Option<u32>,
    /// Gecko's `rv:`, also in Internet Explorer 11.
    pub(super) revision: Option<u32>,
    /// `wv`, the mark of Android's web view.
    pub(super) web_view: bool,
    /// `compatible`, which bots and Internet Explorer write.
    pub(super) compatible: bool,
    /// Says `Mobile` or `Tablet`, or is an iPhone, iPod, iPad or Windows Phone.
    pub(super) mobile: bool,
    /// Internet Explorer or Konqueror named, with its version.
    pub(super) legacy: Option<Option<u32>>,
    /// The program that calls itself compatible, with its version.
    pub(super) stranger: Option<Option<u32>>,
    /// `(KHTML, like Gecko, Safari/419.3)`: WebKit ports of the past named Safari only there.
    pub(super) like_safari: bool,
    /// An earlier comment named the platform.
    platform_settled: bool,
    /// This comment said `compatible`.
    compatible_here: bool,
}

impl Comments {
    pub(super) fn new() -> Self {
        Comments {
            platform: Platform::Unknown,
            ios: None,
            revision: None,
            web_view: false,
            compatible: false,
            mobile: false,
            legacy: None,
            stranger: None,
            like_safari: false,
            platform_settled: false,
            compatible_here: false,
        }
    }

    /// A comment begins.
    pub(super) fn begin(&mut self) {
        self.platform_settled = self.platform != Platform::Unknown;
        self.compatible_here = false;
    }

    /// Reads one item of the comment.
    #[inline(never)] // as in the tokeniser
    pub(super) fn read(&mut self, item: &[u8]) {
        let platform = platform(item);
        if !self.platform_settled && rank(platform) > rank(self.platform) {
            self.platform = platform;
        }
        let known = self.item(item) || platform != Platform::Unknown;
        if self.compatible_here && !known && self.stranger.is_none() && starts_with_letter(item) {
            self.stranger = Some(number_after(item, b"/ "));
        }
    }

    /// Reads a word outside comments: apps write `Outlook iOS/17.1` or `App 1.2 Android`.
    pub(super) fn read_word(&mut self, word: &[u8]) {
        if self.platform == Platform::Unknown && matches!(word, b"Android" | b"iOS" | b"iPhone" | b"iPad") {
            self.platform = platform(word);
        }
    }

    /// Reads one item; false where it is not known.
    fn item(&mut self, item: &[u8]) -> bool {
        let Some(first) = item.first() else { return true };
        match first {
            b'c' if item == b"compatible" => {
                self.compatible = true;
                self.compatible_here = true;
            }
            b'K' if item == b"KHTML, like Gecko" => {}
            b'K' if item.starts_with(b"KHTML, like Gecko, Safari/") => self.like_safari = true,
            b'r' => match item.strip_prefix(b"rv:") {
                Some(number) => self.revision = leading_number(number).map(|(n, _)| n),
                None => return false,
            },
            b'w' if item == b"wv" => self.web_view = true,
            b'M' if item.starts_with(b"MSIE ") => self.legacy = Some(number_after(item, b" ")),
            b'M' if item == b"Mobile" => self.mobile = true,
            b'T' if item == b"Tablet" => self.mobile = true,
            // Internet Explorer's engine; the browser's own number is in `rv:` or beside `MSIE`.
            b'T' if item.starts_with(b"Trident/") => {
                self.legacy.get_or_insert(None);
            }
            b'K' if item.starts_with(b"Konqueror") => self.legacy = Some(number_after(item, b"/ ")),
            b'O' if item.starts_with(b"Opera Mini") || item.starts_with(b"Opera Mobi") => self.mobile = true,
            b'W' if item.starts_with(b"Windows Phone") => self.mobile = true,
            b'C' if item.starts_with(b"CPU ") => self.apple(item),
            b'i' if item.starts_with(b"iP") => {
                self.mobile = true;
                self.apple(item);
            }
            b'i' if item.starts_with(b"iOS ") => self.ios = number_after(item, b" "),
            b'U' | b'I' => return item.len() == 1,
            _ => return false,
        }
        true
    }

    /// `CPU iPhone OS 17_5 like Mac OS X`, `CPU OS 17_5 like Mac OS X`; the first iPhone said only `CPU like Mac OS X`.
    fn apple(&mut self, item: &[u8]) {
        let version = find(item, b"OS ").and_then(|at| item.get(at.saturating_add(3)..));
        if let Some((number, _)) = version.and_then(leading_number) {
            self.ios = Some(number);
        }
    }
}

/// The operating system that one word or comment item names.
pub(super) fn platform(item: &[u8]) -> Platform {
    let Some(first) = item.first() else { return Platform::Unknown };
    let starts = |prefixes: &[&[u8]]| prefixes.iter().any(|prefix| item.starts_with(prefix));
    match first {
        b'W' if item.starts_with(b"Windows NT") || item == b"Win64" => Platform::Windows,
        b'W' if starts(&[b"Windows Phone", b"Windows Mobile", b"Web0S", b"WebOS"]) => Platform::Other,
        b'W' if starts(&[b"Windows", b"Win98", b"Win95", b"WinNT", b"Win 9", b"Win32"]) => Platform::Windows,
        b'M' if starts(&[b"Macintosh"]) => Platform::MacOs,
        b'M' if starts(&[b"MIDP"]) => Platform::Other,
        b'i' if starts(&[b"iPhone", b"iPad", b"iPod", b"iOS"]) => Platform::Ios,
        b'C' if starts(&[b"CrOS"]) => Platform::ChromeOs,
        b'C' if starts(&[b"CPU "]) && contains(item, b"like Mac OS X") => Platform::Ios,
        b'A' if starts(&[b"Android"]) => Platform::Android,
        b'A' if starts(&[b"AmigaOS"]) => Platform::Other,
        b'L' if starts(&[b"Linux/SmartTV"]) => Platform::Other,
        // Some apps write no space behind the semicolon, and a few no semicolon at all.
        b'L' if starts(&[b"Linux"]) && contains(item, b"Android") => Platform::Android,
        b'L' if starts(&[b"Linux"]) => Platform::Linux,
        b'X' if starts(&[b"X11"]) => Platform::Linux,
        b'U' if starts(&[b"Ubuntu"]) => Platform::Linux,
        b'F' if starts(&[b"Fedora"]) => Platform::Linux,
        b'F' if starts(&[b"FreeBSD", b"Fuchsia"]) => Platform::Other,
        b'K' if starts(&[b"KAIOS"]) => Platform::Other,
        b'N' if starts(&[b"Nintendo", b"New Nintendo", b"Nokia", b"NetBSD"]) => Platform::Other,
        b'O' if starts(&[b"OpenBSD", b"OS/2"]) => Platform::Other,
        b'P' if starts(&[b"PlayStation", b"PLAYSTATION", b"PlayBook", b"PSP"]) => Platform::Other,
        b'S' if starts(&[
            b"SMART-TV",
            b"SmartTV",
            b"SMART TV",
            b"Symbian",
            b"Series60",
            b"Series 60",
            b"SunOS",
            b"S60",
        ]) =>
        {
            Platform::Other
        }
        b'T' if starts(&[b"Tizen"]) => Platform::Other,
        b'B' if starts(&[b"BlackBerry", b"BB10", b"BeOS"]) => Platform::Other,
        b'D' if starts(&[b"DragonFly"]) => Platform::Other,
        b'J' if starts(&[b"J2ME"]) => Platform::Other,
        b'w' if starts(&[b"webOS"]) => Platform::Other,
        b'h' if starts(&[b"hpwOS"]) => Platform::Other,
        _ => Platform::Unknown,
    }
}

/// Which word wins within one comment, the first among equals: `Linux; Android 14; Nokia 2.1`, `X11; CrOS x86_64`,
/// `Windows Phone 10.0; Android 6.0`.
fn rank(platform: Platform) -> u8 {
    match platform {
        Platform::Unknown => 0,
        Platform::Linux => 1,
        Platform::Windows | Platform::MacOs => 2,
        Platform::Android | Platform::Ios | Platform::ChromeOs | Platform::Other => 3,
    }
}

/// The number behind the first of these separators that a number follows.
fn number_after(item: &[u8], separators: &[u8]) -> Option<u32> {
    let mut rest = item;
    loop {
        let at = rest.iter().position(|byte| separators.contains(byte))?;
        rest = rest.get(at.saturating_add(1)..)?;
        if let Some((number, _)) = leading_number(rest) {
            return Some(number);
        }
    }
}

fn starts_with_letter(item: &[u8]) -> bool {
    item.first().is_some_and(u8::is_ascii_alphabetic)
}
