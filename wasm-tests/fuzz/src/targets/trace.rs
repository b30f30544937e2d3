//! Traces: a record reads the same when written and read again; redaction keeps shapes and is done once.

use weir::case::redact;
use weir::trace::{Logged, Record, Request};

use super::Target;
use crate::seeds;

pub(super) const TARGET: Target = Target {
    name: "trace",
    check,
    seeds: || {
        let mut all = seeds::lines();
        all.extend(
            include_str!("../../../../weir/tests/data/small.trace.jsonl").lines().map(|line| line.as_bytes().to_vec()),
        );
        all
    },
    rounds: 3000,
};

fn check(data: &[u8]) {
    match Record::parse(data) {
        Ok(Record::Request(request)) => again(*request),
        Ok(record) => round_trip(&record),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// What must hold of every request that any reader gives.
pub(super) fn again(request: Request) {
    // What only a log line says beside the request has no place in a trace.
    let request = Request { logged: Logged::default(), ..request };
    let mut told = request.clone();
    redact(&mut told);
    let lengths = |request: &Request| -> Vec<usize> {
        let headers = request.headers.iter().flat_map(|(name, value)| [name.0.len(), value.0.len()]);
        headers.chain([request.path.0.len(), request.authority.0.len()]).collect()
    };
    assert_eq!(lengths(&told), lengths(&request));
    let mut twice = told.clone();
    redact(&mut twice);
    assert_eq!(twice, told, "redacted once is redacted");
    round_trip(&Record::Request(Box::new(told)));
    round_trip(&Record::Request(Box::new(request)));
}

pub(super) fn round_trip(record: &Record) {
    let line = record.to_json();
    assert!(!line.contains('\n'));
    assert_eq!(&Record::parse(line.as_bytes()).unwrap(), record, "{line}");
}
