//! One request out of whatever a person has: a line of a trace or log, a case, an event, a raw HTTP request, an entry of a HAR.

mod har;
mod raw;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::input::{Input, Lines};
use crate::source::{Format, Options, Source};
use crate::trace::{Record, Request};

/// Longest raw request or HAR that is read, in bytes.
const LONGEST: u64 = 256 << 20;

/// How an event begins.
const EVENT: &[u8] = b"{\"id\":";

/// Which request of a file.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// By the request's id.
    pub id: Option<String>,
    /// By line, from 1.
    pub line: Option<u64>,
    /// By entry of a HAR, from 1.
    pub entry: Option<usize>,
    /// By the receipt that a blocked caller was given; events have them.
    pub receipt: Option<String>,
}

/// What was found.
#[derive(Clone, Debug)]
pub enum Found {
    /// A request that can be judged.
    Request(Box<Request>),
    /// An event: what a host said, without the request.
    Event(Value),
}

/// Picks one request.
///
/// # Errors
/// Where the file cannot be read, holds no such request, or holds several and none was chosen.
pub fn pick(path: &Path, selector: &Selector) -> Result<Found> {
    let input = Input::open(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    pick_from(input, path, selector)
}

/// Picks one request of an open input; `path` is what it is called.
///
/// # Errors
/// As [`pick`].
pub fn pick_from(mut input: Input, path: &Path, selector: &Selector) -> Result<Found> {
    let start = input.peek().context("the first bytes cannot be read")?.trim_ascii_start();
    if is_har(start) {
        return har::parse(&whole(input)?, selector.entry).map(|request| Found::Request(Box::new(request)));
    }
    if selector.entry.is_some() {
        bail!("--entry chooses from a HAR, and `{}` is none; use --line or --id", path.display());
    }
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if raw::is_request_line(line) {
        return raw::parse(&whole(input)?).map(|request| Found::Request(Box::new(request)));
    }
    // A host's log may begin with lines of its own.
    if is_event(line) || (Format::detect(line).is_none() && is_event(start)) {
        return event(input, selector);
    }
    if selector.receipt.is_some() {
        bail!("--receipt looks through events, and `{}` holds none", path.display());
    }
    let name = path.file_name().map_or_else(|| "-".into(), |name| name.to_string_lossy().into_owned());
    from_lines(Source::new(name, input, Options::default()), selector)
}

fn from_lines(mut source: Source, selector: &Selector) -> Result<Found> {
    let mut found: Option<Box<Request>> = None;
    while let Some((line, record)) = source.next_record()? {
        if selector.line.is_some_and(|wanted| wanted != line) {
            continue;
        }
        let request = match record {
            Ok(Record::Request(request)) => request,
            Ok(Record::Response(_)) if selector.line.is_some() => bail!("line {line} is an answer, not a request"),
            Ok(Record::Response(_)) => continue,
            Err(problem) if selector.id.is_none() => bail!("line {line}: {problem}"),
            Err(_) => continue,
        };
        let is_chosen = selector.line.is_some() || selector.id.is_some();
        if selector.id.as_ref().is_some_and(|wanted| *wanted != request.id) {
            continue;
        }
        if is_chosen {
            return Ok(Found::Request(request));
        }
        if found.replace(request).is_some() {
            bail!("there are several requests; choose one with --line or --id");
        }
    }
    found.map(Found::Request).ok_or_else(|| none(selector))
}

fn event(input: Input, selector: &Selector) -> Result<Found> {
    let mut lines = Lines::new(input);
    let mut found = None;
    while let Some(line) = lines.next()? {
        let Some(text) = line.text.filter(|text| !text.trim_ascii().is_empty()) else { continue };
        if selector.line.is_some_and(|wanted| wanted != line.number) {
            continue;
        }
        let Some(event) = in_line(text) else {
            let is_chosen = selector.line.is_some();
            anyhow::ensure!(!is_chosen, "line {} is no event", line.number);
            continue;
        };
        let is = |name: &str, wanted: &Option<String>| {
            wanted.is_none() || event.get(name).and_then(Value::as_str) == wanted.as_deref()
        };
        if !is("id", &selector.id) || !is("receipt", &selector.receipt) {
            continue;
        }
        if selector.line.is_some() || selector.id.is_some() || selector.receipt.is_some() {
            return Ok(Found::Event(event));
        }
        if found.replace(event).is_some() {
            bail!("there are several events; choose one with --line, --id or --receipt");
        }
    }
    found.map(Found::Event).ok_or_else(|| none(selector))
}

fn none(selector: &Selector) -> anyhow::Error {
    if let Some(receipt) = &selector.receipt {
        return anyhow::anyhow!("there is no event with receipt `{receipt}`");
    }
    match (&selector.id, selector.line) {
        (Some(id), _) => anyhow::anyhow!("there is no request with id `{id}`"),
        (None, Some(line)) => anyhow::anyhow!("there is no request on line {line}"),
        (None, None) => anyhow::anyhow!("there is no request in it"),
    }
}

/// The event in a line; hosts write theirs after a time and a level of their own.
fn in_line(text: &[u8]) -> Option<Value> {
    let start = text.windows(EVENT.len()).position(|window| window == EVENT)?;
    let event: Value = serde_json::from_slice(text.get(start..)?.trim_ascii()).ok()?;
    event.get("reasons").is_some().then_some(event)
}

fn is_har(start: &[u8]) -> bool {
    start.strip_prefix(b"{").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\"log\""))
}

fn is_event(line: &[u8]) -> bool {
    let has = |part: &[u8]| line.windows(part.len()).any(|window| window == part);
    has(EVENT) && has(b"\"reasons\":[") && has(b"\"score\":") && !has(b"\"request\":{")
}

fn whole(input: impl BufRead) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}
