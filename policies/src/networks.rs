//! Network lists: text files of blocks with a head of `# key: value` lines.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use filter_core::policy::wire::{NetworkEntry, Networks};
use filter_core::policy::{Problem, TrustedKey};
use filter_core::request::Prefix;
use filter_core::signals::infrastructure::{NetworkKind, Networks as Checked};

use crate::code::Code;
use crate::feed;
use crate::feed_parts::Parts;
use crate::flatten::flatten;
use crate::source::{Source, text};

/// Everything that a policy knows of networks.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) networks: Networks,
    /// What feeds bring besides.
    pub(crate) parts: Parts,
    /// How old lists and feeds are, by name, where they say when they are stale.
    pub(crate) ages: BTreeMap<String, Age>,
}

/// How old a list or feed is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Age {
    /// The day on which it was the latest, as `2026-11-21`, where it says.
    pub date: Option<String>,
    /// Days after that when it is stale.
    pub stale_days: u32,
}

/// Reads all lists and feeds and flattens them into one table. A feed takes the place of the list of its name.
pub(crate) fn read(source: &Source, folder: &Path, problems: &mut Vec<(Code, Problem)>) -> Read {
    let mut lists: Vec<(NetworkEntry, Vec<Prefix>)> = Vec::new();
    let (mut ages, mut parts) = (BTreeMap::new(), Parts::default());
    let mut keys = Vec::new();
    for (index, line) in source.feed_keys.iter().enumerate() {
        match TrustedKey::parse(line) {
            Some(key) => keys.push(key),
            None => {
                let message = format!("`{}` is no public key", line.escape_debug());
                let problem =
                    Problem::new(format!("/feed_keys/{index}"), message, "copy the line of NAME.pub, `ed25519:...`");
                problems.push((Code::FEED, problem));
            }
        }
    }
    for (paths, is_feed) in [(&source.networks, false), (&source.feeds, true)] {
        let mut wrong = Vec::new();
        for path in files(paths, folder, &mut wrong) {
            let text = match text(&path) {
                Ok(text) => text,
                Err(problem) => {
                    wrong.push(problem);
                    continue;
                }
            };
            let name = stem(&path);
            if is_feed && let Err((message, remedy)) = feed::check(&text, &name, &keys) {
                problems.push((Code::FEED, Problem::new(path.display().to_string(), message, remedy)));
                continue;
            }
            let age = |stale_days| (name.clone(), Age { date: feed::date(&text), stale_days });
            ages.extend(feed::stale_days(&text).map(age));
            if let Some(kind) = feed::kind(&text).filter(|_| is_feed) {
                parts.take(kind, &path, &name, &text, &mut wrong);
                continue;
            }
            if let Some(list) = list(&path, &text, &mut wrong) {
                lists.retain(|(entry, _)| !is_feed || entry.name != list.0.name);
                lists.push(list);
            }
        }
        let code = if is_feed { Code::FEED } else { Code::NETWORKS };
        problems.extend(wrong.into_iter().map(|problem| (code, problem)));
    }
    if lists.len() > Checked::MAX_LISTS {
        let message = format!("{} network lists; at most {}", lists.len(), Checked::MAX_LISTS);
        problems.push((Code::NETWORKS, Problem::new("/networks", message, "join lists of the same meaning")));
        return Read::default();
    }
    let blocks: Vec<&[Prefix]> = lists.iter().map(|(_, blocks)| blocks.as_slice()).collect();
    let flat = flatten(&blocks);
    let mut networks = Networks {
        sets: flat.sets.iter().map(|set| format!("{set:x}")).collect(),
        v4: STANDARD.encode(&flat.v4),
        v6: STANDARD.encode(&flat.v6),
        lists: lists.into_iter().map(|(entry, _)| entry).collect(),
        ..Networks::default()
    };
    parts.mark(&mut networks);
    Read { networks, parts, ages }
}

/// What a list is called: its file's name without the ending.
fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The files that `paths` name; a folder stands for all its `.txt` files in the order of their names.
fn files(paths: &[PathBuf], folder: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths.iter().map(|path| folder.join(path)) {
        if !path.is_dir() {
            files.push(path);
            continue;
        }
        match std::fs::read_dir(&path) {
            Ok(entries) => {
                let inside = entries.filter_map(|entry| Some(entry.ok()?.path()));
                let mut inside: Vec<PathBuf> =
                    inside.filter(|file| file.extension().is_some_and(|e| e == "txt")).collect();
                inside.sort();
                files.extend(inside);
            }
            Err(error) => problems.push(Problem::new(path.display().to_string(), error.to_string(), "check the path")),
        }
    }
    files
}

fn list(path: &Path, text: &str, problems: &mut Vec<Problem>) -> Option<(NetworkEntry, Vec<Prefix>)> {
    let mut blocks = Vec::new();
    let mut kind = None;
    let mut sources = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let place = || format!("{}:{}", path.display(), number.saturating_add(1));
        if let Some(comment) = line.strip_prefix('#') {
            match comment.trim().split_once(": ") {
                Some(("kind", value)) => kind = Some(value.trim().to_owned()),
                Some(("source", value)) => sources.push(value.trim().to_owned()),
                _ => {}
            }
        } else if !line.trim().is_empty() {
            match line.trim().parse() {
                Ok(block) => blocks.push(block),
                Err(error) => problems.push(Problem::new(place(), format!("`{}`: {error}", line.trim()), "")),
            }
        }
    }
    let remedy = "the head needs a line such as `# kind: hosting`";
    let Some(kind) = kind.filter(|kind| NetworkKind::parse(kind).is_some()) else {
        problems.push(Problem::new(path.display().to_string(), "no known kind of network", remedy));
        return None;
    };
    if sources.is_empty() {
        let remedy = "the head needs a line such as `# source: https://example.org/list (CC0-1.0, 2026-11)`";
        problems.push(Problem::new(path.display().to_string(), "no source", remedy));
    }
    let name = stem(path);
    Some((NetworkEntry { name, kind, source: None, date: feed::date(text) }, blocks))
}
