//! Requests from whatever a person has: a trace, an access log in Combined form, Envoy's access log as JSON.
//!
//! An access log saw little of a request: what it did not see is unknown, so the signals that need it stay silent.

mod combined;
mod envoy;
mod format;
mod problem;
mod stamp;
#[cfg(test)]
mod tests;

pub use format::Format;
pub use problem::Problem;
pub(crate) use stamp::of_rfc3339 as rfc3339;
pub(crate) use stamp::show as show_time;

use std::io;
use std::path::Path;

use filter_core::facts::Provenance;

use crate::input::{Input, Lines};
use crate::trace::{Record, Response, Text};

/// How to read a source.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Form of the lines; `None`: told by the first one.
    pub format: Option<Format>,
    /// What an access log's addresses are; `None`: as the form's own text says.
    pub provenance: Option<Provenance>,
}

/// One file or standard input, read line by line in constant memory.
pub struct Source {
    lines: Lines<Input>,
    /// Name of the file without folders; log lines have no id of their own and get `name:line`.
    name: String,
    options: Options,
    /// What a log line said of its answer, to be given after its request.
    answer: Option<(u64, Response)>,
}

impl Source {
    /// Opens a file, packed or not; `-` is standard input.
    ///
    /// # Errors
    /// Where the file cannot be opened.
    pub fn open(path: &Path, options: Options) -> io::Result<Self> {
        let name = path.file_name().map_or_else(|| "-".into(), |name| name.to_string_lossy().into_owned());
        Ok(Source::new(name, Input::open(path)?, options))
    }

    /// Reads from an open input.
    pub fn new(name: String, input: Input, options: Options) -> Self {
        Source { lines: Lines::new(input), name, options, answer: None }
    }

    /// Form of the lines, once the first was read.
    pub fn format(&self) -> Option<Format> {
        self.options.format
    }

    /// The input, for progress.
    pub fn input(&self) -> &Input {
        self.lines.source()
    }

    /// The next record with its line's number; a line of an access log gives a request and then its answer. Blank lines and comments (`#`) are passed over. `None` at the end.
    ///
    /// # Errors
    /// Where the input cannot be read further, or the first line is in no known form.
    pub fn next_record(&mut self) -> io::Result<Option<(u64, Result<Record, Problem>)>> {
        if let Some((number, answer)) = self.answer.take() {
            return Ok(Some((number, Ok(Record::Response(answer)))));
        }
        loop {
            let Some(line) = self.lines.next()? else { return Ok(None) };
            let number = line.number;
            let Some(text) = line.text else { return Ok(Some((number, Err(Problem::too_long())))) };
            let text = text.trim_ascii();
            if text.is_empty() || text.starts_with(b"#") {
                continue;
            }
            let format = match self.options.format {
                Some(format) => format,
                None => *self.options.format.insert(Format::detect(text).ok_or_else(unknown_form)?),
            };
            let provenance = self.options.provenance;
            let found = match format {
                Format::Trace => Record::parse(text).map_err(Problem::from),
                Format::Combined => combined::parse(text, provenance).map(|logged| self.logged(logged, number)),
                Format::Envoy => envoy::parse(text, provenance).map(|logged| self.logged(logged, number)),
            };
            return Ok(Some((number, found)));
        }
    }

    fn logged(&mut self, (mut request, answer): Logged, number: u64) -> Record {
        if request.id.is_empty() {
            request.id = format!("{}:{number}", self.name);
        }
        self.answer = answer.map(|mut answer| {
            answer.id.clone_from(&request.id);
            (number, answer)
        });
        Record::Request(Box::new(request))
    }
}

/// What a log line says: a request, and its answer if there was one; that one's id is the request's.
type Logged = (crate::trace::Request, Option<Response>);

/// An answer as logs know it; `None` where none left (`-`, 0).
fn answer(t: u64, status: Option<u16>, size: Option<u64>) -> Option<Response> {
    let status = status.filter(|status| (100..=999).contains(status))?;
    let size = size.map(|size| (Text::from("content-length"), Text::from(size.to_string().as_str())));
    Some(Response { t, status, headers: size.into_iter().collect(), ..Response::default() })
}

fn unknown_form() -> io::Error {
    let names: Vec<_> = Format::ALL.iter().map(|format| format!("`{}`", format.as_str())).collect();
    let message = format!(
        "the first line is in none of the forms that are known: {}; where a verb has --format, that says which",
        names.join(", ")
    );
    io::Error::new(io::ErrorKind::InvalidData, message)
}
