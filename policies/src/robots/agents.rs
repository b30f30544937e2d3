//! Which programs of the name tables a group of robots.txt is for.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use filter_core::fingerprint::{Category, Named, Names};
use filter_core::limits;
use filter_core::policy::wire::NamedEntry;
use filter_core::signals::vectors::BASES;

use super::expression::{Expr, list, quote};
use super::read::{Agent, Group};
use crate::code::Code;
use crate::diagnostic::Diagnostic;

/// What `User-agent: *` is for: programs that go through a site by themselves. Fetchers on a person's behalf (previews, feeds,
/// assistants), monitors and tools do not ask robots.txt, and their operators say so.
pub(super) const CRAWLERS: [&str; 6] = ["search_engine", "ai_training", "seo", "archiver", "survey", "other_crawler"];

/// Names that stand in robots.txt alone, and what they are about (their operators' documentation, 2026-11).
const TOKENS_ONLY: [(&str, &str); 3] = [
    ("google-extended", "Google fetches as Googlebot, and asks this name what it may use"),
    ("applebot-extended", "Apple fetches as Applebot, and asks this name what it may use"),
    ("webzio-extended", "Webz.io fetches as omgili, and asks this name what it may use"),
];

/// Crawlers that everybody knows, to show in tests what is for all.
const KNOWN: [&str; 3] = ["bingbot", "googlebot", "duckduckbot"];

/// Browsers beside the recorded ones, for the words of theirs that no crawler may be called by.
const BROWSERS: [&str; 4] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36 OPR/90",
];

/// Bytes of names in one test.
const LONGEST: usize = 4 << 10;

/// Programs of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Programs {
    /// All crawlers that no group names.
    pub(super) is_rest: bool,
    /// Their names.
    pub(super) names: BTreeSet<String>,
}

/// Who is who among a file's groups.
#[derive(Debug, Default)]
pub(super) struct Directory {
    /// Programs of each distinct name in the file, in lower case.
    programs: BTreeMap<String, BTreeSet<String>>,
    /// Programs that the tables do not have.
    pub(super) new: Vec<NamedEntry>,
    /// User agents by program, for tests.
    agents: BTreeMap<String, String>,
    /// The user agent of a crawler that no group names.
    other: Option<String>,
}

impl Directory {
    /// Finds each program's most specific name in the file. Names that are in no table become entries of a new one.
    pub(super) fn new(
        groups: &[Group],
        tables: &[NamedEntry],
        place: (&str, &str),
        notes: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut directory = Directory::default();
        let mut wanted: BTreeMap<String, &Agent> = BTreeMap::new();
        for agent in groups.iter().flat_map(|group| &group.agents).filter(|agent| agent.text != "*") {
            let name = agent.text.to_ascii_lowercase();
            if is_of_browsers(&name) {
                let message = format!("browsers say `{}` of themselves", agent.text);
                let remedy = "it would be for every visitor, and is left out; write the crawler's own name";
                notes.push(Diagnostic::new(Code::ROBOTS_AGENT, place, agent.span.clone(), message, remedy));
            } else {
                wanted.entry(name).or_insert(agent);
            }
        }
        let mut best: BTreeMap<&str, &str> = BTreeMap::new();
        for entry in tables {
            let names = wanted.keys().filter(|name| is_of(entry, name));
            let Some(name) = names.max_by_key(|name| name.len()) else { continue };
            let kept = best.entry(&entry.name).or_insert(name);
            if name.len() > kept.len() {
                *kept = name;
            }
        }
        for (program, name) in &best {
            directory.programs.entry((*name).to_owned()).or_default().insert((*program).to_owned());
        }
        for (name, agent) in wanted {
            if let Some((_, why)) = TOKENS_ONLY.iter().find(|(token, _)| *token == name) {
                directory.programs.insert(name, BTreeSet::new());
                let message = format!("`{}` is in no user agent: {why}", agent.text);
                let remedy = "nothing at the edge can see it; the group's rules are left out for it";
                notes.push(Diagnostic::new(Code::ROBOTS_AGENT, place, agent.span.clone(), message, remedy));
                continue;
            }
            let Entry::Vacant(place_of) = directory.programs.entry(name) else { continue };
            match new_entry(place_of.key(), &agent.text) {
                Ok(entry) => {
                    place_of.insert(BTreeSet::from([entry.name.clone()]));
                    directory.new.push(entry);
                }
                Err((message, remedy)) => {
                    notes.push(Diagnostic::new(Code::ROBOTS_AGENT, place, agent.span.clone(), message, remedy));
                }
            }
        }
        directory.name(tables);
        directory
    }

