//! Which program that is no browser the user agent names.

use super::browsers::Program;
use super::comments::Comments;
use super::products::{self, Mark, Marks};
use super::tokens::{Product, Token, Tokens};
use super::{Engine, Family, Platform};

/// Bare words looked at before a version must have come (`Debian APT-HTTP/1.3`, `Fuzz Faster U Fool v1.1.0`).
const NAME_WORDS: usize = 6;

/// Bytes of a word that can be a name: package names of Android apps stay below it.
const NAME_BYTES: usize = 80;

/// An app, a tool, or nothing that could be placed.
pub(super) fn program(text: &[u8], marks: &Marks, comments: &Comments) -> Program {
    let of = |family, major| Program { family, major, engine: Engine::None, engine_major: None, webview: false };
    let own = text.first().filter(|byte| byte.is_ascii_alphanumeric()).and_then(|_| own_name(text));
    let mobile_system = matches!(comments.platform, Platform::Android | Platform::Ios);
    // An in-app browser's marks without a browser are the app's own requests; `Pinterest/0.2 (+https://...)` is its crawler.
    let app = if own.is_some() { mobile_system } else { marks.has(Mark::InApp) };
    if marks.has(Mark::Stack) || (app && !marks.has(Mark::Mozilla)) {
        return of(Family::App, own.flatten().or(marks.major(Mark::InApp)));
    }
    // `Mozilla/5.0 (compatible; Name/1.0)`, or `Mozilla/5.0 (pc-x86_64-linux-gnu) Siege/4.0.7`: the name stands behind.
    let behind = match comments.stranger {
        None if marks.has(Mark::Mozilla) => marks.has(Mark::Other).then(|| marks.major(Mark::Other)),
        stranger => stranger,
    };
    match own.or(behind) {
        Some(major) => of(Family::Tool, major),
        None => of(Family::Unknown, None),
    }
}

/// Whether the text begins with a program's name, and the major version it gives.
///
/// A name is a word with a version (`curl/8.5.0`), a few words with a version behind them, or one word that stands alone or
/// before a comment (`node`, `got (https://...)`).
fn own_name(text: &[u8]) -> Option<Option<u32>> {
    let mut words = 0usize;
    for token in Tokens::new(text).take(NAME_WORDS) {
        match token {
            Token::Product(product) if words > 0 && is_version(product.name) => {
                return Some(products::major(product.name));
            }
            // `Example Player / 1.0`.
            Token::Product(Product { name: b"", version: b"" }) if words > 0 => {}
            Token::Product(product) if !is_word(product.name) => return None,
            Token::Product(product) if browser_product(product) => return None,
            Token::Product(product) if !product.version.is_empty() => return Some(products::major(product.version)),
            Token::Product(_) => words = words.saturating_add(1),
            Token::Comment | Token::Item(_) => break,
        }
    }
    (words == 1).then_some(None)
}

/// A browser's product without a browser around it is a fragment, no name.
fn browser_product(product: Product<'_>) -> bool {
    product.name.eq_ignore_ascii_case(b"mozilla")
        || products::mark(product.name)
            .is_some_and(|mark| !matches!(mark, Mark::Stack | Mark::InApp | Mark::Brand | Mark::Neutral))
}

fn is_version(word: &[u8]) -> bool {
    word.strip_prefix(b"v").unwrap_or(word).first().is_some_and(u8::is_ascii_digit)
}

/// A token of RFC 9110 that begins with a letter, or with a digit inside a name (`2Captcha`).
fn is_word(name: &[u8]) -> bool {
    name.len() <= NAME_BYTES
        && name.first().is_some_and(u8::is_ascii_alphanumeric)
        && name.iter().any(u8::is_ascii_alphabetic)
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~:@".contains(byte))
}
