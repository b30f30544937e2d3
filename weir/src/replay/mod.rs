//! What would have happened: an engine run over recorded requests, in constant memory.

mod heavy;
mod memory;
mod problems;
mod render;
mod summary;

pub use heavy::Heavy;
pub use memory::Memory;
pub use problems::Problems;
pub use render::many;
pub use summary::Summary;

use std::io;

use filter_core::engine::shadow::Shadow;
use filter_core::engine::{Engine, Verdict};
use filter_core::state::Records;

use crate::case;
use crate::host::Host;
use crate::source::Source;
use crate::trace::{Record, Request};

/// Judges every request of `source` with what `memory` holds of those before, and counts; `each` is shown every request with
/// its verdict, and a candidate every one that it is to look at. Answers are settled where they stand.
///
/// # Errors
/// Where the source cannot be read further, or `each` fails.
#[allow(clippy::too_many_arguments, reason = "what a replay is made of")]
pub fn run(
    source: &mut Source,
    name: &str,
    engine: &Engine,
    host: Option<&Host>,
    memory: &mut Memory,
    summary: &mut Summary,
    mut shadow: Option<&mut Shadow>,
    mut each: impl FnMut(u64, &Request, &Verdict<'_>) -> io::Result<()>,
) -> io::Result<()> {
    while let Some((line, record)) = source.next_record()? {
        let mut request = match record {
            Ok(Record::Request(request)) => request,
            Ok(Record::Response(answer)) => {
                summary.count_answer(memory.settle(engine, &answer, shadow.as_deref_mut()));
                continue;
            }
            Err(problem) => {
                summary.problems.add(name, line, &problem);
                continue;
            }
        };
        if let Some(host) = host {
            host.project(&mut request);
        }
        let lent = request.facts();
        let facts = lent.facts();
        let plan = engine.plan(&facts, request.t);
        let records = memory.tables().map_or_else(Records::default, |tables| tables.lend(plan.touched()));
        let verdict = engine.decide(plan, records);
        summary.count(&verdict);
        if let Some(case) = &request.case {
            summary.cases.add(name, line, case::compare(case, engine, &verdict));
        }
        each(line, &request, &verdict)?;
        let mark = shadow.as_deref_mut().and_then(|shadow| shadow.look(&facts, &verdict, &request.id));
        if let Some(ticket) = verdict.ticket() {
            memory.wait(&request.id, ticket, mark);
        }
    }
    Ok(())
}
