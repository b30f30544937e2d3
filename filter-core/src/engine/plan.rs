//! What a request touches, before it is judged.

use core::cell::OnceCell;

use siphasher::sip::SipHasher24;

use super::header_sets::Found;
use super::{Engine, HeaderSets};
use crate::facts::{Fact, Facts};
use crate::fingerprint::credentials::{Attempt, Known, LoginForm};
use crate::fingerprint::{Fingerprint, Names};
use crate::keys::Keys;
use crate::policy::Endpoint;
use crate::request::{HeaderName, Headers, Method, Request};
use crate::signals::infrastructure::Origin;
use crate::signals::{Evidence, Scope, Seen};
use crate::state::{Memory, Naming, RecordKeys, Touched};

/// A request, read and named: which records it touches, and what it wants of its host.
#[derive(Debug)]
pub struct Plan<'a> {
    pub(super) request: Request<'a>,
    pub(super) fingerprint: Fingerprint<'a>,
    pub(super) origin: Origin<'a>,
    /// Place of its endpoint in the bundle.
    pub(super) place: Option<u16>,
    /// What the header set alone shows.
    pub(super) header_set: Evidence,
    /// Found when first asked for: hashing costs as much as judging a short request.
    pub(super) touched: OnceCell<Touched>,
    pub(super) now: u64,
    engine: &'a Engine,
}

impl<'a> Plan<'a> {
    pub(super) fn new(engine: &'a Engine, facts: &'a Facts<'a>, now: u64, known: Option<&mut HeaderSets>) -> Self {
        let (bundle, settings) = (&engine.bundle, &engine.client_address);
        let found = known.and_then(|known| known.find(facts, engine.stamp));
        let headers = match found.as_ref().and_then(Found::index) {
            Some(index) => Headers::indexed(facts, index),
            None => Headers::new(facts),
        };
        let request = Request::with_headers(facts, headers, settings);
        let judged = found.as_ref().and_then(|found| found.judged(&request));
        let fingerprint = match judged {
            Some(judged) => judged.fingerprint(&request, bundle.names()),
            None => Fingerprint::new(&request, bundle.names()),
        };
        let origin = Origin::new(&request, &fingerprint, bundle.networks());
        let header_set = match judged {
            Some(judged) => judged.evidence,
            None => {
                let memory = Memory::default();
                let seen = Seen { request: &request, fingerprint: &fingerprint, origin: &origin, memory: &memory, now };
                judge_header_set(&seen, bundle.names(), found)
            }
        };
        let place = bundle.endpoint_of(&request);
        Plan { request, fingerprint, origin, place, header_set, touched: OnceCell::new(), now, engine }
    }

    /// The request, indexed.
    pub fn request(&self) -> &Request<'a> {
        &self.request
    }

    /// Keys of the records it touches: what a host that stores records asks its store for.
    pub fn keys(&self) -> &RecordKeys {
        &self.touched().keys
    }

    /// Which records it touches, and what it adds to them.
    pub fn touched(&self) -> &Touched {
        self.touched.get_or_init(|| {
            let Engine { bundle, keys, .. } = self.engine;
            let endpoint = self.endpoint();
            let naming = Naming {
                sources: bundle.identity(),
                asn: self.origin.asn(&self.request),
                endpoint: endpoint.map(|endpoint| endpoint.id.as_str()),
                key: keys.as_ref().map_or_else(SipHasher24::new, Keys::ids),
                attempt: self.login().and_then(|form| {
                    let known = Known { disposable: bundle.disposable_mail(), breached: bundle.breached() };
                    Attempt::of(&self.request, form, keys.as_ref(), known)
                }),
            };
            Touched::of(&self.request, &self.fingerprint, naming, self.now)
        })
    }

    /// Whether it is a login with something in it that is looked into. Hosts that keep no records have no code that would look.
    #[inline(never)] // only golden tests ask
    pub(super) fn reads_login(&self) -> bool {
        let inspects = self.login().is_some_and(|form| form.limit > 0);
        let has_body = self.request.facts.body.present().is_some();
        inspects && (has_body || self.request.header(HeaderName::Authorization).present().is_some())
    }

    /// Keys of the cells that the bundle's rate limits may count it in: what a host that stores cells asks its store for. Those
    /// whose rule is not reached stay as they are.
    pub fn cells(&self) -> impl Iterator<Item = u64> {
        let Engine { bundle, keys, .. } = self.engine;
        let (memory, touched) = (Memory::default(), self.touched());
        let Plan { request, fingerprint, origin, now, .. } = self;
        let hasher = keys.as_ref().map_or_else(SipHasher24::new, Keys::ids);
        bundle.rate_limits().iter().filter_map(move |limit| {
            limit.key(hasher, &Seen { request, fingerprint, origin, memory: &memory, now: *now }, touched)
        })
    }

    /// What the bundle knows about the request's endpoint.
    fn endpoint(&self) -> Option<&'a Endpoint> {
        self.place.and_then(|place| self.engine.bundle.endpoints().get(usize::from(place)))
    }

    /// How logins at the request's endpoint are found.
    fn login(&self) -> Option<&'a LoginForm> {
        self.endpoint()?.login.as_ref()
    }

    /// Bytes of the body's start that the verdict wants; 0: judge at once. The host then plans anew with
    /// [`Facts::body`](crate::facts::Facts::body). Only where the request's endpoint says so, and records are kept.
    pub fn body_prefix(&self) -> usize {
        let is_open = self.request.facts.body == Fact::Unknown && self.engine.keys.is_some();
        self.login().filter(|_| is_open && has_body(self.request.method)).map_or(0, |form| form.limit)
    }

    /// Bytes of the answer's start that settling wants; 0: none.
    pub fn answer_prefix(&self) -> usize {
        let endpoint = self.endpoint().filter(|endpoint| endpoint.login.is_none() || has_body(self.request.method));
        endpoint.map_or(0, |endpoint| endpoint.answers.prefix())
    }

    /// Whether the answer is of use: only where records are kept.
    pub fn wants_outcome(&self) -> bool {
        self.touched.get().is_some()
    }
}

/// Whether requests by this method have a body.
pub(super) fn has_body(method: Method) -> bool {
    !matches!(method, Method::Get | Method::Head | Method::Options)
}

/// Gathers what the header set alone shows, and keeps it where there is a place for it.
#[inline(never)] // seldom: most requests come with a set that was seen before
fn judge_header_set(seen: &Seen<'_>, names: &Names, found: Option<Found<'_>>) -> Evidence {
    let evidence = Evidence::gather(seen, Scope::HeaderSet);
    if let Some(found) = found {
        found.keep(seen.request, seen.fingerprint, names, evidence);
    }
    evidence
}
