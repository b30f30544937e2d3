//! What other people's family names are called here.

use filter_core::fingerprint::Family;
use filter_core::fingerprint::Family::*;

/// Families that stand for a name of ua-parser's, several where it lumps platforms or engines; none for names not compared
/// (most are single crawlers and apps, and browsers of feature phones).
pub(crate) fn ua_parser(name: &str) -> Option<&'static [Family]> {
    Some(match name {
        "Chrome" | "Chromium" | "Chrome Mobile" => &[Chrome],
        "Chrome Mobile iOS" => &[ChromeIos],
        "Chrome Mobile WebView" => &[AndroidWebView],
        "HeadlessChrome" => &[HeadlessChrome],
        "Firefox" | "Firefox Mobile" => &[Firefox],
        "Firefox iOS" => &[FirefoxIos],
        "Mobile Safari" => &[Safari],
        // macOS Safari's own helpers send CFNetwork's user agent.
        "Safari" => &[Safari, App],
        "Mobile Safari UI/WKWebView" => &[IosWebView],
        "Edge" => &[Edge, Legacy],
        "Edge Mobile" => &[Edge, EdgeIos, Legacy],
        "Opera" | "Opera Mobile" | "Opera Tablet" | "Opera Mini" => &[Opera, Legacy, IosWebView],
        "Opera Touch" | "Opera GX" | "Opera Neon" => &[Opera, OtherChromium, IosWebView],
        "Opera Coast" => &[IosWebView],
        "Samsung Internet" => &[Samsung],
        "IE" | "IE Mobile" | "IE Large Screen" | "Android" | "BlackBerry WebKit" | "webOS Browser"
        | "Nokia Browser" | "QupZilla" | "PhantomJS" | "UP.Browser" => &[Legacy],
        "Yandex Browser" | "Vivaldi" | "Whale" | "Brave" | "UC Browser" | "QQ Browser" | "QQ Browser Mobile"
        | "MiuiBrowser" | "Huawei Browser" | "Honor Browser" | "HeyTap Browser" | "VivoBrowser"
        | "DuckDuckGo Mobile" | "Aloha Browser" | "Puffin" | "Amazon Silk" | "Maxthon" | "Quark" => {
            &[OtherChromium, IosWebView, Legacy]
        }
        "Coc Coc"
        | "Avast Secure Browser"
        | "Iron"
        | "Norton"
        | "AVG"
        | "CCleaner"
        | "Comodo Dragon"
        | "Qt Web Engine"
        | "Electron"
        | "Slack Desktop Client"
        | "Oculus Browser"
        | "Seznam prohlížeč" => &[OtherChromium, AndroidWebView, IosWebView, OtherWebKit],
        "DuckDuckGo" => &[OtherWebKit, OtherChromium],
        "Pale Moon" | "SeaMonkey" | "Thunderbird" | "Waterfox" | "Basilisk" | "IceCat" | "Iceweasel" | "Camino" => {
            &[OtherGecko]
        }
        "Facebook" | "Facebook Messenger" | "Instagram" | "Snapchat" | "Twitter" | "LINE" | "KakaoTalk" | "Weibo"
        | "TikTok" | "Google" | "WeChat Browser" | "Flipboard" => {
            &[IosWebView, AndroidWebView, App, OtherChromium, Legacy]
        }
        "okhttp" | "CFNetwork" => &[App],
        "curl"
        | "Wget"
        | "wget2"
        | "Python Requests"
        | "Python-urllib"
        | "Python aiohttp"
        | "axios"
        | "Java"
        | "Scrapy"
        | "Apache-HttpClient"
        | "libwww-perl"
        | "Go-http-client"
        | "ReactorNetty"
        | "aws-sdk-java"
        | "minio-go"
        | "ureq"
        | "unirest-java"
        | "urlgrabber"
        | "Nutch"
        | "heritrix"
        | "Screaming Frog SEO Spider"
        | "WordPress"
        | "bingbot"
        | "Baiduspider"
        | "CCBot"
        | "GPTBot"
        | "DotBot"
        | "LinkedInBot"
        | "TurnitinBot"
        | "Yahoo! Slurp"
        | "msnbot-media"
        | "Mail.RU_Bot"
        | "InternetArchive" => &[Tool],
        // `Pinterest/0.2 (+https://...)` is its crawler.
        "Pinterest" => &[IosWebView, AndroidWebView, App, Tool],
        "Googlebot" | "PingdomBot" | "Pinterestbot" => &[Tool, Chrome, OtherChromium, Legacy],
        // Chromium with somebody's token, mostly adware's and embedders'.
        "Telegram"
        | "OBS Studio"
        | "Viewer"
        | "Unique"
        | "Config"
        | "Agency"
        | "LikeWise"
        | "Herring"
        | "Open Wave"
        | "Trailer"
        | "AtContent"
        | "Vewd Browser"
        | "Smart Lenovo Browser"
        | "Ruxit Synthetic"
        | "BoxNotes"
        | "Adobe CEP"
        | "CitizenFX"
        | "Crosswalk"
        | "Otter"
        | "Epic"
        | "Sber Browser"
        | "Hola Browser"
        | "Avira" => &[OtherChromium, AndroidWebView, Legacy],
        "Sailfish Browser" | "Mypal Browser" | "Conkeror" | "MullvadBrowser" | "Postbox" | "Lightning" => &[OtherGecko],
        "Camoufox" => &[Firefox],
        "Ecosia Android" | "Steam Client" => &[Chrome, OtherChromium],
        "Luminary"
        | "ESPN"
        | "Collector for ArcGIS"
        | "Explorer for ArcGIS"
        | "Pandora"
        | "ViaFree"
        | "Chesscom-Android" => &[App, Tool, IosWebView],
        "Windows Live Mail" | "Outlook" => &[Tool, Legacy],
        _ => return None,
    })
}
