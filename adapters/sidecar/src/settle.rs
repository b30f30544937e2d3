//! What became of a request, told to the records that it touched.

use std::sync::Arc;

use filter_core::engine::Ticket;
use filter_core::facts::{Fact, Header, Outcome};
use hyper::Response;
use hyper::body::Body as _;

use crate::body::Body;
use crate::clock;
use crate::store::{Active, Store};

/// Header lines of an answer that are shown.
const LINES: usize = 64;

/// An answer that is waited for. Where none comes since the client has gone, nothing is counted, which does no harm.
pub(crate) struct Due {
    /// The engine that judged; a new bundle may have come since.
    pub(crate) active: Arc<Active>,
    pub(crate) ticket: Ticket,
    /// When it judged.
    pub(crate) since: u64,
}

/// Counts the answer; its body has not been sent yet.
pub(crate) fn settle(store: &Store, due: &Due, response: &Response<Body>) {
    let headers = response.headers();
    let lines = headers.iter().take(LINES);
    let lines: Vec<Header<'_>> =
        lines.map(|(name, value)| Header { name: name.as_str().as_bytes(), value: value.as_bytes() }).collect();
    let now = clock::milliseconds();
    let outcome = Outcome {
        status: Fact::Present(response.status().as_u16()),
        size: response.body().size_hint().exact().map_or(Fact::Unknown, Fact::Present),
        took: Fact::Present(now.saturating_sub(due.since)),
        headers: &lines,
        headers_known: headers.len() <= LINES,
        body: Fact::Unknown,
    };
    let mut memory = store.memory();
    let records = memory.tables.find(due.ticket.keys());
    due.active.engine.settle(&due.ticket, &outcome, records, now);
}
