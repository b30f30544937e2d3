//! Redaction takes secrets away and leaves every verdict as it is: shown on all recorded clients.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::path::Path;

use filter_core::engine::Engine;
use weir::case::{self, Comparison};
use weir::desk;
use weir::host::Host;
use weir::trace::{Case, Reader, Record, Request};

#[test]
fn every_recorded_request_survives_as_a_case() {
    let engine = desk::load(None, None).unwrap();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wasm-tests/traces/clients.jsonl");
    let hosts: Vec<_> = std::iter::once(None).chain(Host::all().into_iter().map(Some)).collect();
    let (mut requests, mut redacted) = (0u32, 0u32);
    for item in Reader::open(&corpus).unwrap() {
        let (line, record) = item.unwrap();
        let Ok(Record::Request(request)) = record else { continue };
        for host in &hosts {
            let case = survives(&engine, *request.clone(), host.as_ref(), line);
            requests = requests.saturating_add(1);
            redacted = redacted.saturating_add(u32::from(!case.redacted.is_empty()));
        }
    }
    assert!(requests > 2_000 && redacted > 500, "{requests} requests, {redacted} of them redacted");
}

/// Makes a case of a request, reads it as another desk does, and compares.
fn survives(engine: &Engine, mut request: Request, host: Option<&Host>, line: u64) -> Case {
    if let Some(host) = host {
        host.project(&mut request);
    }
    let lent = request.facts();
    let facts = lent.facts();
    let told = case::make(engine, &request, &engine.judge(&facts, request.t), None);
    let written = Record::Request(Box::new(told)).to_json();
    let Ok(Record::Request(again)) = Record::parse(written.as_bytes()) else { panic!("line {line}") };
    let case = again.case.as_deref().unwrap();
    let lent = again.facts();
    let facts = lent.facts();
    let comparison = case::compare(case, engine, &engine.judge(&facts, again.t));
    assert_eq!(comparison, Comparison::Same, "line {line}, {}", request.id);
    assert!(case.exact, "line {line}");
    case.clone()
}
