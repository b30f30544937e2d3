//! The whole line: facts in, verdict out.

pub mod golden;
mod header_sets;
mod plan;
pub mod shadow;
mod ticket;
mod witness;

pub use header_sets::HeaderSets;
pub use plan::Plan;
pub use ticket::Ticket;
pub use witness::Witness;

use alloc::string::String;
use alloc::vec::Vec;

use siphasher::sip::SipHasher24;

use crate::action::{Judged, Reasons, Reply};
use crate::facts::{Fact, Facts};
use crate::fingerprint::Fingerprint;
use crate::keys::Keys;
use crate::policy::{Action, Bundle, Decision, EVENT_SHARES, Endpoint, Limiter, Problem, Problems, Rule, Settings};
use crate::request::{ClientAddressSettings, Request};
use crate::score::Score;
use crate::signals::infrastructure::Origin;
use crate::signals::{Evidence, Scope, Seen};
use crate::state::{Cells, Memory, Records, Touched};

/// A bundle under a host's settings: immutable, cheap to share, the same verdict for the same facts and time on every host.
///
/// ```
/// use filter_core::engine::Engine;
/// use filter_core::facts::{Facts, Header};
/// use filter_core::policy::{Bundle, Settings, wire};
///
/// let content: wire::Content = serde_json::from_str(
///     r#"{"rules":[{"id":"no_name","when":{"signal":["user_agent_missing"]},"then":{"block":{}}}],"otherwise":"allow"}"#,
/// ).unwrap();
/// let bundle = Bundle::parse(wire::write(&content, 1).unwrap().as_bytes()).unwrap();
/// let engine = Engine::new(bundle, &Settings { allow_unsigned: true, ..Settings::default() }).unwrap();
///
/// let facts = Facts { method: b"GET", authority: b"shop.example", path: b"/", ..Facts::default() };
/// let verdict = engine.judge(&facts, 1_731_000_000_000);
/// assert_eq!(verdict.reply().unwrap().details, "weir_block{rule=no_name}");
/// ```
#[derive(Debug)]
pub struct Engine {
    bundle: Bundle,
    keys: Option<Keys>,
    client_address: ClientAddressSettings,
    event_share: u32,
    /// The first digits of the bundle's id.
    stamp: u64,
}

/// What is said about one request, with everything it was said from.
#[derive(Debug)]
pub struct Verdict<'a> {
    /// The request, indexed.
    pub request: Request<'a>,
    /// Who made it, and with what.
    pub fingerprint: Fingerprint<'a>,
    /// Which networks its address belongs to.
    pub origin: Origin<'a>,
    /// What is remembered about those who take part, this request counted.
    pub memory: Memory<'a>,
    /// What fired.
    pub evidence: Evidence,
    /// What it adds up to.
    pub score: Score,
    /// Where it goes, if the bundle knows.
    pub endpoint: Option<&'a Endpoint>,
    /// What policy says: action, rule, shadow rules.
    pub decision: Decision<'a>,
    engine: &'a Engine,
    touched: Option<Touched>,
    place: Option<u16>,
    now: u64,
}

