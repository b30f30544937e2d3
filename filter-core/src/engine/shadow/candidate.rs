//! A candidate's own decision on a request that was judged, and how it differs.

use alloc::sync::Arc;

use siphasher::sip::SipHasher24;

use super::ledger::{Key, NONE};
use super::line::SAMPLED;
use super::{Answer, Line, crowd};
use crate::engine::{Engine, Verdict, Witness, plan};
use crate::facts::{Facts, Provenance};
use crate::fingerprint::id::{Id, field};
use crate::fingerprint::identity;
use crate::keys::Keys;
use crate::policy::{Action, Rollout, Rule, SHARES};
use crate::state::{Limits, Memory, Tables, Touched};

/// A goal that every endpoint is.
const ANY: &str = "any";

/// A candidate that keeps nothing from one request to the next: what it would have done otherwise leaves as [`Line`]s for the host's log, and
/// is put together at a desk. For hosts whose instances are many and live for a short time; others have a [`Shadow`](super::Shadow).
#[derive(Debug)]
pub struct Candidate {
    pub(super) engine: Arc<Engine>,
    pub(super) rollout: Rollout,
}

/// What a candidate made of a request. Small; borrows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The disagreement, where there is one.
    pub(super) key: Option<Key>,
    /// The candidate would have interfered, and the active bundle did not.
    pub(super) is_touched: bool,
    /// The active bundle interfered, and the candidate would not have.
    pub(super) is_softer: bool,
    /// The client, where it is followed and somebody vouches for its address.
    pub(super) member: Option<u64>,
    pub(super) is_goal: bool,
    /// Keyed hash of the address; 0: unknown, or there is no key.
    pub(super) address: u64,
    pub(super) at: u64,
    /// It stands for others that are not told of.
    pub(super) is_sampled: bool,
}

/// What the active bundle made of a request.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Before<'a> {
    pub(in crate::engine) active: &'a Engine,
    pub(in crate::engine) action: &'a Action,
    pub(in crate::engine) rule: Option<&'a Rule>,
    pub(in crate::engine) endpoint: Option<u16>,
    pub(in crate::engine) touched: Option<Touched>,
    pub(in crate::engine) memory: Memory<'a>,
    pub(in crate::engine) who: Who,
    pub(in crate::engine) now: u64,
}

/// Whose request it is.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Who {
    /// Key of the client, 0 where nothing tells.
    client: u64,
    /// Key of the address, 0 where it is unknown.
    address: u64,
    /// Somebody vouches for the address.
    is_vouched: bool,
}

/// A request that is looked at.
pub(super) struct Followed {
    /// The client under a hash of this candidate's own; `None`: it is not followed, or unknown.
    client: Option<u64>,
    pub(super) is_followed: bool,
}

impl Candidate {
    /// Sets a candidate up.
    pub fn new(engine: impl Into<Arc<Engine>>, rollout: Rollout) -> Self {
        Candidate { engine: engine.into(), rollout }
    }

    /// The candidate's engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Room for its rate limits, where it has some: they count by themselves.
    pub fn cells(&self) -> Option<Tables> {
        let bundle = self.engine.bundle();
        let limits = Limits { cells: bundle.limits().cells, ..Limits::NONE };
        (!bundle.rate_limits().is_empty() && limits.cells > 0).then(|| Tables::new(&limits))
    }

    /// Has the candidate judge a request that was judged just now, where it is one to be looked at. `cells` are its own; `id` is what the
    /// host calls the request.
    pub fn look(&self, facts: &Facts<'_>, verdict: &Verdict<'_>, id: &str, cells: Option<&mut Tables>) -> Option<Look> {
        self.find(facts, &Before::of(verdict), id, cells)
    }

    /// The same, for a host that served the client first. `None` also where another engine than `active` judged.
    pub fn look_later(
        &self,
        facts: &Facts<'_>,
        active: &Engine,
        witness: &Witness,
        id: &str,
        cells: Option<&mut Tables>,
    ) -> Option<Look> {
        self.find(facts, &witness.before(active)?, id, cells)
    }

    /// The line that is to be written of a request; `None`: none. `is_late`: of its answer alone, all else was told.
    pub fn line(&self, look: &Look, active: &Engine, id: &str, answer: Option<Answer>, is_late: bool) -> Option<Line> {
        Line::new(self, look, active, id, answer, is_late)
    }

    fn find(&self, facts: &Facts<'_>, before: &Before<'_>, id: &str, cells: Option<&mut Tables>) -> Option<Look> {
        let followed = self.follow(before)?;
        let mut look = self.judge(facts, before, &followed, cells);
        let mut hasher = Id::hasher(ids(before.active), b"shadow-2");
        field(&mut hasher, id.as_bytes());
        field(&mut hasher, &before.now.to_le_bytes());
        look.is_sampled = Id::finish(&hasher).bits().is_multiple_of(u64::from(SAMPLED));
        Some(look)
    }

