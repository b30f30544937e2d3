//! What feeds bring besides network lists: filters of breached passwords, domains of throw-away mail, tables of AS numbers and countries.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use filter_core::fingerprint::credentials::{BreachedKind, Fuse};
use filter_core::policy::Problem;
use filter_core::policy::wire::{BreachedEntry, Networks};
use filter_core::request::Prefix;

use crate::feed::{self, Filter, Kind};
use crate::flatten::table;

/// The list that the signal `mail_disposable` reads.
const DISPOSABLE: &str = "disposable_mail";

/// All of them, joined.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) breached: Vec<BreachedEntry>,
    disposable: BTreeSet<String>,
    asns: Vec<(Prefix, u32)>,
    countries: Vec<(Prefix, u32)>,
}

impl Parts {
    /// Takes what a feed holds that was checked already.
    pub(crate) fn take(&mut self, kind: Kind, path: &Path, name: &str, text: &str, problems: &mut Vec<Problem>) {
        let mut wrong = |line: usize, message: &str| {
            let place = format!("{}:{}", path.display(), line.saturating_add(1));
            problems.push(Problem::new(place, message, "make it again with `weir feed`"));
        };
        if matches!(kind, Kind::BreachedPasswords | Kind::BreachedPairs) {
            match feed::filter(text).map(|filter| entry(kind, name, text, filter)) {
                None => wrong(0, "it does not hold the filter that its head speaks of"),
                Some(Err(why)) => wrong(0, why.split("; ").next().unwrap_or(why)),
                Some(Ok(entry)) => self.breached.push(entry),
            }
            return;
        }
        let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty());
        for (number, line) in lines {
            let line = line.trim();
            let marked = || line.split_once(' ').and_then(|(block, mark)| Some((block.parse().ok()?, mark)));
            match kind {
                Kind::Asn => match marked().and_then(|(block, mark)| Some((block, mark.parse().ok()?))) {
                    Some(entry) => self.asns.push(entry),
                    None => wrong(number, "no block and AS number"),
                },
                Kind::Country => match marked().and_then(|(block, mark)| Some((block, country(mark)?))) {
                    Some(entry) => self.countries.push(entry),
                    None => wrong(number, "no block and country code"),
                },
                _ => _ = self.disposable.insert(line.to_owned()),
            }
        }
    }

    /// Adds the tables.
    pub(crate) fn mark(&self, networks: &mut Networks) {
        for (marks, v4, v6) in [
            (&self.asns, &mut networks.asn_v4, &mut networks.asn_v6),
            (&self.countries, &mut networks.country_v4, &mut networks.country_v6),
        ] {
            let (four, six) = table(marks);
            (*v4, *v6) = (STANDARD.encode(four), STANDARD.encode(six));
        }
    }

    /// Adds the domains to the policy's own.
    pub(crate) fn join(&mut self, lists: &mut BTreeMap<String, Vec<String>>) {
        if !self.disposable.is_empty() {
            self.disposable.extend(lists.remove(DISPOSABLE).unwrap_or_default());
            lists.insert(DISPOSABLE.to_owned(), std::mem::take(&mut self.disposable).into_iter().collect());
        }
    }
}

fn entry(kind: Kind, name: &str, text: &str, filter: Filter) -> Result<BreachedEntry, &'static str> {
    let Filter { keys, bits, seed, segment, table } = filter;
    let written = STANDARD.encode(&table);
    Fuse::new(bits, seed, segment, table.into())?;
    let kind = if kind == Kind::BreachedPairs { BreachedKind::Pairs } else { BreachedKind::Passwords };
    Ok(BreachedEntry {
        name: name.to_owned(),
        kind: kind.as_str().to_owned(),
        date: feed::date(text),
        keys,
        bits,
        seed: format!("{seed:016x}"),
        segment,
        table: written,
    })
}

/// Two upper-case letters as tables hold them.
fn country(code: &str) -> Option<u32> {
    match code.as_bytes() {
        [first @ b'A'..=b'Z', second @ b'A'..=b'Z'] => Some(u32::from(u16::from_be_bytes([*first, *second]))),
        _ => None,
    }
}
