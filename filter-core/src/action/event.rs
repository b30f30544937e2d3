//! The event line, the same bytes on every host and at the desk.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Serialize, Serializer};

use super::Judged;
use crate::limits;
use crate::policy::Mode;
use crate::policy::wire::EventClient;
use crate::signals::Pillar;

/// One line of NDJSON. Members are written in this order, always all of them; what is not known is null.
#[derive(Serialize)]
struct Event<'a> {
    /// Id that the host or the trace gave the request.
    id: &'a str,
    /// Milliseconds since the epoch.
    t: u64,
    /// 0 to 100.
    score: u8,
    pillars: Pillars,
    class: &'static str,
    action: &'static str,
    /// Rule that acted; null where none did.
    rule: Option<&'a str>,
    mode: Option<Mode>,
    /// The greatest weight first, ties in registry order.
    reasons: Vec<Reason<'a>>,
    fingerprint: Fingerprint,
    endpoint: Option<&'a str>,
    /// Shadow rules that matched.
    shadow: Vec<&'a str>,
    /// Id of the bundle.
    bundle: &'a str,
    receipt: Option<String>,
    /// Keyed hash of the address, or the address where policy says so.
    client: Option<String>,
    /// Keyed hash of the login name, where one was found.
    account: Option<String>,
}

#[derive(Serialize)]
struct Pillars {
    tools: u8,
    infrastructure: u8,
    credentials: u8,
    behaviour: u8,
}

#[derive(Serialize)]
struct Reason<'a> {
    signal: &'static str,
    pillar: &'static str,
    /// Milli-nats.
    weight: i32,
    #[serde(serialize_with = "display")]
    detail: crate::signals::Detail<'a>,
}

#[derive(Serialize)]
struct Fingerprint {
    tool: String,
    claim: String,
    identity: Option<String>,
}

impl Judged<'_> {
    /// The event line: one JSON object, no line feed. `id` is what the host or the trace calls the request; what is past
    /// [`limits::EVENT_ID`] is cut.
    pub fn event(&self, id: &str) -> String {
        let reasons = self.reasons().map(|reason| Reason {
            signal: reason.signal.id,
            pillar: reason.signal.pillar.as_str(),
            weight: self.bundle.weights().of(reason.id),
            detail: reason.detail,
        });
        let client = match self.bundle.event_client() {
            EventClient::Hash => self.client().map(|id| id.to_string()),
            EventClient::Address => self.seen.request.client.address.present().map(|address| address.to_string()),
        };
        let pillar = |pillar| self.score.pillar(pillar);
        let event = Event {
            id: kept(id),
            t: self.now,
            score: self.score.value,
            pillars: Pillars {
                tools: pillar(Pillar::Tools),
                infrastructure: pillar(Pillar::Infrastructure),
                credentials: pillar(Pillar::Credentials),
                behaviour: pillar(Pillar::Behaviour),
            },
            class: self.score.class.as_str(),
            action: self.decision.action.as_str(),
            rule: self.decision.rule.map(|rule| rule.id.as_str()),
            mode: self.decision.rule.map(|rule| rule.mode),
            reasons: reasons.collect(),
            fingerprint: Fingerprint {
                tool: self.tool().to_string(),
                claim: self.claim().to_string(),
                identity: self.identity().map(|id| id.to_string()),
            },
            endpoint: self.endpoint.map(|endpoint| endpoint.id.as_str()),
            shadow: self.decision.shadows().map(|rule| rule.id.as_str()).collect(),
            bundle: self.bundle.id(),
            receipt: self.receipt().map(|receipt| receipt.to_string()),
            client,
            account: self.account().map(|id| id.to_string()),
        };
        // Writing to memory fails for no type used here.
        serde_json::to_string(&event).unwrap_or_default()
    }
}

/// The part of an id that counts.
pub(super) fn kept(id: &str) -> &str {
    id.get(..id.floor_char_boundary(limits::EVENT_ID)).unwrap_or(id)
}

fn display<S: Serializer>(detail: &crate::signals::Detail<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(detail)
}
