//! A robots.txt as it is written (RFC 9309, 2.2): groups of names with their rules, and what could not be read.

use std::ops::Range;

use super::pattern::Pattern;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::words::meant;

/// Bytes that crawlers must at least read (RFC 9309, 2.5); the large ones read no more.
const LONGEST: usize = 500 << 10;

/// Lines that say something else than who may fetch what; none of them can be enforced at the edge.
const OTHERS: [&str; 12] = [
    "sitemap",
    "host",
    "clean-param",
    "request-rate",
    "visit-time",
    "noindex",
    "content-signal",
    "content-usage",
    "license",
    "cache-delay",
    "comment",
    "acap-crawler",
];

/// One rule of a group.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) is_allow: bool,
    pub(super) pattern: Pattern,
    /// The pattern in the file.
    pub(super) span: Range<usize>,
}

/// A name that a group is for.
#[derive(Clone, Debug)]
pub(super) struct Agent {
    /// As it is written.
    pub(super) text: String,
    pub(super) span: Range<usize>,
}

/// Names, and what all of them may fetch.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub(super) agents: Vec<Agent>,
    pub(super) rules: Vec<Rule>,
    /// Thousandths of seconds between two requests.
    pub(super) delay: Option<u32>,
    /// The line it begins on.
    pub(super) line: usize,
}

/// Reads a file into its groups. What is wrong with single lines goes to `notes`, as crawlers pass over them too.
///
/// # Errors
/// Where it is no robots.txt at all.
pub(super) fn read(file: &str, text: &str, notes: &mut Vec<Diagnostic>) -> Result<Vec<Group>, Diagnostics> {
    whole(file, text)?;
    let mut reader = Reader { place: (file, text), groups: Vec::new(), takes_agents: false, notes };
    let mut at = 0usize;
    for (number, line) in text.split(['\n', '\r']).enumerate() {
        reader.line(number, at, line);
        at = at.saturating_add(line.len()).saturating_add(1);
    }
    let groups = reader.groups;
    if groups.is_empty() {
        let remedy = "write groups such as `User-agent: *` and `Disallow: /private`";
        return Err(Diagnostic::new(Code::ROBOTS, (file, text), 0..0, "it holds no group of rules", remedy).into());
    }
    Ok(groups)
}

/// What is no robots.txt: a web page, bytes that are no text, far too much.
fn whole(file: &str, text: &str) -> Result<(), Diagnostics> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let first = text.len().saturating_sub(start.len());
    let refuse = |span, message: String, remedy: &str| {
        Err(Diagnostic::new(Code::ROBOTS, (file, text), span, message, remedy).into())
    };
    if start.starts_with('<') {
        let end = start.find('\n').unwrap_or(start.len());
        let remedy = "save what the site answers to `GET /robots.txt`, with status 200";
        return refuse(first..first.saturating_add(end), "it is a web page".into(), remedy);
    }
    let is_control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    if let Some((at, control)) = text.char_indices().find(|(_, c)| is_control(*c)) {
        let message = format!("it holds the control character U+{:04X}", u32::from(control));
        return refuse(at..at.saturating_add(control.len_utf8()), message, "save it as UTF-8 text");
    }
    if text.len() > LONGEST {
        let message = format!("it has {} bytes", text.len());
        let mut at = LONGEST;
        while !text.is_char_boundary(at) {
            at = at.saturating_sub(1);
        }
        return refuse(at..text.len(), message, "crawlers read 500 KiB and no more; shorten it");
    }
    Ok(())
}