    /// Whether a request is to be looked at.
    pub(super) fn follow(&self, before: &Before<'_>) -> Option<Followed> {
        let (client, is_followed) = match before.who.client {
            0 => (None, self.rollout.share >= SHARES),
            key => {
                let hash = self.hash(ids(before.active), key);
                let part = hash.checked_rem(u64::from(SHARES)).unwrap_or(0);
                (Some(hash), part < u64::from(self.rollout.share))
            }
        };
        // Whether others count a request that a limit refused, cannot be said of clients that are not followed.
        let is_seen = is_followed || (before.acts() && !matches!(before.action, Action::Limit(_)));
        is_seen.then_some(Followed { client: client.filter(|_| is_followed), is_followed })
    }

    /// What the candidate makes of it. Allocates nothing unless the path was sent in another form than the normal one.
    pub(super) fn judge(
        &self,
        facts: &Facts<'_>,
        before: &Before<'_>,
        followed: &Followed,
        cells: Option<&mut Tables>,
    ) -> Look {
        let cells = match (cells, &before.touched) {
            (Some(tables), Some(touched)) if followed.is_followed => tables.lend(touched).cells,
            _ => None,
        };
        let plan = self.engine.plan(facts, before.now);
        let other = self.engine.conclude(plan, before.touched, before.memory, cells);
        let (acts, would) = (before.acts(), other.action().interferes());
        let key = differs(before.action, other.action()).then(|| Key {
            active: place(before.active, before.rule),
            candidate: place(&self.engine, other.rule()),
            endpoint: before.endpoint.unwrap_or(NONE),
        });
        let member = followed.client.and_then(|client| self.member(before, client));
        Look {
            key,
            is_touched: key.is_some() && would && !acts,
            is_softer: key.is_some() && acts && !would,
            member,
            is_goal: member.is_some() && self.is_goal(before, other.request.method),
            address: if before.active.keys.is_some() { before.who.address } else { 0 },
            at: before.now,
            is_sampled: false,
        }
    }

    /// The client in the crowd: below its address, since it may choose all else that names it.
    fn member(&self, before: &Before<'_>, client: u64) -> Option<u64> {
        let Who { address, is_vouched, .. } = before.who;
        (is_vouched && address != 0).then(|| crowd::member(self.hash(ids(before.active), address), client))
    }

    /// A hash of its own for each candidate.
    fn hash(&self, ids: SipHasher24, key: u64) -> u64 {
        let mut hasher = Id::hasher(ids, b"shadow-1");
        field(&mut hasher, &key.to_le_bytes());
        field(&mut hasher, &self.engine.stamp.to_le_bytes());
        Id::finish(&hasher).bits()
    }

    fn is_goal(&self, before: &Before<'_>, method: crate::request::Method) -> bool {
        let is_named = |name: &str| self.rollout.goals.iter().any(|goal| goal == name);
        let endpoint = before.endpoint.and_then(|place| before.active.bundle.endpoints().get(usize::from(place)));
        is_named(ANY)
            || endpoint.is_some_and(|endpoint| {
                plan::has_body(method) && (is_named(&endpoint.id) || endpoint.label.as_deref().is_some_and(is_named))
            })
    }
}

impl<'a> Before<'a> {
    pub(super) fn of(verdict: &'a Verdict<'_>) -> Self {
        Before {
            active: verdict.engine,
            action: verdict.action(),
            rule: verdict.rule(),
            endpoint: verdict.place,
            touched: verdict.touched,
            memory: verdict.memory,
            who: Who::of(verdict),
            now: verdict.now,
        }
    }

    pub(super) fn acts(&self) -> bool {
        self.action.interferes()
    }
}

impl Who {
    pub(in crate::engine) fn of(verdict: &Verdict<'_>) -> Self {
        if let Some(Touched { keys, vouched, .. }) = verdict.touched {
            return Who { client: keys.client, address: keys.address, is_vouched: vouched.address };
        }
        let (request, ids) = (&verdict.request, ids(verdict.engine));
        let address = identity::client(request, ids).map_or(0, Id::bits);
        Who { client: address, address, is_vouched: request.client.provenance != Provenance::Unverified }
    }
}

fn ids(active: &Engine) -> SipHasher24 {
    active.keys.as_ref().map_or_else(SipHasher24::new, Keys::ids)
}

/// Whether a client would notice, or an operator's events.
fn differs(one: &Action, other: &Action) -> bool {
    match (one, other) {
        (Action::Redirect(_), Action::Redirect(_)) | (Action::Route(_), Action::Route(_)) => one != other,
        _ => one.as_str() != other.as_str(),
    }
}

/// A rule's place among all; found by address, since a verdict borrows the engine's own.
pub(in crate::engine) fn place(engine: &Engine, rule: Option<&Rule>) -> u16 {
    let Some(rule) = rule else { return NONE };
    let mut all = engine.bundle.allow().iter().chain(engine.bundle.rules());
    all.position(|other| core::ptr::eq(other, rule)).and_then(|place| u16::try_from(place).ok()).unwrap_or(NONE)
}

/// The rule at a place.
pub(in crate::engine) fn rule(engine: &Engine, place: u16) -> Option<&Rule> {
    let mut all = engine.bundle.allow().iter().chain(engine.bundle.rules());
    if place == NONE { None } else { all.nth(usize::from(place)) }
}
