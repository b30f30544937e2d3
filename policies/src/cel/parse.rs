//! From text to the library's tree, and its errors in plain words.

use std::ops::Range;

use cel::Env;
use cel::common::ast::{IdedExpr, SourceInfo};
use cel::parser::ParseError;

use super::{EXPRESSION, Fault};
use crate::code::Code;

/// An expression and where its parts are.
pub(super) struct Parsed<'t> {
    pub(super) text: &'t str,
    pub(super) root: IdedExpr,
    pub(super) info: SourceInfo,
}

pub(super) fn parse(text: &str) -> Result<Parsed<'_>, Vec<Fault>> {
    if text.len() > EXPRESSION {
        let message = format!("{} bytes", text.len());
        let remedy = format!("at most {EXPRESSION} are allowed; split the rule, or move texts to `lists`");
        return Err(vec![Fault::new(Code::SIZE, 0..text.len(), message, remedy)]);
    }
    // An environment without macros: `exists` and `all` stay the calls that they are written as.
    match Env::default().with_optional_support(false).parser().parse_with_source_info(text) {
        Ok((root, info)) => Ok(Parsed { text, root, info }),
        // What follows the first is mostly its echo.
        Err(errors) => Err(errors.errors.first().map(|error| vec![plain(text, error)]).unwrap_or_default()),
    }
}

fn plain(text: &str, error: &ParseError) -> Fault {
    let at = offset(text, error.pos);
    let rest = text.get(at..).unwrap_or_default();
    let width = rest.chars().next().map_or(0, char::len_utf8);
    let span = at..at.saturating_add(width);
    let word: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
    let word_span = at..at.saturating_add(word.len().max(width));
    let fault = |span: Range<usize>, message: &str, remedy: &str| Fault::new(Code::SYNTAX, span, message, remedy);
    if text.trim().is_empty() {
        return fault(span, "the condition is empty", "write `true` for every request");
    }
    if error.msg.contains("recursion") || error.msg.contains("too deep") {
        let remedy = "join tests with `in` or a named list, or split the rule";
        return Fault::new(Code::SIZE, 0..text.len(), "nested too deeply", remedy);
    }
    let before = text.get(..at).unwrap_or_default().trim_end();
    if before.ends_with("not") && before.split(|c: char| !c.is_ascii_alphanumeric()).next_back() == Some("not") {
        let start = before.len().saturating_sub(3);
        return fault(start..before.len(), "`not` is no operator", "write `!`");
    }
    match (word.as_str(), rest.chars().next()) {
        ("and", _) => return fault(word_span, "`and` is no operator", "write `&&`"),
        ("or", _) => return fault(word_span, "`or` is no operator", "write `||`"),
        ("not", _) => return fault(word_span, "`not` is no operator", "write `!`"),
        (_, Some('=')) => return fault(span, "`=` is no operator", "write `==`"),
        (_, Some('&' | '|')) => return fault(span, "half an operator", "write `&&` or `||`"),
        (_, Some('"' | '\'')) if error.msg.contains("token recognition") => {
            return fault(at..text.len(), "the text has no end", "close its quote");
        }
        (_, None) => return fault(span, "the expression ends too early", "say what comes after the last word"),
        _ => {}
    }
    if let Some(rest) = error.msg.strip_prefix("invalid ") {
        return fault(word_span, &format!("no {rest}"), "write a whole number or a text in quotes");
    }
    let shown: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let shown = if shown.is_empty() { rest.chars().take(1).collect() } else { shown };
    let width = shown.len();
    let message = format!("`{}` cannot stand here", shown.escape_debug());
    fault(at..at.saturating_add(width), &message, "write tests such as `score >= 50`, joined by `&&` and `||`")
}

/// The parser counts lines and characters from 1.
fn offset(text: &str, (line, column): (isize, isize)) -> usize {
    let skip = |number: isize| usize::try_from(number.saturating_sub(1)).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(skip(line)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    rest.char_indices().nth(skip(column)).map_or(text.len(), |(at, _)| start.saturating_add(at))
}
