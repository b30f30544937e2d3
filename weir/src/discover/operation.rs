//! What was seen of one method of one endpoint; its size is bounded.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;

use filter_core::facts::Fact;
use filter_core::state::endpoints::Tally;
use filter_core::state::sketches::{Distinct, Quantiles};

use super::Parameters;
use crate::trace::{Request, Response, Text};

/// Methods of one endpoint that are kept apart; the rest is `OTHER`.
const METHODS: usize = 12;
/// Statuses and content types likewise.
const KEPT: usize = 24;

/// One method of one endpoint.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    /// Requests.
    pub requests: u64,
    /// Answers by status.
    pub statuses: BTreeMap<u16, u64>,
    /// Bytes of all answers, and answers whose size is known.
    pub bytes: (u64, u64),
    /// Milliseconds to the answer.
    pub latency: Quantiles,
    /// Different addresses, within 9 % past 31.
    clients: Distinct<32>,
    /// Requests with credentials (an `Authorization` header or a logged user), of those where they could be seen.
    pub authenticated: (u64, u64),
    /// Requests by content type.
    pub request_types: BTreeMap<String, u64>,
    /// Answers by content type.
    pub answer_types: BTreeMap<String, u64>,
    /// Parameters in the query.
    pub query: Parameters,
    /// Members of JSON and form bodies.
    pub body: Parameters,
    /// Milliseconds since the epoch of the first and last request.
    pub seen: Option<(u64, u64)>,
}

/// Operations of one endpoint by method.
#[derive(Clone, Debug, Default)]
pub struct Operations(pub BTreeMap<String, Box<Operation>>);

impl Tally for Operations {
    fn merge(&mut self, other: Self) {
        for (method, operation) in other.0 {
            self.of(&method).merge(*operation);
        }
    }
}

impl Operations {
    /// The operation of a method.
    pub fn of(&mut self, method: &str) -> &mut Operation {
        let is_new = !self.0.contains_key(method) && self.0.len() >= METHODS;
        self.0.entry(if is_new { "OTHER".into() } else { method.to_owned() }).or_default()
    }

    /// Requests by all methods.
    pub fn requests(&self) -> u64 {
        self.0.values().fold(0, |sum, operation| sum.saturating_add(operation.requests))
    }
}

impl Operation {
    /// Counts a request and its answer, as far as they are known.
    pub fn add(&mut self, request: &Request, answer: Option<&Response>, query: Option<&[u8]>) {
        bump(&mut self.requests, 1);
        let (first, last) = self.seen.unwrap_or((request.t, request.t));
        self.seen = Some((first.min(request.t), last.max(request.t)));
        if let Fact::Present(address) = &request.client.address {
            self.clients.add(hash(address));
        }
        self.credentials(request);
        let request_type = header(&request.headers, "content-type").map(media_type);
        if let Some(kind) = &request_type {
            count(&mut self.request_types, kind.clone(), 1);
        }
        if let Some(query) = query {
            self.query.add_pairs(query);
        }
        if let Fact::Present(body) = &request.body {
            let kind = request_type.unwrap_or_default();
            if kind.contains("json") || kind.is_empty() && body.trim_ascii_start().starts_with(b"{") {
                self.body.add_json(body);
            } else if kind.contains("form-urlencoded") {
                self.body.add_pairs(body);
            }
        }
        self.answer(request, answer);
    }

    fn credentials(&mut self, request: &Request) {
        let user = request.logged.user;
        let can_see = user.is_some()
            || request
                .headers_known
                .as_ref()
                .is_none_or(|known| known.iter().any(|name| name.as_bytes() == b"authorization"));
        if can_see {
            bump(&mut self.authenticated.1, 1);
            let has = user == Some(true) || header(&request.headers, "authorization").is_some();
            bump(&mut self.authenticated.0, u64::from(has));
        }
    }

    fn answer(&mut self, request: &Request, answer: Option<&Response>) {
        let logged = &request.logged;
        if let Some(status) = answer.map(|answer| answer.status).or(logged.status) {
            count(&mut self.statuses, status, 1);
        }
        if let Some(latency) = answer.and_then(|answer| answer.t.checked_sub(request.t)).or(logged.latency) {
            self.latency.add(latency);
        }
        let length = answer
            .and_then(|answer| std::str::from_utf8(header(&answer.headers, "content-length")?).ok()?.parse().ok());
        if let Some(bytes) = length.or(logged.bytes) {
            bump(&mut self.bytes.0, bytes);
            bump(&mut self.bytes.1, 1);
        }
        if let Some(kind) = answer.and_then(|answer| header(&answer.headers, "content-type")) {
            count(&mut self.answer_types, media_type(kind), 1);
        }
    }

    /// Adds what was seen elsewhere of the same operation.
    pub fn merge(&mut self, other: Operation) {
        bump(&mut self.requests, other.requests);
        other.statuses.into_iter().for_each(|(status, times)| count(&mut self.statuses, status, times));
        bump(&mut self.bytes.0, other.bytes.0);
        bump(&mut self.bytes.1, other.bytes.1);
        self.latency.merge(&other.latency);
        self.clients.merge(&other.clients);
        bump(&mut self.authenticated.0, other.authenticated.0);
        bump(&mut self.authenticated.1, other.authenticated.1);
        other.request_types.into_iter().for_each(|(kind, times)| count(&mut self.request_types, kind, times));
        other.answer_types.into_iter().for_each(|(kind, times)| count(&mut self.answer_types, kind, times));
        self.query.merge(other.query);
        self.body.merge(other.body);
        self.seen = match (self.seen, other.seen) {
            (Some((first, last)), Some((earlier, later))) => Some((first.min(earlier), last.max(later))),
            (own, seen) => own.or(seen),
        };
    }

    /// Different addresses; never more than requests, as an estimate could be.
    pub fn clients(&self) -> u64 {
        u64::from(self.clients.count()).min(self.requests)
    }

    /// Answers whose status is in `from..=to`, in percent of those known; `None`: no status is known.
    pub fn share(&self, from: u16, to: u16) -> Option<f64> {
        let all: u64 = self.statuses.values().sum();
        let some: u64 = self.statuses.range(from..=to).map(|(_, times)| times).sum();
        (all > 0).then(|| some as f64 * 100.0 / all as f64)
    }
}

fn hash(address: &IpAddr) -> u64 {
    // Addresses, not keys: nobody gains by colliding in a report. The hasher's keys are fixed.
    let mut hasher = DefaultHasher::new();
    address.hash(&mut hasher);
    hasher.finish()
}

fn header<'h>(headers: &'h [(Text, Text)], name: &str) -> Option<&'h [u8]> {
    let found = headers.iter().find(|(own, _)| own.as_bytes().eq_ignore_ascii_case(name.as_bytes()));
    found.map(|(_, value)| value.as_bytes())
}

/// `text/html; charset=utf-8` as `text/html`.
fn media_type(value: &[u8]) -> String {
    let end = value.iter().position(|byte| *byte == b';').unwrap_or(value.len());
    String::from_utf8_lossy(value.get(..end.min(80)).unwrap_or_default().trim_ascii()).to_lowercase()
}

fn count<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K, times: u64) {
    if counts.contains_key(&key) || counts.len() < KEPT {
        bump(counts.entry(key).or_default(), times);
    }
}

fn bump(count: &mut u64, by: u64) {
    *count = count.saturating_add(by);
}
