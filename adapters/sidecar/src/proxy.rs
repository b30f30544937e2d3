//! One request: judged, then answered or passed on.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use filter_core::engine::HeaderSets;
use filter_core::facts::Facts;
use hyper::body::{Body as _, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Version};

use crate::act::{self, Outcome};
use crate::body::Body;
use crate::clock;
use crate::events::Events;
use crate::facts::{self, Connection};
use crate::forward::{self, Peer};
use crate::metrics::Metrics;
use crate::origin::Origin;
use crate::settle::{self, Due};
use crate::store::Store;
use crate::tap::Heads;
use crate::tarpit::{Place, Tarpits};
use crate::tunnel;

/// One decision in so many is timed: reading the clock again costs. A power of two.
const TIMED: u64 = 16;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Bytes of a request id that a trusted proxy may give.
const LONGEST_ID: usize = 128;

thread_local! {
    /// Header sets that this thread judged before: about 350 KB, and they come again and again.
    static KNOWN: RefCell<HeaderSets> = RefCell::default();
}

/// Looks at a request's facts before the decision: for tests that need a decision to fail.
pub type Probe = dyn Fn(&Facts<'_>) + Send + Sync;

/// What requests are judged with and passed to.
pub struct Proxy {
    /// The engine in use.
    pub store: Arc<Store>,
    /// Where requests go.
    pub origin: Arc<Origin>,
    /// Other origins by name, for rules that route; the store knows the same names.
    pub routes: BTreeMap<String, Arc<Origin>>,
    /// Who is held.
    pub tarpits: Arc<Tarpits>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Where event lines go; `None`: nowhere.
    pub events: Option<Events>,
    /// Nothing is judged: to measure what judging costs, and for emergencies.
    pub bypass: bool,
    /// Called before each decision, inside what catches its panics. No option of the program sets it.
    pub probe: Option<Box<Probe>>,
    /// Numbers requests.
    pub ids: Ids,
}

/// Names for requests: unlike those of another process, and of another run.
#[derive(Debug)]
pub struct Ids {
    prefix: u32,
    next: AtomicU64,
}

impl Ids {
    /// Starts from the time of day.
    pub fn new() -> Self {
        let now = clock::milliseconds();
        let mixed = now.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(std::process::id()).wrapping_shl(40);
        Ids { prefix: u32::try_from(mixed.wrapping_shr(32)).unwrap_or(0), next: AtomicU64::new(0) }
    }

    fn next(&self) -> (u64, String) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number, format!("{:08x}{number:08x}", self.prefix))
    }
}

impl Default for Ids {
    fn default() -> Self {
        Self::new()
    }
}

/// What was made of a request.
enum Judged {
    Answered(Response<Body>),
    /// It goes on, to another origin where one is named; where something was remembered, the answer is due.
    Pass(Option<Due>, Option<String>),
    /// It is held; then it is answered, or goes on.
    Held(Place, Duration, Option<Response<Body>>, Option<Due>),
}

impl Proxy {
    /// Answers one request. Called in the order in which hyper read the heads; the future may be awaited anywhere.
    pub(crate) fn call(
        self: &Arc<Self>,
        mut request: Request<Incoming>,
        connection: &Connection,
        heads: &Heads,
    ) -> impl Future<Output = Response<Body>> + Send + use<> {
        let peer = Peer::new(connection, self.store.settings());
        let judged = match self.bypass {
            _ if let Some((status, why)) = forward::unreadable(&request) => {
                heads.take(&request);
                Judged::Answered(forward::failed(status, why, forward::is_grpc(&request)))
            }
            true => {
                act::remove_own(request.headers_mut());
                Judged::Pass(None, None)
            }
            false => self.judge(&mut request, connection, heads, peer.is_trusted),
        };
        let this = Arc::clone(self);
        let heads = heads.clone();
        async move {
            let (due, to) = match judged {
                Judged::Answered(response) => return response,
                Judged::Pass(due, to) => (due, to),
                Judged::Held(place, time, after, due) => {
                    tokio::time::sleep(time).await;
                    drop(place);
                    match after {
                        Some(response) => return response,
                        None => (due, None),
                    }
                }
            };
            // A bundle that names an origin we do not have is refused, so one is there.
            let origin = to.and_then(|to| this.routes.get(&to)).unwrap_or(&this.origin);
            let response = this.pass(request, peer, heads, origin).await;
            if let Some(due) = due {
                settle::settle(&this.store, &due, &response);
            }
            response
        }
    }

