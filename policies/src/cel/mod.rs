//! Conditions as an author writes them: CEL expressions, lowered to the core's tree.
//!
//! The expression is parsed by the `cel` crate, every name and type is checked against the [variables](VARIABLES), and what
//! is left is a tree of tests, each of one variable against literals. There are no loops but over literal lists, which are
//! written out, and nothing is computed: so the tree's cost and memory are known when it is built.
//!
//! **Unknown.** A fact that the host cannot see is *unknown*, and a test of it is neither true nor false: CEL's errors, in
//! CEL's logic. `false && unknown` is false, `true || unknown` is true, everything else with an unknown in it is unknown, `!`
//! too; and a rule matches only where its condition is true.
//!
//! **Absent.** A text that the client did not send is empty. A number or word that it did not send equals nothing and is
//! neither less nor more than anything.

mod fault;
mod literal;
mod lower;
mod parse;
mod place;
mod quantify;
mod resolve;
mod test;
mod text;
mod tree;
mod variables;

use std::collections::BTreeMap;

use filter_core::policy::wire::{Endpoint, NamedEntry, NetworkEntry};

use crate::code::Code;

pub use fault::Fault;
pub use tree::Lowered;
pub use variables::{VARIABLES, Variable};

/// What names in a condition can refer to.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'s> {
    /// The policy's endpoints.
    pub endpoints: &'s [Endpoint],
    /// The policy's lists of texts.
    pub lists: &'s BTreeMap<String, Vec<String>>,
    /// The network lists it names.
    pub networks: &'s [NetworkEntry],
    /// The name tables it names.
    pub names: &'s [NamedEntry],
}

/// Bytes of one expression. Far above what a person can read; the parser's memory grows with it.
pub const EXPRESSION: usize = 16_384;

/// Lowers one condition.
///
/// # Errors
/// Everything that is wrong with it; where it cannot be parsed, only that.
pub fn compile(text: &str, scope: &Scope<'_>) -> Result<Lowered, Vec<Fault>> {
    std::thread::scope(|threads| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(threads, || lower(text, scope));
        thread.ok().and_then(|thread| thread.join().ok())
    })
    .unwrap_or_else(|| {
        let message = "it cannot be parsed in the memory there is";
        Err(vec![Fault::new(Code::SIZE, 0..text.len(), message, "split the rule")])
    })
}

/// The parser recurses, in frames of many kilobytes; memory is taken only as far as it is used.
const STACK: usize = 512 << 20;

fn lower(text: &str, scope: &Scope<'_>) -> Result<Lowered, Vec<Fault>> {
    let parsed = parse::parse(text)?;
    let mut lowering = lower::Lowering::new(&parsed, scope);
    let lowered = lowering.condition(&parsed.root);
    match lowered {
        Some(lowered) if lowering.faults.is_empty() => Ok(lowered),
        _ => Err(lowering.faults),
    }
}
