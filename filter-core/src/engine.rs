//! The whole line: facts in, verdict out.

use alloc::string::String;
use alloc::vec::Vec;

use crate::action::{Event, Judged, Reply};
use crate::facts::Facts;
use crate::fingerprint::Fingerprint;
use crate::keys::Keys;
use crate::policy::{Action, Bundle, Decision, Endpoint, Problems, Rule, SHADOWS, Settings};
use crate::request::{ClientAddressSettings, Request};
use crate::score::Score;
use crate::signals::infrastructure::Origin;
use crate::signals::{Evidence, Reason, Seen};

/// A bundle under a host's settings: immutable, cheap to share, the same verdict for the same facts and time on every host.
#[derive(Debug)]
pub struct Engine {
    bundle: Bundle,
    keys: Option<Keys>,
    client_address: ClientAddressSettings,
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
    /// What fired.
    pub evidence: Evidence,
    /// What it adds up to.
    pub score: Score,
    /// The endpoint it goes to, if the bundle knows it.
    pub endpoint: Option<&'a Endpoint>,
    /// What policy says: action, rule, shadow rules.
    pub decision: Decision<'a>,
    engine: &'a Engine,
    now: u64,
}

impl Engine {
    /// Puts a bundle under a host's settings.
    ///
    /// # Errors
    /// When the bundle needs what the settings do not give: trust, or a secret.
    pub fn new(bundle: Bundle, settings: &Settings) -> Result<Self, Problems> {
        Ok(Engine { bundle, keys: settings.keys.clone(), client_address: settings.client_address.clone() })
    }

    /// Judges one request. `now` is in milliseconds since the epoch. Pure; allocates nothing where the request passes
    /// and its path is in normal form.
    pub fn decide<'a>(&'a self, facts: &'a Facts<'a>, now: u64) -> Verdict<'a> {
        let bundle = &self.bundle;
        let request = Request::new(facts, &self.client_address);
        let fingerprint = Fingerprint::new(&request, &bundle.names);
        let origin = Origin::new(&request, &fingerprint, &bundle.networks);
        let seen = Seen { request: &request, fingerprint: &fingerprint, origin: &origin };
        let evidence = Evidence::gather(&seen);
        let score = Score::new(evidence, &seen, &bundle.weights);
        let decision = Decision { action: &bundle.otherwise, rule: None, shadows: [None; SHADOWS] };
        Verdict { request, fingerprint, origin, evidence, score, endpoint: None, decision, engine: self, now }
    }

    /// The bundle in use.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
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

    /// What fired and what it saw, the greatest weight first, ties in registry order. Made again when asked for.
    pub fn reasons(&self) -> impl Iterator<Item = Reason<'_>> {
        self.evidence.reasons(self.seen())
    }

    /// The answer to send, where the action is to block.
    pub fn reply(&self) -> Option<Reply> {
        None
    }

    /// Headers to set on the way to the origin; empty unless the action is to tag.
    pub fn request_headers(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Whether an event is due: always but where the request is allowed and no shadow rule matched.
    pub fn is_reported(&self) -> bool {
        *self.action() != Action::Allow || self.decision.shadows().next().is_some()
    }

    /// The event line under the host's or trace's `id` for the request: one JSON object, no line feed.
    pub fn event(&self, id: &str) -> String {
        Event::new(&self.judged(), id).to_line()
    }

    /// What the signals looked at.
    pub fn seen(&self) -> Seen<'_> {
        Seen { request: &self.request, fingerprint: &self.fingerprint, origin: &self.origin }
    }

    fn judged(&self) -> Judged<'_> {
        Judged {
            seen: self.seen(),
            evidence: self.evidence,
            score: self.score,
            weights: &self.engine.bundle.weights,
            decision: self.decision,
            bundle: &self.engine.bundle.id,
            keys: self.engine.keys.as_ref(),
            now: self.now,
        }
    }
}
