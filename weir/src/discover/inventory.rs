//! Collecting: requests joined with their answers, counted where they belong.

use std::collections::{BTreeMap, VecDeque};

use filter_core::request::{ClientAddressSettings, Request as View};
use filter_core::state::endpoints::{Bounds, Learner};

use super::{Operation, Operations};
use crate::replay::{Heavy, Problems};
use crate::trace::{Request, Response};

/// Requests that wait for their answer.
const WAITING: usize = 4096;
/// Paths that were not found and wait to be told whether they belong to an endpoint after all.
const UNFOUND: usize = 4096;
/// Paths not found that are kept to name the most frequent.
const PROBED: usize = 1024;

/// Collects endpoints. Its size does not depend on the input's.
pub struct Inventory {
    pub(super) learner: Learner<Operations>,
    waiting: VecDeque<Box<Request>>,
    unfound: BTreeMap<(String, String), Operations>,
    /// Requests for what is not there.
    pub(super) probes: u64,
    pub(super) probed: Heavy<String>,
    /// Requests without a path: `*`, `CONNECT`.
    pub(super) pathless: u64,
    pub(super) requests: u64,
    pub(super) seen: Option<(u64, u64)>,
    /// Lines without a request.
    pub problems: Problems,
}

impl Inventory {
    /// Knows nothing but what is taught: templates such as `/users/{id}`.
    pub fn new<'t>(taught: impl IntoIterator<Item = &'t str>) -> Self {
        let mut learner = Learner::new(Bounds::DESK);
        taught.into_iter().for_each(|template| learner.teach(None, template.as_bytes()));
        Inventory {
            learner,
            waiting: VecDeque::new(),
            unfound: BTreeMap::new(),
            probes: 0,
            probed: Heavy::new(PROBED),
            pathless: 0,
            requests: 0,
            seen: None,
            problems: Problems::default(),
        }
    }

    /// Takes a request in; one whose answer is not known yet waits for it.
    pub fn request(&mut self, request: Box<Request>) {
        if request.logged.status.is_some() {
            return self.count(&request, None);
        }
        if self.waiting.len() >= WAITING
            && let Some(oldest) = self.waiting.pop_front()
        {
            self.count(&oldest, None);
        }
        self.waiting.push_back(request);
    }

    /// Takes an answer in.
    pub fn answer(&mut self, answer: &Response) {
        // Answers come soon after: from the end.
        let place = self.waiting.iter().rposition(|request| request.id == answer.id);
        if let Some(request) = place.and_then(|place| self.waiting.remove(place)) {
            self.count(&request, Some(answer));
        }
    }

    /// No more answers come.
    pub fn flush(&mut self) {
        while let Some(request) = self.waiting.pop_front() {
            self.count(&request, None);
        }
    }

    fn count(&mut self, request: &Request, answer: Option<&Response>) {
        self.requests = self.requests.saturating_add(1);
        let (first, last) = self.seen.unwrap_or((request.t, request.t));
        self.seen = Some((first.min(request.t), last.max(request.t)));
        let lent = request.facts();
        let facts = lent.facts();
        let view = View::new(&facts, &ClientAddressSettings::default());
        let path = view.path.normalised();
        if !path.starts_with(b"/") {
            self.pathless = self.pathless.saturating_add(1);
            return;
        }
        let host = host(request.authority.as_bytes());
        let method: String = request.method.to_string().chars().take(24).collect();
        let status = answer.map(|answer| answer.status).or(request.logged.status);
        // What is not there, or cannot be asked for so, says nothing about which paths there are.
        let is_found = !matches!(status, Some(400 | 404 | 405 | 410 | 414 | 501));
        if is_found {
            self.learner.observe(host.as_bytes(), path).of(&method).add(request, answer, view.path.query());
            return;
        }
        if self.unfound.len() >= UNFOUND {
            self.settle();
        }
        let key = (host, String::from_utf8_lossy(path.get(..512).unwrap_or(path)).into_owned());
        self.unfound.entry(key).or_default().of(&method).add(request, answer, view.path.query());
    }

    /// Paths not found go to the endpoint they belong to, or to the probes.
    pub(super) fn settle(&mut self) {
        for ((host, path), operations) in std::mem::take(&mut self.unfound) {
            match self.learner.find(host.as_bytes(), path.as_bytes()) {
                Some(found) => {
                    for (method, operation) in operations.0 {
                        found.of(&method).merge(*operation);
                    }
                }
                None => {
                    let requests = operations.requests();
                    self.probes = self.probes.saturating_add(requests);
                    (0..requests.min(1000)).for_each(|_| self.probed.add(&path));
                }
            }
        }
    }
}

/// Lower case, without port.
fn host(authority: &[u8]) -> String {
    let text = String::from_utf8_lossy(authority.get(..255).unwrap_or(authority)).to_lowercase();
    let end = match text.rfind(':') {
        Some(at) if text.get(at..).is_some_and(|port| port.chars().skip(1).all(|c| c.is_ascii_digit())) => at,
        _ => text.len(),
    };
    text.get(..end).unwrap_or(&text).to_owned()
}

/// All operations of an endpoint as one.
pub(super) fn sum(operations: &Operations) -> Operation {
    let mut all = Operation::default();
    operations.0.values().for_each(|operation| all.merge((**operation).clone()));
    all
}
