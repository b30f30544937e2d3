//! Requests as programs send them: browsers' by the header sets that were recorded (the test vectors' bases), a script's as the HTTP library for
//! Python sends them under a browser's name.

use filter_core::facts::{Fact, HeaderOrder, TlsVersion};
use filter_core::signals::vectors::{BASES, Sample};

use crate::trace::{Request, Text, Tls};

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A page is opened.
    Page,
    /// A page's script is loaded.
    Script,
    /// A page's script sends JSON.
    Call,
    /// A page's script reads.
    Read,
    /// A form is sent off.
    Form,
}

/// Which program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// A browser, on one of [`PLATFORMS`], in one of [`LANGUAGES`].
    Chromium(usize, usize),
    /// Likewise.
    Firefox(usize, usize),
    /// A script that names itself Chrome.
    Python,
}

/// As user agents and client hints name them: the recorded one first.
const PLATFORMS: [(&str, &str); 3] = [
    ("X11; Linux x86_64", "\"Linux\""),
    ("Windows NT 10.0; Win64; x64", "\"Windows\""),
    ("Macintosh; Intel Mac OS X 10_15_7", "\"macOS\""),
];

const LANGUAGES: [&str; 3] = ["en-US,en;q=0.9", "de-DE,de;q=0.9,en;q=0.8", "en-GB,en;q=0.9"];

/// How many browsers there are of each family.
pub(super) const BROWSERS: u64 = (PLATFORMS.len() * LANGUAGES.len()) as u64;

impl Program {
    /// One of [`BROWSERS`] of each family; two of three are Chromium.
    pub(super) fn browser(number: u64, is_firefox: bool) -> Self {
        let (platform, language) = ((number % 3) as usize, (number / 3 % 3) as usize);
        if is_firefox { Program::Firefox(platform, language) } else { Program::Chromium(platform, language) }
    }

    /// Sends forms as forms; else as JSON.
    pub(super) fn has_forms(self) -> bool {
        matches!(self, Program::Chromium(..))
    }

    /// A request without path, address and time. `referer` is the page that it comes from.
    pub(super) fn request(self, kind: Kind, referer: Option<&str>, cookie: Option<&str>, body: &str) -> Request {
        let (base, platform, language) = match self {
            Program::Python => return script(kind, cookie, body),
            Program::Chromium(platform, language) => (chromium(kind), platform, language),
            Program::Firefox(platform, language) => (firefox(kind), platform, language),
        };
        let (mut request, mut headers) = recorded(base);
        if kind == Kind::Read {
            headers.retain(|(name, _)| !["content-type", "content-length", "origin"].contains(&name.as_str()));
            request.method = Text::from("GET");
        }
        let (agent, hint) = PLATFORMS.get(platform).copied().unwrap_or(PLATFORMS[0]);
        let is_inside = referer.is_some();
        for (name, value) in &mut headers {
            match name.as_str() {
                // Firefox has its version in there too.
                "user-agent" => *value = value.replace(PLATFORMS[0].0, agent),
                "sec-ch-ua-platform" => *value = hint.to_owned(),
                "accept-language" => *value = LANGUAGES.get(language).copied().unwrap_or(LANGUAGES[0]).to_owned(),
                "content-length" => *value = body.len().to_string(),
                "sec-fetch-site" if is_inside => *value = "same-origin".to_owned(),
                _ => {}
            }
        }
        headers.retain(|(name, _)| name != "cookie" && name != "referer");
        if let Some(page) = referer {
            let at = headers.iter().position(|(name, _)| name == "accept-encoding").unwrap_or(headers.len());
            let at = if matches!(self, Program::Firefox(..)) { at + 1 } else { at };
            headers.insert(at.min(headers.len()), ("referer".to_owned(), format!("https://{SITE}{page}")));
        }
        headers.extend(cookie.map(|value| ("cookie".to_owned(), value.to_owned())));
        request.headers = texts(&headers);
        request
    }
}

/// The site that all is about.
pub(super) const SITE: &str = "shop.example";

