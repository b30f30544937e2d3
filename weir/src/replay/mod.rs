//! What would have happened: an engine run over recorded requests, in constant memory.

mod heavy;
mod memory;
mod problems;
mod render;
mod summary;
mod walk;

pub use heavy::Heavy;
pub use memory::Memory;
pub use problems::Problems;
pub use render::many;
pub use summary::Summary;
pub(crate) use walk::{Step, walk};

use std::io;

use filter_core::engine::shadow::Shadow;
use filter_core::engine::{Engine, Verdict};

use crate::case;
use crate::host::Host;
use crate::source::Source;
use crate::trace::Request;

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
    shadow: Option<&mut Shadow>,
    mut each: impl FnMut(u64, &Request, &Verdict<'_>) -> io::Result<()>,
) -> io::Result<()> {
    walk(source, engine, host, memory, shadow, &mut |step| match step {
        Step::Asked(line, request, verdict) => {
            summary.count(verdict);
            if let Some(case) = &request.case {
                summary.cases.add(name, line, case::compare(case, engine, verdict));
            }
            each(line, request, verdict)
        }
        Step::Answered(_, is_known) => {
            summary.count_answer(is_known);
            Ok(())
        }
        Step::Broken(line, problem) => {
            summary.problems.add(name, line, &problem);
            Ok(())
        }
    })
}
