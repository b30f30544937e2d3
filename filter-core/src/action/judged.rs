//! What the stages before made of one request, for those who write about it.

use siphasher::sip::SipHasher24;

use super::receipt::Receipt;
use crate::fingerprint::id::field;
use crate::fingerprint::{Id, identity, tool};
use crate::keys::Keys;
use crate::limits;
use crate::policy::{Action, Bundle, Decision, Endpoint};
use crate::score::Score;
use crate::signals::{Evidence, Reason, Seen, SignalId};

/// One judged request.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// What the signals saw.
    pub seen: Seen<'a>,
    /// What fired.
    pub evidence: Evidence,
    /// What it adds up to.
    pub score: Score,
    /// What policy says.
    pub decision: Decision<'a>,
    /// Where the request goes, if the bundle knows.
    pub endpoint: Option<&'a Endpoint>,
    /// The bundle that was asked.
    pub bundle: &'a Bundle,
    /// Keys, where the host has a secret.
    pub keys: Option<&'a Keys>,
    /// Milliseconds since the epoch.
    pub now: u64,
}

impl<'a> Judged<'a> {
    /// What fired and what it saw, the greatest weight first, ties in registry order.
    pub fn reasons(&self) -> Reasons<'a> {
        Reasons::new(self)
    }

    /// The tool's id. Without a secret it is keyed with nothing, and the same for all tenants.
    pub fn tool(&self) -> Id {
        tool::id(self.seen.request, self.seen.fingerprint, self.key())
    }

    /// The claim's id: family, major version and platform.
    pub fn claim(&self) -> Id {
        self.seen.fingerprint.claim.id(self.key())
    }

    /// The identity's id; `None` without a secret (it could be found out by trying all addresses), and where nothing tells.
    pub fn identity(&self) -> Option<Id> {
        let key = self.keys?.ids();
        identity::id(self.seen.request, self.bundle.identity(), key)
    }

    /// The client address's id; `None` without a secret and where the address is unknown.
    pub fn client(&self) -> Option<Id> {
        identity::client(self.seen.request, self.keys?.ids())
    }

    /// The id of the account that a login names; `None` without records, where none was found and at other endpoints.
    pub fn account(&self) -> Option<Id> {
        let attempt = self.seen.memory.visit?.attempt?;
        (attempt.account != 0).then(|| Id::of_bits(attempt.account))
    }

    /// The receipt of a request that is answered here, or held.
    pub fn receipt(&self) -> Option<Receipt> {
        let (Action::Block(_) | Action::Limit(_) | Action::Redirect(_) | Action::Tarpit(_)) = self.decision.action
        else {
            return None;
        };
        Some(Receipt::new(self.seen.request, self.rule_id(), self.now, self.keys))
    }

    /// The acting rule's id, `otherwise` where none acts.
    pub fn rule_id(&self) -> &'a str {
        self.decision.rule.map_or(OTHERWISE, |rule| rule.id.as_str())
    }

    /// A number that nobody without the secret can choose, by the request's id and time.
    pub(crate) fn sample(&self, id: &str) -> u64 {
        let mut hasher = Id::hasher(self.key(), b"sample-1");
        field(&mut hasher, super::event::kept(id).as_bytes());
        field(&mut hasher, &self.now.to_le_bytes());
        Id::finish(&hasher).bits()
    }

    fn key(&self) -> SipHasher24 {
        self.keys.map_or_else(SipHasher24::new, Keys::ids)
    }
}

/// What stands for a rule's id where no rule acts.
pub(crate) const OTHERWISE: &str = "otherwise";

/// What fired, the greatest weight first. Details are made when one is asked for.
#[derive(Debug)]
pub struct Reasons<'a> {
    seen: Seen<'a>,
    sorted: [Option<(i32, SignalId)>; limits::REASONS],
    next: usize,
}

impl<'a> Reasons<'a> {
    fn new(judged: &Judged<'a>) -> Self {
        let weights = judged.bundle.weights();
        let mut sorted = [None; limits::REASONS];
        let mut count = 0usize;
        for (slot, (id, _)) in sorted.iter_mut().zip(judged.evidence.signals()) {
            *slot = Some((weights.of(id), id));
            count = count.saturating_add(1);
        }
        if let Some(used) = sorted.get_mut(..count) {
            let rank = |slot: &Option<(i32, SignalId)>| slot.map(|(weight, id)| (core::cmp::Reverse(weight), id));
            crate::order::sort_by(used, |a, b| rank(a) < rank(b));
        }
        Reasons { seen: judged.seen, sorted, next: 0 }
    }
}

impl<'a> Iterator for Reasons<'a> {
    type Item = Reason<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (_, id) = (*self.sorted.get(self.next)?)?;
            self.next = self.next.saturating_add(1);
            let signal = id.get()?;
            if let Some(detail) = (signal.detect)(&self.seen) {
                return Some(Reason { id, signal, detail });
            }
        }
    }
}
