//! What two bundles say of the same recorded requests.

use std::collections::BTreeMap;
use std::io;

use filter_core::engine::{Engine, Verdict};
use filter_core::state::Records;
use serde::Serialize;

use crate::replay::Memory;
use crate::source::Source;
use crate::trace::Record;

/// Requests shown of each change.
const SHOWN: usize = 3;

/// Requests on which the verdicts differ in action or rule.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verdicts {
    /// Requests judged.
    pub requests: u64,
    /// Requests whose action or rule changes.
    pub changed: u64,
    /// Lines that are no request.
    pub unread: u64,
    /// By what changes, the most frequent first.
    pub moves: Vec<Move>,
}

/// One way in which verdicts change.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Move {
    /// Action and rule before.
    pub before: String,
    /// Action and rule after.
    pub after: String,
    /// Requests.
    pub requests: u64,
    /// The first of them: `file:line`.
    pub first: Vec<String>,
}

/// Judges every request of the source with both, each with its own memory.
///
/// # Errors
/// Where the source cannot be read further.
pub fn compare(source: &mut Source, name: &str, before: &Engine, after: &Engine) -> io::Result<Verdicts> {
    let mut memories = [Memory::of(before), Memory::of(after)];
    let mut all = Verdicts::default();
    let mut moves: BTreeMap<(String, String), Move> = BTreeMap::new();
    while let Some((line, record)) = source.next_record()? {
        let request = match record {
            Ok(Record::Request(request)) => request,
            Ok(Record::Response(answer)) => {
                for (engine, memory) in [before, after].into_iter().zip(&mut memories) {
                    memory.settle(engine, &answer, None);
                }
                continue;
            }
            Err(_) => {
                all.unread = all.unread.saturating_add(1);
                continue;
            }
        };
        let lent = request.facts();
        let facts = lent.facts();
        let mut told = [before, after].into_iter().zip(&mut memories).map(|(engine, memory)| {
            let plan = engine.plan(&facts, request.t);
            let records = memory.tables().map_or_else(Records::default, |tables| tables.lend(plan.touched()));
            let verdict = engine.decide(plan, records);
            let told = tell(&verdict);
            if let Some(ticket) = verdict.ticket() {
                memory.wait(&request.id, ticket, None);
            }
            told
        });
        let (one, other) = (told.next().unwrap_or_default(), told.next().unwrap_or_default());
        all.requests = all.requests.saturating_add(1);
        if one == other {
            continue;
        }
        all.changed = all.changed.saturating_add(1);
        let entry = moves.entry((one.clone(), other.clone())).or_default();
        (entry.before, entry.after) = (one, other);
        entry.requests = entry.requests.saturating_add(1);
        if entry.first.len() < SHOWN {
            entry.first.push(format!("{name}:{line}"));
        }
    }
    all.moves = moves.into_values().collect();
    all.moves.sort_by_key(|one| std::cmp::Reverse(one.requests));
    Ok(all)
}

fn tell(verdict: &Verdict<'_>) -> String {
    let rule = verdict.rule().map_or("otherwise", |rule| rule.id.as_str());
    format!("{} ({rule})", verdict.action().as_str())
}
