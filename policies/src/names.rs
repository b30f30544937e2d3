//! Name tables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use filter_core::policy::Problem;
use filter_core::policy::wire::NamedEntry;
use serde::Deserialize;

use crate::source::json;

/// One file of names.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    sources: Vec<Provenance>,
    names: Vec<NamedEntry>,
}

/// Where a file's facts came from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provenance {
    url: String,
    licence: String,
    date: String,
}

/// Reads all tables. A token of a later file that an earlier one has is left out; twice in one file is a problem.
pub(crate) fn read(paths: &[PathBuf], folder: &Path, problems: &mut Vec<Problem>) -> Vec<NamedEntry> {
    let mut names = Vec::new();
    let mut file_of: BTreeMap<String, usize> = BTreeMap::new();
    for (file, path) in paths.iter().enumerate() {
        let path = folder.join(path);
        let place = |index: usize| format!("{}#/names/{index}", path.display());
        let table: Table = match json(&path) {
            Ok(table) => table,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        if table.sources.iter().any(|s| s.url.is_empty() || s.licence.is_empty() || s.date.is_empty()) {
            let message = "a source without address, licence or date";
            problems.push(Problem::new(path.display().to_string(), message, "say where the facts came from, and when"));
        }
        for (index, entry) in table.names.into_iter().enumerate() {
            let word = entry.token.trim_matches('*').to_owned();
            match file_of.get(&word) {
                None => {
                    file_of.insert(word, file);
                    names.push(entry);
                }
                Some(first) if *first == file => {
                    problems.push(Problem::new(place(index), format!("token `{word}` stands twice"), "remove one"));
                }
                Some(_) => {}
            }
        }
    }
    names
}
