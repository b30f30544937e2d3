//! What an engine makes of a scene.

use std::collections::{BTreeMap, BTreeSet};

use filter_core::engine::Engine;
use filter_core::score::Class;
use filter_core::signals::Pillar;

use super::Step;
use crate::replay::Memory;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Requests of the attack.
    pub requests: u64,
    /// Of those, judged bots.
    pub caught: u64,
    /// Requests of the attack before the first that was judged a bot.
    pub before: u64,
    /// Milliseconds of the attack until then; `None`: none was.
    pub after: Option<u64>,
    /// Programs that took part, and how many had a request judged a bot.
    pub clients: [u64; 2],
    /// Requests of people.
    pub people: u64,
    /// Of those, judged bots.
    pub wronged: u64,
    /// Requests of the attack, and of people, on which evidence from behaviour or logins fired, enough for a verdict or not.
    pub evidence: [u64; 2],
    /// On how many of the attack's requests each signal fired.
    pub signals: BTreeMap<&'static str, u64>,
    /// On how many of people's requests.
    pub on_people: BTreeMap<&'static str, u64>,
}

impl Found {
    /// Of what was judged a bot, the hundredths that were; `None`: nothing was.
    pub fn precision(&self) -> Option<u64> {
        (self.caught * 100).checked_div(self.caught + self.wronged)
    }

    /// Hundredths of the attack's requests that were judged bots.
    pub fn recall(&self) -> u64 {
        (self.caught * 100).checked_div(self.requests).unwrap_or(0)
    }

    /// Requests of the attack that were not.
    pub fn let_through(&self) -> u64 {
        self.requests - self.caught
    }

    /// At least half of the attack was judged a bot's.
    pub fn is_seen(&self) -> bool {
        self.caught * 2 >= self.requests
    }
}

/// Judges a scene in order with the memory of a host; answers count where they stand.
pub fn judge(engine: &Engine, steps: &[Step]) -> Found {
    let mut memory = Memory::of(engine);
    let mut found = Found::default();
    let mut begun = None;
    let mut clients = [BTreeSet::new(), BTreeSet::new()];
    let mut answers: BTreeSet<(u64, usize)> = BTreeSet::new();
    for (place, step) in steps.iter().enumerate() {
        let request = &step.request;
        while let Some((_, earlier)) = answers.first().copied().filter(|(t, _)| *t <= request.t) {
            answers.pop_first();
            memory.settle(engine, &steps[earlier].answer, None);
        }
        let lent = request.facts();
        let facts = lent.facts();
        let plan = engine.plan(&facts, request.t);
        let records = memory.tables().map_or_else(Default::default, |tables| tables.lend(plan.touched()));
        let verdict = engine.decide(plan, records);
        let is_bot = verdict.score.class == Class::Bot;
        let signals = if step.is_person() { &mut found.on_people } else { &mut found.signals };
        let mut is_told = false;
        for reason in verdict.reasons().filter(|reason| reason.signal.weight > 0) {
            *signals.entry(reason.signal.id).or_default() += 1;
            is_told |= matches!(reason.signal.pillar, Pillar::Behaviour | Pillar::Credentials);
        }
        found.evidence[usize::from(step.is_person())] += u64::from(is_told);
        if step.is_person() {
            found.people += 1;
            found.wronged += u64::from(is_bot);
        } else {
            let client = request.id.rsplit_once('/').map_or("", |(client, _)| client);
            clients[0].insert(client);
            let start = *begun.get_or_insert(request.t);
            if is_bot {
                clients[1].insert(client);
                if found.after.is_none() {
                    (found.after, found.before) = (Some(request.t - start), found.requests);
                }
            }
            found.requests += 1;
            found.caught += u64::from(is_bot);
        }
        if let Some(ticket) = verdict.ticket() {
            memory.wait(&request.id, ticket, None);
            answers.insert((step.answer.t, place));
        }
    }
    found.clients = clients.map(|clients| clients.len() as u64);
    if found.after.is_none() {
        found.before = found.requests;
    }
    found
}
