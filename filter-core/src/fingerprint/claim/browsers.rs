//! Which browser the products and comments together claim.

use super::comments::Comments;
use super::products::{Mark, Marks};
use super::{Engine, Family, Platform};

/// The claim's part that is about the program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program {
    pub(super) family: Family,
    pub(super) major: Option<u32>,
    pub(super) engine: Engine,
    pub(super) engine_major: Option<u32>,
    pub(super) webview: bool,
}

/// Apple's WebKit has counted from 600 since Safari 8 (2014), WebKitGTK too; ports below it are no longer developed.
const LIVING_WEBKIT: u32 = 600;

/// Blink stands still at AppleWebKit/537.36 and names Chrome beside it.
const FROZEN_WEBKIT: u32 = 537;

/// The browser, if any is claimed. The order matters: browsers imitate each other, the imitated ones come last.
pub(super) fn browser(marks: &Marks, comments: &Comments) -> Option<Program> {
    if marks.has(Mark::Stack) {
        return None;
    }
    let claims = marks.has(Mark::Mozilla) || marks.has(Mark::WebKit);
    if marks.any([Mark::ChromeIos, Mark::FirefoxIos, Mark::EdgeIos]) && claims {
        return Some(on_ios(marks, comments));
    }
    if claims && (comments.legacy.is_some() || marks.has(Mark::EdgeHtml)) {
        return Some(legacy(marks, comments));
    }
    if claims && marks.any([Mark::Chrome, Mark::HeadlessChrome]) {
        return Some(chromium(marks, comments));
    }
    if marks.any([Mark::Presto, Mark::Past]) {
        return Some(legacy(marks, comments));
    }
    if claims && marks.any([Mark::Firefox, Mark::Gecko]) {
        return gecko(marks, comments);
    }
    if marks.has(Mark::WebKit) || (claims && marks.has(Mark::Safari)) {
        return webkit(marks, comments);
    }
    let alone = comments.platform != Platform::Unknown && !comments.compatible && !marks.has(Mark::Other);
    let netscape = marks.major(Mark::Mozilla).is_some_and(|major| major < 5);
    let console = comments.platform == Platform::Other && marks.has(Mark::Version);
    (alone && (netscape || console)).then(|| legacy(marks, comments))
}

fn chromium(marks: &Marks, comments: &Comments) -> Program {
    let android = comments.platform == Platform::Android;
    let in_app = marks.has(Mark::InApp);
    // `Version/4.0 Chrome/...` is how Android's web view names itself, with or without `wv`.
    let system_view = android && (comments.web_view || marks.has(Mark::Version));
    let chrome = if marks.has(Mark::Chrome) { Mark::Chrome } else { Mark::HeadlessChrome };
    let (family, mark) = if marks.has(Mark::HeadlessChrome) {
        (Family::HeadlessChrome, Mark::HeadlessChrome)
    } else if marks.has(Mark::Edge) {
        (Family::Edge, Mark::Edge)
    } else if marks.has(Mark::Opera) {
        (Family::Opera, Mark::Opera)
    } else if marks.has(Mark::Samsung) {
        (Family::Samsung, Mark::Samsung)
    } else if marks.has(Mark::Brand) && !in_app {
        (Family::OtherChromium, Mark::Brand)
    } else if system_view || (android && in_app) {
        (Family::AndroidWebView, chrome)
    } else if let Some(brand) = brand(marks) {
        (Family::OtherChromium, brand)
    } else {
        (Family::Chrome, chrome)
    };
    Program {
        family,
        major: marks.major(mark),
        engine: Engine::Chromium,
        engine_major: marks.major(chrome),
        webview: system_view || in_app || marks.has(Mark::Shell),
    }
}

fn gecko(marks: &Marks, comments: &Comments) -> Option<Program> {
    let firefox = marks.has(Mark::Firefox);
    let brand = brand(marks);
    let (family, major) = match brand {
        Some(_) if !firefox && (comments.compatible || comments.revision.is_none()) => return None,
        Some(brand) => (Family::OtherGecko, marks.major(brand)),
        None if firefox => (Family::Firefox, marks.major(Mark::Firefox)),
        // Until 2003 the suite itself was called Mozilla; a later one without a name is a piece of Firefox.
        None if comments.revision.is_some_and(|revision| revision < 2) => (Family::OtherGecko, comments.revision),
        None => return None,
    };
    // Firefox 110 to 119 said rv:109.0, so the product's number is the truer one.
    let engine_major = marks.major(Mark::Firefox).or(comments.revision);
    Some(Program { family, major, engine: Engine::Gecko, engine_major, webview: false })
}