    /// A user agent for each program that is found by it.
    fn name(&mut self, tables: &[NamedEntry]) {
        let entries: Vec<Named> = tables.iter().chain(&self.new).filter_map(named).collect();
        let wanted: BTreeSet<&String> = self.programs.values().flatten().collect();
        let candidates: Vec<(String, String)> = entries
            .iter()
            .filter(|entry| wanted.contains(&entry.name))
            .map(|entry| (entry.name.clone(), agent_of(&entry.token)))
            .collect();
        let Ok(names) = Names::new(entries) else { return };
        let is_found = |name: &str, agent: &str| names.find(agent.as_bytes()).is_some_and(|found| found.name == name);
        for (name, agent) in candidates {
            if is_found(&name, &agent) {
                self.agents.entry(name).or_insert(agent);
            }
        }
        let of_rest = |entry: &&Named| entry.category == Category::SearchEngine && !wanted.contains(&entry.name);
        let known = names.entries().iter().filter(|entry| KNOWN.contains(&entry.token.as_str()));
        let mut others = known.chain(names.entries()).filter(of_rest);
        self.other = others.find_map(|entry| Some(agent_of(&entry.token)).filter(|agent| is_found(&entry.name, agent)));
    }

    /// Whom a group is for.
    pub(super) fn programs(&self, group: &Group) -> Programs {
        let named = group.agents.iter().filter_map(|agent| self.programs.get(&agent.text.to_ascii_lowercase()));
        Programs {
            is_rest: group.agents.iter().any(|agent| agent.text == "*"),
            names: named.flatten().cloned().collect(),
        }
    }

    /// Conditions on the program, of which one must hold.
    pub(super) fn tests(&self, programs: &Programs) -> Vec<Expr> {
        let names = |names: &BTreeSet<String>| -> Vec<Expr> {
            pieces(names)
                .into_iter()
                .map(|names| match names.as_slice() {
                    [one] => Expr::test(format!("bot.name == {}", quote(one))),
                    many => Expr::test(format!("bot.name in {}", list(many.iter().copied()))),
                })
                .collect()
        };
        let mut tests = names(&programs.names);
        if programs.is_rest {
            let crawlers = Expr::test(format!("bot.category in {}", list(CRAWLERS)));
            let others: BTreeSet<String> =
                self.programs.values().flatten().filter(|name| !programs.names.contains(*name)).cloned().collect();
            let others = names(&others).into_iter().map(|test| Expr::Not(Box::new(test)));
            tests.push(Expr::all(std::iter::once(crawlers).chain(others)));
        }
        tests
    }

    /// A user agent of one of them, if any is known.
    pub(super) fn example(&self, programs: &Programs) -> Option<&str> {
        let named = programs.names.iter().find_map(|name| self.agents.get(name));
        named.or(self.other.as_ref().filter(|_| programs.is_rest)).map(String::as_str)
    }
}

/// A user agent that holds a token.
fn agent_of(token: &str) -> String {
    format!("{}/1.0", token.trim_matches('*').trim_end_matches('/'))
}

/// Names in pieces that one test can hold.
fn pieces(names: &BTreeSet<String>) -> Vec<Vec<&str>> {
    let mut pieces: Vec<Vec<&str>> = Vec::new();
    for name in names {
        let is_open = |piece: &&mut Vec<&str>| {
            piece.len() < limits::CONDITION_ITEMS
                && piece.iter().map(|text| text.len().saturating_add(4)).fold(name.len(), usize::saturating_add)
                    < LONGEST
        };
        match pieces.last_mut().filter(is_open) {
            Some(piece) => piece.push(name),
            None => pieces.push(vec![name]),
        }
    }
    pieces
}

/// Whether a name in robots.txt, in lower case, is for a program: its token or name, or the beginning of its token, as `googlebot` is
/// of `googlebot-image`.
fn is_of(entry: &NamedEntry, name: &str) -> bool {
    let token = entry.token.trim_matches('*').trim_end_matches('/');
    let begins =
        token.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric()));
    !entry.generic && (begins || entry.name.eq_ignore_ascii_case(name))
}

/// Whether browsers say this word of themselves: a group for it would be for every visitor.
fn is_of_browsers(name: &str) -> bool {
    let names = new_entry(name, name).ok().and_then(|entry| Names::new(vec![named(&entry)?]).ok());
    let recorded = BASES.iter().filter_map(|(_, text)| text.lines().find_map(|line| line.strip_prefix("user-agent: ")));
    let mut agents = recorded.chain(BROWSERS);
    agents.any(|agent| names.as_ref().is_some_and(|names| names.find(agent.as_bytes()).is_some()))
}

/// A table's entry for a name that no table has.
fn new_entry(name: &str, written: &str) -> Result<NamedEntry, (String, String)> {
    let entry = NamedEntry {
        token: name.to_owned(),
        name: written.to_owned(),
        category: "other_crawler".to_owned(),
        operator: None,
        ranges: None,
        generic: false,
    };
    let shown = written.escape_debug();
    let is_plain = name.bytes().all(|b| b == b' ' || b.is_ascii_graphic() && b != b'*');
    if !is_plain || name.len() > limits::NAME_TOKEN {
        let remedy =
            format!("write what its user agent says of it: letters, `-` and `_`, at most {} bytes", limits::NAME_TOKEN);
        return Err((format!("`{shown}` is no program's name"), remedy));
    }
    Ok(entry)
}

fn named(entry: &NamedEntry) -> Option<Named> {
    Some(Named {
        token: entry.token.clone(),
        name: entry.name.clone(),
        category: serde_json::from_value::<Category>(entry.category.as_str().into()).ok()?,
        operator: entry.operator.clone(),
        ranges: entry.ranges.clone(),
        generic: entry.generic,
    })
}
