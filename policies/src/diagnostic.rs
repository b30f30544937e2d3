//! What is wrong with a policy: everything at once, each with its code, place and remedy.

use std::fmt;
use std::ops::Range;

use filter_core::policy::Problem;

use crate::code::Code;
use crate::locate;

/// One thing wrong with a policy or one of its data files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// The file it is in.
    pub file: String,
    /// Path of names and indices from the document's root; empty where that does not apply.
    pub place: String,
    /// Bytes of the file it is about.
    pub span: Range<usize>,
    /// Line of the span's start, from 1.
    pub line: usize,
    /// Column of the span's start in bytes, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// All that is wrong, at least one, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostic {
    /// About these bytes of a file's text.
    pub fn new(
        code: Code,
        (file, text): (&str, &str),
        span: Range<usize>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end.saturating_add(1));
        Diagnostic {
            code,
            file: file.to_owned(),
            place: String::new(),
            line: before.matches('\n').count().saturating_add(1),
            column: span.start.saturating_sub(line_start).saturating_add(1),
            span,
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    /// The same with its path of names.
    #[must_use]
    pub fn at(self, place: impl Into<String>) -> Self {
        Diagnostic { place: place.into(), ..self }
    }

    /// What the core's reader says about a text.
    pub(crate) fn of_problem(code: Code, (file, text): (&str, &str), problem: &Problem) -> Self {
        let (located, is_there) = locate(text, &problem.place);
        let exact = problem.position.map(|position| byte(text, position.line, position.column));
        let is_about = |exact: &Range<usize>| {
            // Readers count the bytes before the value that they dislike.
            let is_inside = located.start <= exact.end && exact.start <= located.end;
            !is_there || problem.place.is_empty() || code == Code::NOT_JSON || !is_inside
        };
        let span = exact.filter(is_about).map_or(located.clone(), |exact| beyond_space(text, exact));
        Diagnostic::new(code, (file, text), span, problem.message.as_str(), problem.remedy.as_str())
            .at(problem.place.as_str())
    }

    /// What is wrong with a data file: its place is `path`, `path:line` or `path#/pointer`.
    pub(crate) fn of_data(code: Code, problem: &Problem) -> Self {
        let (file, pointer) = problem.place.split_once('#').unwrap_or((&problem.place, ""));
        let numbered = file.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse::<usize>().ok()?)));
        let (file, line) = numbered.map_or((file, None), |(file, line)| (file, Some(line)));
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let span = match (line, &problem.position) {
            (Some(line), _) => {
                let at = byte(&text, line, 1).start;
                let end = text.get(at..).and_then(|rest| rest.find('\n'));
                at..end.map_or(text.len(), |length| at.saturating_add(length))
            }
            (None, Some(position)) => byte(&text, position.line, position.column),
            (None, None) if pointer.is_empty() => 0..0,
            (None, None) => locate(&text, pointer).0,
        };
        Diagnostic::new(code, (file, &text), span, problem.message.as_str(), problem.remedy.as_str()).at(pointer)
    }
}

/// The first character from here on that is no space.
fn beyond_space(text: &str, from: Range<usize>) -> Range<usize> {
    let rest = text.get(from.start..).unwrap_or_default();
    match rest.char_indices().find(|(_, c)| !c.is_whitespace()) {
        Some((at, c)) => {
            let start = from.start.saturating_add(at);
            start..start.saturating_add(c.len_utf8())
        }
        None => from,
    }
}

/// One character at a line and column; the end of the line where there is no such column.
fn byte(text: &str, line: usize, column: usize) -> Range<usize> {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let wanted = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let mut offset = column.saturating_sub(1).min(wanted.len());
    while !wanted.is_char_boundary(offset) {
        offset = offset.saturating_sub(1);
    }
    let width = wanted.get(offset..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let from = start.saturating_add(offset);
    from..from.saturating_add(width)
}

impl Diagnostics {
    /// `Ok` where nothing is wrong; else in the order of the texts, the source first.
    pub(crate) fn check(mut diagnostics: Vec<Diagnostic>, source: &str) -> Result<(), Self> {
        if diagnostics.is_empty() {
            return Ok(());
        }
        diagnostics.sort_by_key(|one| (one.file != source, one.file.clone(), one.span.start, one.code));
        diagnostics.dedup();
        Err(Diagnostics(diagnostics))
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Diagnostics(vec![diagnostic])
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Diagnostic { code, file, line, column, message, remedy, .. } = self;
        write!(f, "{file}:{line}:{column}: {code} {message}")?;
        if remedy.is_empty() { Ok(()) } else { write!(f, "; {remedy}") }
    }
}

impl fmt::Display for Diagnostics {
    /// One line a diagnostic.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
