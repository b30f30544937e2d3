//! One request: judged, then answered or passed on.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use filter_core::engine::shadow::Mark;
use filter_core::engine::{HeaderSets, Verdict};
use filter_core::facts::{self as answer, Fact, Facts};
use hyper::body::{Body as _, Incoming};
use hyper::header::HeaderValue;
use hyper::{Method, Request, Response, StatusCode, Version};

use crate::act::{self, Outcome};
use crate::body::{self, Body};
use crate::client::Client;
use crate::clock;
use crate::events::Events;
use crate::facts::{self, Connection};
use crate::forward::{self, Peer, REQUEST_ID};
use crate::metrics::Metrics;
use crate::origin::Origin;
use crate::settle::{self, Due};
use crate::store::{Active, Store};
use crate::tap::{Head, Heads};
use crate::tarpit::{Place, Tarpits};
use crate::tunnel;

/// One decision in so many is timed: reading the clock again costs. A power of two.
const TIMED: u64 = 16;

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

/// A request on its way to be judged.
struct Asked {
    number: u64,
    id: String,
    head: Option<Head>,
    is_trusted: bool,
    /// HTTP/2 settings.
    fingerprint: Option<Arc<str>>,
}

/// What was made of a request.
enum Judged {
    Answered(Response<Body>),
    /// It goes on, to another origin where one is named; where something was remembered, the answer is due.
    Pass(Option<Due>, Option<String>),
    /// It is held; then it is answered, or goes on.
    Held(Place, Duration, Option<Box<Response<Body>>>, Option<Due>),
}

impl Proxy {
    /// Answers one request. Called in the order in which hyper read the heads; the future may be awaited anywhere.
    pub(crate) fn call(
        self: &Arc<Self>,
        mut request: Request<Incoming>,
        connection: &Connection,
        heads: &Heads,
        client: &Client,
    ) -> impl Future<Output = Response<Body>> + Send + use<> {
        let peer = Peer::new(connection, self.store.settings());
        let (number, own_id) = self.ids.next();
        let head = heads.take(&request);
        let id = match request.headers().get(REQUEST_ID).filter(|_| peer.is_trusted) {
            Some(given) if given.len() <= LONGEST_ID => given.to_str().unwrap_or(&own_id).to_owned(),
            _ => own_id,
        };
        let asked = Asked { number, id, head, is_trusted: peer.is_trusted, fingerprint: heads.h2_fingerprint() };
        let judged = match self.bypass {
            _ if let Some((status, why)) = forward::unreadable(&request) => {
                Ok(Judged::Answered(forward::failed(status, why, forward::is_grpc(&request))))
            }
            true => {
                act::remove_own(request.headers_mut());
                Ok(Judged::Pass(None, None))
            }
            false => match self.body_prefix(&request, &asked, connection) {
                0 => Ok(self.judge(&mut request, &asked, connection, Fact::Unknown)),
                limit => Err((limit, asked, connection.clone())),
            },
        };
        let this = Arc::clone(self);
        let (heads, client) = (heads.clone(), client.clone());
        async move {
            let (mut request, progress) = from_client(request);
            let judged = match judged {
                Ok(judged) => judged,
                Err((limit, asked, connection)) => {
                    let (parts, body) = request.into_parts();
                    let (body, first) = body::read_ahead(body, limit).await;
                    request = Request::from_parts(parts, body);
                    let first = first.as_ref().map_or(Fact::Absent, |first| Fact::Present(first.as_slice()));
                    this.judge(&mut request, &asked, &connection, first)
                }
            };
            let (due, to) = match judged {
                Judged::Answered(response) => return response,
                Judged::Pass(due, to) => (due, to),
                Judged::Held(place, time, after, due) => {
                    tokio::time::sleep(time).await;
                    drop(place);
                    match after {
                        Some(response) => return *response,
                        None => (due, None),
                    }
                }
            };
            // A bundle that names an origin we do not have is refused, so one is there.
            let origin = to.and_then(|to| this.routes.get(&to)).unwrap_or(&this.origin);
            let response = this.pass(request, progress, peer, (heads, client), origin).await;
            match due {
                Some(due) => settle::settle(&this.store, this.events.as_ref(), &due, response).await,
                None => response,
            }
        }
    }

