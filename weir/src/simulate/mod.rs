//! Made-up campaigns: each of OWASP's automated threats, carried out at a made-up shop while people are there.
//!
//! Everything comes from a seed, and is the same for the same seed everywhere. A [`scene`] is a list of requests with their answers, whose ids say who is
//! behind them (`person/17/3`, `OAT-008/4/0`); as lines of a trace `weir replay` reads it. [`judge`] says what an engine makes of it.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "numbers and tables are made here, and small"
)]

mod dice;
mod judge;
mod people;
mod program;
mod render;
mod threats;
mod visitor;

use std::net::Ipv4Addr;

pub use dice::Dice;
pub use judge::{Found, judge};
pub use render::{Row, table};
pub use threats::{THREATS, Threat, threat};

use crate::trace::{Record, Request, Response};
use program::Program;
use threats::Act;
use visitor::Visitor;

/// A request and its answer.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is sent.
    pub request: Request,
    /// What the site answers.
    pub answer: Response,
}

impl Step {
    /// A person is behind it.
    pub fn is_person(&self) -> bool {
        self.request.id.starts_with("person/")
    }
}

/// How attackers hide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disguise {
    /// They do not: Python under a browser's name, a hosting company's addresses, pauses by the clock.
    Script,
    /// Browsers as people use them, which keep cookies, load what pages embed and say where they come from, at homes' addresses, with uneven pauses: what they
    /// do is all that tells them apart.
    Browser,
}

/// How much there is of everything.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// People who come within the hour.
    pub people: u64,
    /// Hundredths of an attack's programs that take part, at least one.
    pub attack: u64,
}

impl Default for Scale {
    fn default() -> Self {
        Scale { people: 600, attack: 100 }
    }
}

/// Milliseconds of a minute.
const MINUTE: u64 = 60_000;
/// A Saturday morning in 2026, when a window of half an hour begins.
const START: u64 = 1_795_248_000_000;

/// People, and one threat carried out from minute 35 on, in the order of time.
pub fn scene(threat: &Threat, disguise: Disguise, seed: u64, scale: Scale) -> Vec<Step> {
    let mut steps = Vec::new();
    people::come(scale.people, &mut Dice::new(seed, "people"), &mut steps);
    attack(threat, disguise, scale, &mut Dice::new(seed, threat.id), &mut steps);
    steps.sort_by_key(|step| step.request.t);
    steps
}

/// The lines of a scene as a trace: each request, and each answer in its time.
pub fn trace(steps: Vec<Step>) -> Vec<Record> {
    let mut records: Vec<(u64, Record)> = Vec::new();
    for Step { request, answer } in steps {
        records.push((request.t, Record::Request(Box::new(request))));
        records.push((answer.t, Record::Response(answer)));
    }
    records.sort_by_key(|(t, _)| *t);
    records.into_iter().map(|(_, record)| record).collect()
}

fn attack(threat: &Threat, disguise: Disguise, scale: Scale, dice: &mut Dice, steps: &mut Vec<Step>) {
    let clients = (threat.clients * scale.attack / 100).max(1);
    for client in 0..clients {
        // They begin within ten minutes, in turn.
        let t = START + 35 * MINUTE + client * 10 * MINUTE / clients + dice.below(500);
        let name = format!("{}/{client}", threat.id);
        let (program, address) = match disguise {
            Disguise::Script => {
                (Program::Python, Ipv4Addr::new(203, 0, (client / 250) as u8, (client % 250) as u8).into())
            }
            Disguise::Browser => (people::browser(dice), people::home(dice)),
        };
        let mut by = Visitor::new(name, program, address, t, steps);
        if disguise == Disguise::Browser {
            by.page("/", 200);
            by.wait(3_000 + dice.below(6_000));
        }
        for time in 0..threat.times {
            (threat.act)(&mut Act { by: &mut by, dice, client, time, number: client * threat.times + time });
            by.wait(match disguise {
                Disguise::Script => threat.pause,
                Disguise::Browser => threat.pause / 2 + dice.below(threat.pause),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Scale = Scale { people: 20, attack: 10 };

    #[test]
    fn a_seed_makes_the_same_scene() {
        let lines = |seed| -> Vec<String> {
            let steps = THREATS.iter().flat_map(|threat| scene(threat, Disguise::Browser, seed, SMALL)).collect();
            trace(steps).iter().map(Record::to_json).collect()
        };
        assert_eq!(lines(3), lines(3));
        assert_ne!(lines(3), lines(4));
    }

    #[test]
    fn people_do_the_same_whatever_is_attacked() {
        let people = |threat: &Threat, disguise| -> Vec<Request> {
            let steps = scene(threat, disguise, 5, SMALL);
            steps.into_iter().filter(Step::is_person).map(|step| step.request).collect()
        };
        assert_eq!(people(&THREATS[0], Disguise::Script), people(&THREATS[20], Disguise::Browser));
    }
}
