//! What would have happened: an engine run over recorded requests, in constant memory.

mod heavy;
mod problems;
mod render;
mod summary;

pub use heavy::Heavy;
pub use problems::Problems;
pub use render::many;
pub use summary::Summary;

use std::io;

use filter_core::engine::{Engine, Verdict};

use crate::case;
use crate::host::Host;
use crate::source::Source;
use crate::trace::{Record, Request};

/// Judges every request of `source` and counts; `each` is shown every request with its verdict.
///
/// # Errors
/// Where the source cannot be read further, or `each` fails.
pub fn run(
    source: &mut Source,
    name: &str,
    engine: &Engine,
    host: Option<&Host>,
    summary: &mut Summary,
    mut each: impl FnMut(u64, &Request, &Verdict<'_>) -> io::Result<()>,
) -> io::Result<()> {
    while let Some((line, record)) = source.next_record()? {
        let mut request = match record {
            Ok(Record::Request(request)) => request,
            Ok(Record::Response(_)) => {
                summary.count_answer();
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
        let verdict = engine.judge(&facts, request.t);
        summary.count(&verdict);
        if let Some(case) = &request.case {
            summary.cases.add(name, line, case::compare(case, engine, &verdict));
        }
        each(line, &request, &verdict)?;
    }
    Ok(())
}