    fn judge(
        &self,
        request: &mut Request<Incoming>,
        connection: &Connection,
        heads: &Heads,
        is_trusted: bool,
    ) -> Judged {
        let (number, own_id) = self.ids.next();
        let head = heads.take(request);
        let id = match request.headers().get(REQUEST_ID).filter(|_| is_trusted) {
            Some(given) if given.len() <= LONGEST_ID => given.to_str().unwrap_or(&own_id).to_owned(),
            _ => own_id,
        };
        let outcome = match self.store.active() {
            Some(active) => {
                let fingerprint = heads.h2_fingerprint();
                let started = (number & TIMED.wrapping_sub(1) == 0).then(Instant::now);
                // A panic costs this request its verdict and nothing more: the core keeps nothing that could be half-done.
                let decided = panic::catch_unwind(AssertUnwindSafe(|| {
                    facts::with_facts(request, head.as_ref(), connection, fingerprint.as_deref(), |facts| {
                        if let Some(probe) = &self.probe {
                            probe(facts);
                        }
                        let now = clock::milliseconds();
                        let plan = KNOWN.with_borrow_mut(|known| active.engine.plan_with(facts, now, known));
                        let mut memory = self.store.memory();
                        let records = memory.tables.lend(plan.touched());
                        let verdict = active.engine.decide(plan, records);
                        if let Some(started) = started {
                            self.metrics.decision(started.elapsed());
                        }
                        (act::carry_out(&active, &verdict, &id, self.events.as_ref()), verdict.ticket())
                    })
                }));
                let with_due = |(outcome, ticket): (_, Option<_>)| {
                    (
                        outcome,
                        ticket.map(|ticket| Due { active: Arc::clone(&active), ticket, since: clock::milliseconds() }),
                    )
                };
                decided.map(with_due).map_err(|_| "panic")
            }
            None => Err("no_bundle"),
        };
        if facts::has_own_headers(request) {
            act::remove_own(request.headers_mut());
        }
        if !request.headers().contains_key(REQUEST_ID) || !is_trusted {
            // Digits and letters.
            if let Ok(id) = HeaderValue::try_from(id) {
                request.headers_mut().insert(REQUEST_ID, id);
            }
        }
        match outcome {
            // What we answer ourselves says nothing about the client.
            Ok((Outcome::Answer(response), _)) => Judged::Answered(response),
            Ok((Outcome::Pass(way), due)) => {
                act::set(request.headers_mut(), way.headers);
                Judged::Pass(due, way.to)
            }
            Ok((Outcome::Hold(hold), due)) => match self.tarpits.take(&hold.tarpit, hold.rule) {
                Some(place) => {
                    let time = Duration::from_secs(u64::from(hold.tarpit.seconds));
                    Judged::Held(place, time, hold.after, due)
                }
                None => {
                    self.metrics.tarpit_full();
                    hold.full.map_or(Judged::Pass(due, None), Judged::Answered)
                }
            },
            Err(why) => {
                self.metrics.not_judged(why);
                Judged::Pass(None, None)
            }
        }
    }

    async fn pass(
        &self,
        mut request: Request<Incoming>,
        peer: Peer,
        heads: Heads,
        origin: &Arc<Origin>,
    ) -> Response<Body> {
        let is_grpc = forward::is_grpc(&request);
        if request.method() == Method::CONNECT {
            return forward::failed(StatusCode::METHOD_NOT_ALLOWED, "this is no forward proxy", is_grpc);
        }
        let upgrade = tunnel::asked(&request);
        let ours = upgrade.is_some().then(|| hyper::upgrade::on(&mut request));
        let by_http2 = is_grpc && request.version() == Version::HTTP_2;
        let (parts, incoming) = request.into_parts();
        let mut progress = None;
        let body = match incoming.is_end_stream() {
            true => Body::Empty,
            false => {
                let count = Arc::new(AtomicU64::new(0));
                progress = Some(Arc::clone(&count));
                Body::FromClient(incoming, count)
            }
        };
        let request = match forward::request(parts, body, &peer, origin, by_http2, upgrade.as_ref()) {
            Ok(request) => request,
            Err(why) => return forward::failed(StatusCode::BAD_REQUEST, why, is_grpc),
        };
        let started = Instant::now();
        match origin.send(request, by_http2, progress.as_deref()).await {
            Ok(mut response) => {
                self.metrics.origin_answered(started.elapsed());
                if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                    let Some(ours) = ours else {
                        return forward::failed(
                            StatusCode::BAD_GATEWAY,
                            "the origin switched protocols unasked",
                            is_grpc,
                        );
                    };
                    heads.stop();
                    tunnel::join(ours, hyper::upgrade::on(&mut response), Arc::clone(&self.metrics));
                }
                forward::response(response)
            }
            Err(error) => {
                self.metrics.origin_error(error.label());
                let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_GATEWAY);
                forward::failed(status, "the origin gave no answer", is_grpc)
            }
        }
    }
}
