//! Seeds from committed recordings and tables.

use std::sync::OnceLock;

use weir::trace::{Record, Request};

const CLIENTS: &str = include_str!("../../traces/clients.jsonl");
const CLAIMS: &str = include_str!("../../../filter-core/tests/claims/claims.tsv");

/// Every tenth line of the recorded clients, as text.
pub(crate) fn lines() -> Vec<Vec<u8>> {
    CLIENTS.lines().step_by(10).map(|line| line.as_bytes().to_vec()).collect()
}

/// The requests on those lines.
pub(crate) fn requests() -> &'static [Request] {
    static REQUESTS: OnceLock<Vec<Request>> = OnceLock::new();
    REQUESTS.get_or_init(|| {
        let parsed = lines().into_iter().map(|line| Record::parse(&line).unwrap());
        parsed.filter_map(|record| if let Record::Request(request) = record { Some(*request) } else { None }).collect()
    })
}

/// User agents of all families.
pub(crate) fn user_agents() -> Vec<Vec<u8>> {
    let rows = CLAIMS.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| row.rsplit('\t').next()).map(|text| text.as_bytes().to_vec()).collect()
}

/// Values of a header in the recordings, each once.
pub(crate) fn header(name: &str) -> Vec<Vec<u8>> {
    let all = requests().iter().flat_map(|request| &request.headers);
    let mut values: Vec<_> =
        all.filter(|(found, _)| found.as_bytes() == name.as_bytes()).map(|(_, value)| value.0.clone()).collect();
    values.sort();
    values.dedup();
    values
}

/// Texts as seeds.
pub(crate) fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
