//! A host that remembers: the engine with tables of the default size.

use filter_core::engine::Engine;
use filter_core::facts::{Fact, Header, Outcome};
use filter_core::score::Class;
use filter_core::signals::{Evidence, Pillar};
use filter_core::state::{Limits, Tables};
use weir::trace::{Request, Text};

/// An engine with its records.
pub struct Player<'e> {
    engine: &'e Engine,
    tables: Tables,
}

/// What was said of one request.
#[derive(Clone, Copy, Debug)]
pub struct Played {
    /// Key of its client.
    pub client: u64,
    /// Score 0..=100.
    pub score: u8,
    /// The sum that the score came from.
    pub milli_nats: i32,
    /// Class.
    pub class: Class,
    /// What fired.
    pub evidence: Evidence,
    /// Claims to be a browser and names no automation.
    pub claims_browser: bool,
}

impl Played {
    /// Ids of the behaviour signals that fired.
    pub fn behaviour(&self) -> impl Iterator<Item = &'static str> {
        let signals = self.evidence.signals().map(|(_, signal)| signal);
        signals.filter(|signal| signal.pillar == Pillar::Behaviour).map(|signal| signal.id)
    }
}

impl<'e> Player<'e> {
    /// Nothing is remembered yet.
    pub fn new(engine: &'e Engine) -> Self {
        Player { engine, tables: Tables::new(&Limits::default()) }
    }

    /// Judges a request, and counts its answer if there is one: status and headers.
    pub fn play(&mut self, request: &Request, answer: Option<(u16, &[(Text, Text)])>) -> Played {
        let lent = request.facts();
        let facts = lent.facts();
        let engine = self.engine;
        let plan = engine.plan(&facts, request.t);
        let touched = *plan.touched();
        let verdict = engine.decide(plan, self.tables.lend(&touched));
        let played = Played {
            client: touched.keys.client,
            score: verdict.score.value,
            milli_nats: verdict.score.milli_nats,
            class: verdict.score.class,
            evidence: verdict.evidence,
            claims_browser: verdict.seen().browser().is_some(),
        };
        let ticket = verdict.ticket();
        if let (Some(ticket), Some((status, headers))) = (ticket, answer) {
            let headers: Vec<Header<'_>> =
                headers.iter().map(|(name, value)| Header { name: name.as_bytes(), value: value.as_bytes() }).collect();
            let outcome = Outcome { status: Fact::Present(status), headers: &headers, ..Outcome::default() };
            engine.settle(&ticket, &outcome, self.tables.find(&touched.keys), request.t);
        }
        played
    }
}
