//! The walk over recorded traffic that every verb takes: requests are judged, answers settled where they stand.

use std::io;

use filter_core::engine::shadow::Shadow;
use filter_core::engine::{Engine, Verdict};
use filter_core::state::Records;

use super::Memory;
use crate::host::Host;
use crate::source::{Problem, Source};
use crate::trace::{Record, Request, Response};

/// One line of it.
pub(crate) enum Step<'s, 'v> {
    /// A request, judged with what is remembered of those before.
    Asked(u64, &'s Request, &'s Verdict<'v>),
    /// An answer, and whether its request is known.
    Answered(&'s Response, bool),
    /// What is neither.
    Broken(u64, Problem),
}

/// Shows every line of `source` to `each`, as `host` would see it; a candidate is shown every request that it is to look at.
///
/// # Errors
/// Where the source cannot be read further, or `each` fails.
pub(crate) fn walk(
    source: &mut Source,
    engine: &Engine,
    host: Option<&Host>,
    memory: &mut Memory,
    mut shadow: Option<&mut Shadow>,
    each: &mut dyn FnMut(Step<'_, '_>) -> io::Result<()>,
) -> io::Result<()> {
    while let Some((line, record)) = source.next_record()? {
        let mut request = match record {
            Ok(Record::Request(request)) => request,
            Ok(Record::Response(answer)) => {
                let is_known = memory.settle(engine, &answer, shadow.as_deref_mut());
                each(Step::Answered(&answer, is_known))?;
                continue;
            }
            Err(problem) => {
                each(Step::Broken(line, problem))?;
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
        each(Step::Asked(line, &request, &verdict))?;
        let mark = shadow.as_deref_mut().and_then(|shadow| shadow.look(&facts, &verdict, &request.id));
        if let Some(ticket) = verdict.ticket() {
            memory.wait(&request.id, ticket, mark);
        }
    }
    Ok(())
}