/// WebKit without Chrome.
fn webkit(marks: &Marks, comments: &Comments) -> Option<Program> {
    let living = marks.major(Mark::WebKit).is_some_and(|major| major >= LIVING_WEBKIT);
    let safari = marks.has(Mark::Safari) || comments.like_safari;
    // Bots write `AppleWebKit/537.36 (KHTML, like Gecko; compatible; Name/1.0)` without a browser.
    if !safari && comments.compatible {
        return None;
    }
    let brand = brand(marks);
    match comments.platform {
        Platform::Ios => Some(on_ios(marks, comments)),
        // iPadOS shows apps a desktop's name, but apps keep the `Mobile/15E148`.
        Platform::MacOs if marks.has(Mark::Mobile) => Some(on_ios(marks, comments)),
        Platform::MacOs | Platform::Windows if safari && brand.is_none() => {
            Some(webkit_program(Family::Safari, Mark::Version, marks, false))
        }
        Platform::MacOs | Platform::Linux if !safari && living => {
            Some(webkit_program(Family::OtherWebKit, brand.unwrap_or(Mark::Version), marks, true))
        }
        Platform::Other => Some(port(marks, comments, living)),
        _ if safari => Some(port(marks, comments, living)),
        // 537 without Safari is a piece of a Chrome; numbers below it are windows of old programs.
        Platform::Unknown => None,
        _ => marks.major(Mark::WebKit).is_some_and(|major| major < FROZEN_WEBKIT).then(|| legacy(marks, comments)),
    }
}

/// A port of WebKit to a platform that is not Apple's, or another browser on Apple's.
fn port(marks: &Marks, comments: &Comments, living: bool) -> Program {
    if !living {
        return legacy(marks, comments);
    }
    webkit_program(Family::OtherWebKit, brand(marks).unwrap_or(Mark::Version), marks, marks.has(Mark::InApp))
}

fn webkit_program(family: Family, mark: Mark, marks: &Marks, webview: bool) -> Program {
    let engine_major = marks.major(Mark::Version);
    Program { family, major: marks.major(mark), engine: Engine::WebKit, engine_major, webview }
}

fn on_ios(marks: &Marks, comments: &Comments) -> Program {
    let safari = marks.has(Mark::Safari);
    let in_app = marks.has(Mark::InApp);
    let (family, mark) = if marks.has(Mark::ChromeIos) {
        (Family::ChromeIos, Mark::ChromeIos)
    } else if marks.has(Mark::FirefoxIos) {
        (Family::FirefoxIos, Mark::FirefoxIos)
    } else if marks.has(Mark::EdgeIos) {
        (Family::EdgeIos, Mark::EdgeIos)
    } else if let Some(brand) = brand(marks) {
        (Family::IosWebView, brand)
    } else if safari && marks.has(Mark::Version) {
        (Family::Safari, Mark::Version)
    } else {
        (Family::IosWebView, Mark::Other)
    };
    let program = webkit_program(family, mark, marks, family == Family::IosWebView && (in_app || !safari));
    Program { engine_major: program.engine_major.or(comments.ios), ..program }
}

fn legacy(marks: &Marks, comments: &Comments) -> Program {
    let major = match comments.legacy {
        Some(named) => named.or(comments.revision),
        None if marks.has(Mark::EdgeHtml) => marks.major(Mark::EdgeHtml),
        // Presto's Opera stood still at 9.80 and moved on in Version.
        None => [Mark::Version, Mark::Presto, Mark::Brand, Mark::Other, Mark::Mozilla]
            .into_iter()
            .find_map(|mark| marks.major(mark)),
    };
    Program { family: Family::Legacy, major, engine: Engine::Legacy, engine_major: None, webview: false }
}

/// The mark that is a program's own name beside the engine's, if it has one: what it is before what it is built on.
fn brand(marks: &Marks) -> Option<Mark> {
    [Mark::InApp, Mark::Opera, Mark::Brand, Mark::Other, Mark::Shell].into_iter().find(|mark| marks.has(*mark))
}
