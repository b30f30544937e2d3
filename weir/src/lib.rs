//! The operator's program, as a library for its tests and for the conformance suite.
//!
//! [`input`] opens files, [`trace`] reads and writes requests as JSON Lines, [`host`] says what each host sees of them,
//! [`source`] reads access logs, [`single`] one request out of anything; [`desk`] sets an engine up, [`replay`] runs it over them, [`case`] sets verdicts down,
//! [`explain`] tells a person why; [`discover`] lists endpoints; [`check`] finds what is wrong with a file, [`bundle`] signs, [`shelf`] ships, [`shadow`] says what a candidate would have done;
//! [`accounts`] finds an operator's accounts in events, [`endpoints`] looks names up in a bundle, [`feed`] keeps lists of networks current, [`simulate`] makes campaigns up,
//! [`tune`] finds thresholds.

pub mod accounts;
pub mod bundle;
pub mod case;
pub mod check;
pub mod desk;
pub mod discover;
pub mod endpoints;
pub mod explain;
pub mod feed;
pub mod files;
pub mod host;
pub mod input;
pub mod replay;
pub mod shadow;
pub mod shelf;
pub mod simulate;
pub mod single;
pub mod source;
pub mod status;
pub mod terminal;
pub mod time;
pub mod trace;
pub mod tune;
