//! What became of a request, told to the records that it touched.

use std::sync::Arc;

use filter_core::engine::Ticket;
use filter_core::engine::shadow::Mark;
use filter_core::facts::{Fact, Header, Outcome};
use hyper::Response;
use hyper::body::Body as _;
use hyper::header::CONTENT_ENCODING;

use crate::body::{self, Body};
use crate::clock;
use crate::events::Events;
use crate::store::{Active, Store};

/// Header lines of an answer that are shown.
const LINES: usize = 64;

/// An answer that is waited for. Where none comes since the client has gone, nothing is counted, which does no harm.
pub(crate) struct Due {
    /// The engine that judged; a new bundle may have come since.
    pub(crate) active: Arc<Active>,
    pub(crate) ticket: Ticket,
    /// What a candidate wants of it.
    pub(crate) mark: Option<Mark>,
    /// When it judged.
    pub(crate) since: u64,
}

/// Counts the answer before its body is sent, and tells news of accounts. Where an outcome rule asks for a member of the answer, its first
/// bytes are read ahead; not of compressed ones.
pub(crate) async fn settle(
    store: &Store,
    events: Option<&Events>,
    due: &Due,
    response: Response<Body>,
) -> Response<Body> {
    let limit = due.ticket.answer_prefix(&due.active.engine);
    if limit == 0 || response.headers().contains_key(CONTENT_ENCODING) {
        count(store, events, due, &response, Fact::Unknown);
        return response;
    }
    let (parts, body) = response.into_parts();
    let (body, first) = body::read_ahead(body, limit).await;
    let response = Response::from_parts(parts, body);
    count(store, events, due, &response, first.as_ref().map_or(Fact::Unknown, |first| Fact::Present(first.as_slice())));
    response
}

fn count(store: &Store, events: Option<&Events>, due: &Due, response: &Response<Body>, body: Fact<&[u8]>) {
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
        body,
    };
    let mut memory = store.memory();
    let records = memory.tables.find(due.ticket.keys());
    let alert = due.active.engine.settle(&due.ticket, &outcome, records, now);
    drop(memory);
    if let Some(mark) = &due.mark {
        store.trial().settle(mark, &due.active.engine, &due.ticket, &outcome, false);
    }
    if let (Some(alert), Some(events)) = (alert, events) {
        events.send(alert.event());
    }
}
