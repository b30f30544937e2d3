//! Which endpoints there are: an inventory out of recorded traffic, in constant memory, and how it compares with a description.
//!
//! [`Inventory`] collects, [`Report`] is what it found; [`labels`] says what an endpoint is probably for, [`openapi`] reads and
//! writes descriptions, [`compare`] sets one beside the other.

pub mod compare;
mod inventory;
pub mod labels;
pub mod openapi;
mod operation;
mod parameters;
mod render;
mod report;

pub use inventory::Inventory;
pub use operation::{Operation, Operations};
pub use parameters::{Kind, Parameters};
pub use report::{Endpoint, Report, Segment};

use std::io;

use crate::source::Source;
use crate::trace::Record;

/// Collects every request of `source`; `each` is called for every one.
///
/// # Errors
/// Where the source cannot be read further.
pub fn run(source: &mut Source, name: &str, inventory: &mut Inventory, mut each: impl FnMut()) -> io::Result<()> {
    while let Some((line, record)) = source.next_record()? {
        each();
        match record {
            Ok(Record::Request(request)) => inventory.request(request),
            Ok(Record::Response(answer)) => inventory.answer(&answer),
            Err(problem) => inventory.problems.add(name, line, &problem),
        }
    }
    inventory.flush();
    Ok(())
}
