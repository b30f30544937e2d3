//! The families of programs that claims fall into.

/// Product family of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Google Chrome, or a Chromium without a brand in its user agent.
    Chrome,
    /// Microsoft Edge on Chromium.
    Edge,
    /// Opera on Chromium (`OPR`), Opera GX and Opera Mobile.
    Opera,
    /// Samsung Internet.
    Samsung,
    /// Other brands on Chromium that name themselves (Yandex, Vivaldi, Whale, UC, QQ, DuckDuckGo, Electron apps ...).
    OtherChromium,
    /// Android web view (`; wv`, or `Version/4.0 Chrome/`).
    AndroidWebView,
    /// Chromium without a window that says so.
    HeadlessChrome,
    /// Mozilla Firefox and Tor Browser on Gecko.
    Firefox,
    /// Other programs on Gecko and its forks that name themselves (Pale Moon, SeaMonkey, Thunderbird ...).
    OtherGecko,
    /// Apple Safari on macOS and iOS; on Windows until 2012.
    Safari,
    /// Chrome on iOS (`CriOS`).
    ChromeIos,
    /// Firefox on iOS (`FxiOS`).
    FirefoxIos,
    /// Edge on iOS (`EdgiOS`).
    EdgeIos,
    /// Any other browser or app on iOS's WebKit.
    IosWebView,
    /// WebKit elsewhere: WebKitGTK, consoles and televisions, other browsers and apps on macOS.
    OtherWebKit,
    /// Internet Explorer and legacy Edge (EdgeHTML), Presto Opera, and other engines of the past.
    Legacy,
    /// A native app's HTTP stack: okhttp, CFNetwork, Dalvik.
    App,
    /// A program that names itself and is no browser.
    Tool,
    /// No user agent was sent.
    Absent,
    /// Nothing that could be placed, or not visible on this host.
    Unknown,
}

/// Rendering engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Blink, in Chromium.
    Chromium,
    /// Gecko, in Firefox.
    Gecko,
    /// WebKit, in Safari, every browser on iOS and WebKitGTK.
    WebKit,
    /// An engine no longer developed (Trident, EdgeHTML, Presto, old WebKit ports).
    Legacy,
    /// No browser.
    None,
}

/// Operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Microsoft Windows.
    Windows,
    /// Apple macOS.
    MacOs,
    /// Linux desktop.
    Linux,
    /// Android.
    Android,
    /// iOS and iPadOS.
    Ios,
    /// ChromeOS.
    ChromeOs,
    /// Another one (game consoles, televisions, KaiOS).
    Other,
    /// Not said.
    Unknown,
}

macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal),* $(,)? }) => {
        impl $type {
            /// The form used in policies, traces and events.
            pub const fn as_str(self) -> &'static str {
                match self { $($type::$variant => $name),* }
            }

            /// Reads [`as_str`](Self::as_str)'s form.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some($type::$variant),)* _ => None }
            }

            /// Every variant's name, for error messages.
            pub const NAMES: &'static [&'static str] = &[$($name),*];
        }
    };
}

names!(Family {
    Chrome = "chrome", Edge = "edge", Opera = "opera", Samsung = "samsung", OtherChromium = "other_chromium",
    AndroidWebView = "android_webview", HeadlessChrome = "headless_chrome", Firefox = "firefox", OtherGecko = "other_gecko", Safari = "safari",
    ChromeIos = "chrome_ios", FirefoxIos = "firefox_ios", EdgeIos = "edge_ios", IosWebView = "ios_webview", OtherWebKit = "other_webkit",
    Legacy = "legacy", App = "app", Tool = "tool", Absent = "absent", Unknown = "unknown",
});
names!(Engine { Chromium = "chromium", Gecko = "gecko", WebKit = "webkit", Legacy = "legacy", None = "none" });
names!(Platform {
    Windows = "windows", MacOs = "macos", Linux = "linux", Android = "android", Ios = "ios", ChromeOs = "chromeos",
    Other = "other", Unknown = "unknown",
});