fn chromium(kind: Kind) -> &'static str {
    match kind {
        Kind::Page => "chromium_navigation",
        Kind::Script => "chromium_script",
        Kind::Call | Kind::Read => "chromium_fetch",
        Kind::Form => "chromium_form_post",
    }
}

/// No form of Firefox was recorded: its pages send JSON.
fn firefox(kind: Kind) -> &'static str {
    match kind {
        Kind::Page => "firefox_navigation",
        Kind::Script => "firefox_script",
        Kind::Call | Kind::Read | Kind::Form => "firefox_fetch",
    }
}

fn recorded(base: &str) -> (Request, Vec<(String, String)>) {
    let text = BASES.iter().find(|(name, _)| *name == base).map_or("", |(_, text)| text);
    let Ok(sample) = Sample::parse(text) else { return Default::default() };
    let request = sample.with(|facts| Request {
        method: Text::from(facts.method),
        scheme: Fact::Present(Text::from("https")),
        authority: Text::from(SITE),
        version: facts.version.map(Text::from),
        pseudo_order: facts.pseudo_order.map(Text::from),
        header_order: facts.header_order,
        tls: Tls {
            version: facts.tls.version,
            ja4: facts.tls.ja4.map(Text::from),
            ja4_by: facts.tls.ja4_by,
            ..Tls::default()
        },
        ..Request::default()
    });
    (request, sample.headers)
}

/// The library's own headers but for the name, as recorded (Python requests 2.x, 2026-11).
fn script(kind: Kind, cookie: Option<&str>, body: &str) -> Request {
    let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
    let mut headers: Vec<(String, String)> =
        [("user-agent", agent), ("accept-encoding", "gzip, deflate"), ("accept", "*/*"), ("connection", "keep-alive")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
    headers.extend(cookie.map(|value| ("cookie".to_owned(), value.to_owned())));
    let is_sent = matches!(kind, Kind::Call | Kind::Form);
    if is_sent {
        headers.push(("content-length".to_owned(), body.len().to_string()));
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    Request {
        method: Text::from(if is_sent { "POST" } else { "GET" }),
        scheme: Fact::Present(Text::from("https")),
        authority: Text::from(SITE),
        version: Fact::Present(Text::from("1.1")),
        headers: texts(&headers),
        header_order: HeaderOrder::Kept,
        tls: Tls { version: Fact::Present(TlsVersion::V1_3), ..Tls::default() },
        ..Request::default()
    }
}

fn texts(headers: &[(String, String)]) -> Vec<(Text, Text)> {
    headers.iter().map(|(name, value)| (Text::from(name.as_str()), Text::from(value.as_str()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk;

    #[test]
    fn browsers_raise_no_evidence_and_a_script_does() {
        let engine = desk::load(None, None).unwrap();
        let judged = |program: Program, kind: Kind, referer: Option<&str>| {
            let mut request = program.request(kind, referer, Some("session=1"), "{}");
            request.path = Text::from(match kind {
                Kind::Page | Kind::Form => "/page",
                Kind::Script => "/static/app.js",
                Kind::Call | Kind::Read => "/api/cart",
            });
            let lent = request.facts();
            let facts = lent.facts();
            let verdict = engine.judge(&facts, 1_795_248_000_000);
            verdict.reasons().map(|reason| reason.signal.id).collect::<Vec<_>>()
        };
        for (number, is_firefox) in (0..BROWSERS).flat_map(|number| [(number, false), (number, true)]) {
            let program = Program::browser(number, is_firefox);
            for kind in [Kind::Page, Kind::Script, Kind::Call, Kind::Read, Kind::Form] {
                for referer in [None, Some("/")].into_iter().skip(usize::from(kind != Kind::Page)) {
                    assert_eq!(judged(program, kind, referer), [""; 0], "{program:?} {kind:?}");
                }
            }
        }
        assert!(judged(Program::Python, Kind::Page, None).contains(&"sec_fetch_missing"));
    }
}