    /// Bytes of the body that the verdict wants; asked only where the bundle ever wants any.
    fn body_prefix(&self, request: &Request<Incoming>, asked: &Asked, connection: &Connection) -> usize {
        let Some(active) = self.store.active().filter(|active| active.engine.bundle().inspects()) else { return 0 };
        if request.body().is_end_stream() {
            return 0;
        }
        let (head, fingerprint) = (asked.head.as_ref(), asked.fingerprint.as_deref());
        let planned = panic::catch_unwind(AssertUnwindSafe(|| {
            facts::with_facts(request, head, connection, fingerprint, Fact::Unknown, |facts| {
                active.engine.body_prefix(facts)
            })
        }));
        planned.unwrap_or(0)
    }

    fn judge<B>(&self, request: &mut Request<B>, asked: &Asked, connection: &Connection, body: Fact<&[u8]>) -> Judged {
        let Asked { number, id, head, is_trusted, fingerprint } = asked;
        let outcome = match self.store.active() {
            Some(active) => {
                let started = (number & TIMED.wrapping_sub(1) == 0).then(Instant::now);
                // A panic costs this request its verdict and nothing more: the core keeps nothing that could be half-done.
                let decided = panic::catch_unwind(AssertUnwindSafe(|| {
                    facts::with_facts(request, head.as_ref(), connection, fingerprint.as_deref(), body, |facts| {
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
                        let done = act::carry_out(&active, &verdict, id, self.events.as_ref());
                        (done, verdict.ticket(), self.try_candidate(&active, facts, &verdict, id))
                    })
                }));
                let with_due = |(outcome, ticket, mark): (_, Option<_>, _)| {
                    (
                        outcome,
                        ticket.map(|ticket| Due {
                            active: Arc::clone(&active),
                            ticket,
                            mark,
                            since: clock::milliseconds(),
                        }),
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
            if let Ok(id) = HeaderValue::try_from(id.as_str()) {
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
                    Judged::Held(place, time, hold.after.map(Box::new), due)
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

    /// Shows a candidate the request; what we answer ourselves is settled at once.
    fn try_candidate(&self, active: &Active, facts: &Facts<'_>, verdict: &Verdict<'_>, id: &str) -> Option<Mark> {
        let mark = self.store.trial().look(facts, verdict, id)?;
        if !verdict.action().interferes() {
            return Some(mark);
        }
        let outcome = answer::Outcome::default();
        self.store.trial().settle(&mark, &active.engine, &verdict.ticket()?, &outcome, true);
        None
    }

    async fn pass(
        &self,
        mut request: Request<Body>,
        progress: Option<Arc<AtomicU64>>,
        peer: Peer,
        (heads, client): (Heads, Client),
        origin: &Arc<Origin>,
    ) -> Response<Body> {
        let is_grpc = forward::is_grpc(&request);
        if request.method() == Method::CONNECT {
            return forward::failed(StatusCode::METHOD_NOT_ALLOWED, "this is no forward proxy", is_grpc);
        }
        let upgrade = tunnel::asked(&request);
        let ours = upgrade.is_some().then(|| hyper::upgrade::on(&mut request));
        let by_http2 = is_grpc && request.version() == Version::HTTP_2;
        let (parts, body) = request.into_parts();
        let request = match forward::request(parts, body, &peer, origin, by_http2, upgrade.as_ref()) {
            Ok(request) => request,
            Err(why) => return forward::failed(StatusCode::BAD_REQUEST, why, is_grpc),
        };
        // A proxy of ours brings many clients.
        let turn = if peer.is_trusted { None } else { client.turn().await };
        let place = match ours.is_some().then(|| origin.tunnel()) {
            Some(None) => {
                self.metrics.origin_error("tunnels");
                return forward::failed(StatusCode::SERVICE_UNAVAILABLE, "too many upgraded connections", is_grpc);
            }
            place => place.flatten(),
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
                    let theirs = hyper::upgrade::on(&mut response);
                    client.set_tunnel(Box::pin(tunnel::join(ours, theirs, Arc::clone(&self.metrics), place)));
                }
                forward::response(response.map(|body| client.watch(body, turn)))
            }
            Err(error) => {
                self.metrics.origin_error(error.label());
                let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_GATEWAY);
                forward::failed(status, "the origin gave no answer", is_grpc)
            }
        }
    }
}

/// The request with its body as it will be passed on, and how far that got.
fn from_client(request: Request<Incoming>) -> (Request<Body>, Option<Arc<AtomicU64>>) {
    let (parts, incoming) = request.into_parts();
    if incoming.is_end_stream() {
        return (Request::from_parts(parts, Body::Empty), None);
    }
    let count = Arc::new(AtomicU64::new(0));
    (Request::from_parts(parts, Body::FromClient(incoming, Arc::clone(&count))), Some(count))
}
