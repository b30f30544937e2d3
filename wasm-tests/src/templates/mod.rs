//! How well endpoints are learned: real APIs' path templates, traffic drawn from their parameters, and what the learner makes of it.
//!
//! A host's templates are the truth. Each gets requests whose values are drawn from a population that fits the parameter
//! (type, format, pattern, enumeration, example; else its name). The learner sees the paths alone, shuffled. Hosts are split
//! in two by the hash of their name: thresholds were chosen on the one half, figures are from the other.

mod draw;
mod pattern;
mod run;
mod score;
mod truth;

pub use draw::{Draw, Random};
pub use run::{SCENARIOS, Scenario, render, run, words};
pub use score::{Figures, Share, score};
pub use truth::{Host, Template, hosts};