struct Reader<'r> {
    place: (&'r str, &'r str),
    groups: Vec<Group>,
    /// The lines before were names: one more joins them.
    takes_agents: bool,
    notes: &'r mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn note(&mut self, code: Code, span: Range<usize>, message: impl Into<String>, remedy: impl Into<String>) {
        self.notes.push(Diagnostic::new(code, self.place, span, message, remedy));
    }

    fn line(&mut self, number: usize, at: usize, line: &str) {
        let text = line.split('#').next().unwrap_or_default();
        let text = if at == 0 { text.trim_start_matches('\u{feff}') } else { text };
        if text.trim().is_empty() {
            return;
        }
        let span = |part: &str| {
            let start = at.saturating_add(offset(line, part));
            start..start.saturating_add(part.len())
        };
        let Some((key, value)) = text.split_once(':') else {
            let remedy = "write `name: value`, such as `Disallow: /private`";
            return self.note(Code::ROBOTS_LINE, span(text.trim()), "a line without a colon", remedy);
        };
        let (key, value) = (key.trim(), value.trim());
        match key.to_ascii_lowercase().as_str() {
            "user-agent" => self.agent(number, value, span(if value.is_empty() { key } else { value })),
            "allow" => self.rule(true, value, span(value), span(key)),
            "disallow" => self.rule(false, value, span(value), span(key)),
            "crawl-delay" => self.delay(value, span(if value.is_empty() { key } else { value }), span(key)),
            "sitemap" => {}
            other if OTHERS.contains(&other) => {
                let remedy = "nothing at the edge can see it; for use in training, see the presets";
                let message = format!("`{key}` does not say who may fetch what");
                self.note(Code::ROBOTS_OTHER, span(text.trim()), message, remedy);
            }
            other => {
                let known = ["user-agent", "allow", "disallow", "crawl-delay", "sitemap"];
                let message = format!("`{}` is no line that crawlers know", key.escape_debug());
                self.note(Code::ROBOTS_LINE, span(key), message, meant(other, known));
            }
        }
    }

    fn agent(&mut self, number: usize, name: &str, span: Range<usize>) {
        if !self.takes_agents {
            self.groups.push(Group { line: number.saturating_add(1), ..Group::default() });
            self.takes_agents = true;
        }
        if name.is_empty() {
            return self.note(Code::ROBOTS_AGENT, span, "a name is missing", "write `*` for all crawlers");
        }
        if let Some(group) = self.groups.last_mut() {
            group.agents.push(Agent { text: name.to_owned(), span });
        }
    }

    fn group(&mut self, key: Range<usize>) -> Option<&mut Group> {
        self.takes_agents = false;
        if self.groups.is_empty() {
            let remedy = "write `User-agent: *` above it; crawlers pass over it as it is";
            self.note(Code::ROBOTS_ORPHAN, key, "a rule for nobody: no `User-agent` stands before it", remedy);
        }
        self.groups.last_mut()
    }

    fn rule(&mut self, is_allow: bool, value: &str, span: Range<usize>, key: Range<usize>) {
        if self.group(key).is_none() || value.is_empty() {
            return;
        }
        match Pattern::parse(value) {
            Ok(pattern) => {
                if let Some(group) = self.groups.last_mut() {
                    group.rules.push(Rule { is_allow, pattern, span });
                }
            }
            Err((message, remedy)) => self.note(Code::ROBOTS_PATH, span, message, remedy),
        }
    }

    fn delay(&mut self, value: &str, span: Range<usize>, key: Range<usize>) {
        if self.group(key).is_none() {
            return;
        }
        let seconds = value.parse::<f64>().ok().filter(|seconds| (0.0..=86_400.0).contains(seconds));
        let Some(seconds) = seconds else {
            let remedy = "write seconds between two requests, such as `10`; at most a day";
            return self.note(Code::ROBOTS_DELAY, span, format!("`{}` is no delay", value.escape_debug()), remedy);
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 86,400,000")]
        let thousandths = (seconds * 1000.0).round() as u32;
        if let Some(group) = self.groups.last_mut().filter(|_| thousandths > 0) {
            group.delay = Some(thousandths);
        }
    }
}

/// Where a part of a line begins in it.
fn offset(line: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(line.as_ptr() as usize)
}