impl Engine {
    /// Puts a bundle under a host's settings.
    ///
    /// # Errors
    /// When the bundle needs what the settings do not give: trust, or a secret.
    pub fn new(bundle: Bundle, settings: &Settings) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        if !settings.allow_unsigned && bundle.signer().is_none() {
            let message = "nothing says who may sign bundles";
            let remedy = "list keys under `trusted_keys`; or set it to true to load bundles whoever made them";
            problems.push(Problem::new("/allow_unsigned", message, remedy));
        }
        if bundle.tags() && settings.keys.is_none() {
            let message = "the bundle tags requests, and there is no secret to sign tags with";
            problems.push(Problem::new("/secret", message, "give one of at least 16 bytes, chosen at random"));
        }
        if bundle.inspects() && settings.keys.is_none() {
            let message =
                "the bundle has login names and passwords looked at, and there is no secret to hash them with";
            problems.push(Problem::new("/secret", message, "give one of at least 16 bytes, chosen at random"));
        }
        Problems::check(problems)?;
        let client_address = settings.client_address.clone();
        let stamp = bundle.id().get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(0);
        Ok(Engine { bundle, keys: settings.keys.clone(), client_address, event_share: settings.event_share, stamp })
    }

    /// Bytes of the body's start that the verdict on a request wants; 0: judge at once. As [`Plan::body_prefix`], without a plan.
    pub fn body_prefix(&self, facts: &Facts<'_>) -> usize {
        if self.keys.is_none() || facts.body != Fact::Unknown {
            return 0;
        }
        let request = Request::new(facts, &self.client_address);
        let endpoint =
            self.bundle.endpoint_of(&request).and_then(|place| self.bundle.endpoints().get(usize::from(place)));
        let login = endpoint.and_then(|endpoint| endpoint.login.as_ref());
        login.filter(|_| plan::has_body(request.method)).map_or(0, |form| form.limit)
    }

    /// Reads and names one request. `now` is in milliseconds since the epoch. Allocates nothing unless the path was sent in
    /// another form than the normal one.
    pub fn plan<'a>(&'a self, facts: &'a Facts<'a>, now: u64) -> Plan<'a> {
        Plan::new(self, facts, now, None)
    }

    /// The same, sooner where requests with these headers came before: for hosts that live long enough to see them again.
    pub fn plan_with<'a>(&'a self, facts: &'a Facts<'a>, now: u64, known: &mut HeaderSets) -> Plan<'a> {
        Plan::new(self, facts, now, Some(known))
    }

    /// Judges one request at its plan's time, after counting it in the records lent. Depends on nothing else; allocates
    /// nothing.
    // Counting is left to each caller's own code: a host without records has none of it.
    #[inline]
    pub fn decide<'a>(&'a self, plan: Plan<'a>, mut records: Records<'a>) -> Verdict<'a> {
        let cells = records.cells.take().filter(|_| !self.bundle.rate_limits().is_empty());
        let touched = (!records.is_empty() || cells.is_some()).then(|| *plan.touched());
        let memory = touched.as_ref().map_or_else(Memory::default, |touched| records.count(touched));
        self.conclude(plan, touched, memory, cells)
    }

    fn conclude<'a>(
        &'a self,
        plan: Plan<'a>,
        touched: Option<Touched>,
        memory: Memory<'a>,
        cells: Option<Cells<'a>>,
    ) -> Verdict<'a> {
        let bundle = &self.bundle;
        let Plan { request, fingerprint, origin, place, header_set, now, .. } = plan;
        let seen = Seen { request: &request, fingerprint: &fingerprint, origin: &origin, memory: &memory, now };
        let mut evidence = header_set.and(Evidence::gather(&seen, Scope::Request));
        if origin.is_telling() {
            evidence = evidence.and(Evidence::gather(&seen, Scope::Origin));
        }
        if touched.is_some() {
            evidence = evidence.and(Evidence::gather(&seen, Scope::Memory));
        }
        let score = Score::new(evidence, &seen, bundle.weights());
        let hasher = || self.keys.as_ref().map_or_else(SipHasher24::new, Keys::ids);
        let limiter = cells.zip(touched.as_ref());
        let limiter = limiter.map(|(cells, touched)| Limiter::new(cells, bundle.rate_limits(), touched, hasher()));
        let decision = bundle.decide(seen, evidence, &score, place, limiter);
        let endpoint = place.and_then(|place| bundle.endpoints().get(usize::from(place)));
        Verdict {
            request,
            fingerprint,
            origin,
            memory,
            evidence,
            score,
            endpoint,
            decision,
            engine: self,
            touched,
            place,
            now,
        }
    }

    /// Judges one request on its own, without memory.
    pub fn judge<'a>(&'a self, facts: &'a Facts<'a>, now: u64) -> Verdict<'a> {
        self.conclude(self.plan(facts, now), None, Memory::default(), None)
    }

    /// The bundle in use.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// The keys in use, for checking receipts.
    pub fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }
}

impl<'a> Verdict<'a> {
    /// What is to be done.
    pub fn action(&self) -> &'a Action {
        self.decision.action
    }

    /// The rule that says so; `None`: the bundle's `otherwise`.
    pub fn rule(&self) -> Option<&'a Rule> {
        self.decision.rule
    }

    /// What fired and what it saw; the greatest weight first, ties in registry order. Weights are
    /// [`Bundle::weights`]'s.
    pub fn reasons(&self) -> Reasons<'_> {
        self.judged().reasons()
    }

    /// The answer to send in the origin's place; see [`Judged::reply`].
    pub fn reply(&self) -> Option<Reply> {
        self.judged().reply()
    }

    /// Headers to set on the way to the origin: the tag, or where the request goes.
    pub fn request_headers(&self) -> Vec<(&'static str, String)> {
        self.judged().request_headers()
    }

    /// Whether an event is due: always but where the request is allowed and no shadow rule matched.
    pub fn is_reported(&self) -> bool {
        *self.action() != Action::Allow || self.decision.shadows().next().is_some()
    }

    /// Whether a request that passes unreported gets an event all the same: a share, by a keyed hash of id and time, the same on
    /// every host. Clients may choose the id: without the secret and the clock none can choose not to be looked at.
    pub fn is_sampled<'i>(&self, id: impl FnOnce() -> &'i str) -> bool {
        let share = self.engine.event_share;
        share > 0 && self.judged().sample(id()).checked_rem(EVENT_SHARES).is_some_and(|place| place < u64::from(share))
    }

    /// The event line: one JSON object, no line feed. `id` is what the host or the trace calls the request.
    pub fn event(&self, id: &str) -> String {
        self.judged().event(id)
    }

    /// What the signals looked at.
    pub fn seen(&self) -> Seen<'_> {
        let Verdict { request, fingerprint, origin, memory, now, .. } = self;
        Seen { request, fingerprint, origin, memory, now: *now }
    }

    /// All of it, for those who write about it.
    pub fn judged(&self) -> Judged<'_> {
        Judged {
            seen: self.seen(),
            evidence: self.evidence,
            score: self.score,
            decision: self.decision,
            endpoint: self.endpoint,
            bundle: &self.engine.bundle,
            keys: self.engine.keys.as_ref(),
            now: self.now,
        }
    }
}
