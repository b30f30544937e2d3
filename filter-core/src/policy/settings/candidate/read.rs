//! The section as it is written.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::CandidateSettings;
use crate::policy::json::Door;
use crate::policy::problem::Problem;
use crate::policy::settings::{BundleSource, Poll, check_poll};
use crate::policy::{Guardrails, Rollout};

const AT: &str = "/candidate";
const MEMBERS: [&str; 6] = ["bundle", "poll", "share", "goals", "automatic", "guardrails"];
const GUARDRAILS: [&str; 4] = ["harmed_share", "good_clients", "harmed_clients", "seconds"];

impl CandidateSettings {
    pub(in crate::policy::settings) fn read<'t>(door: &mut Door<'t>, part: &'t str) -> Option<Self> {
        let before = door.problems.len();
        let members = door.object(part, AT, &MEMBERS)?;
        let place = |name: &str| format!("{AT}/{name}");
        let bundle = members.get("bundle").and_then(|part| door.read::<String>(part, &place("bundle")));
        let poll = members.get("poll").and_then(|part| door.read::<Poll>(part, &place("poll")));
        let mut rollout = Rollout::default();
        if let Some(share) = members.get("share").and_then(|part| door.read(part, &place("share"))) {
            rollout.share = share;
        }
        if let Some(goals) = members.get("goals").and_then(|part| door.read::<Vec<String>>(part, &place("goals"))) {
            rollout.goals = goals;
        }
        if let Some(automatic) = members.get("automatic").and_then(|part| door.read(part, &place("automatic"))) {
            rollout.automatic = automatic;
        }
        if let Some(part) = members.get("guardrails") {
            read_guardrails(door, part, &mut rollout.guardrails);
        }
        door.problems.extend(rollout.check(AT));
        match (members.get("bundle").is_some(), members.get("poll").is_some()) {
            (true, false) | (false, true) => {}
            _ => {
                let remedy = "give `bundle` (the two lines as a string) or `poll`, one of them";
                door.problems.push(Problem::new(AT, "not clear where the candidate comes from", remedy));
            }
        }
        if let Some(poll) = &poll {
            check_poll(poll, AT, &mut door.problems);
        }
        let source = match (bundle, poll) {
            (Some(bundle), _) => BundleSource::Inline(bundle),
            (None, poll) => BundleSource::Poll { poll: poll?, start: None },
        };
        (door.problems.len() == before).then_some(CandidateSettings { source, rollout })
    }
}

fn read_guardrails<'t>(door: &mut Door<'t>, part: &'t str, guardrails: &mut Guardrails) {
    let at = "/candidate/guardrails";
    let Some(members) = door.object(part, at, &GUARDRAILS) else { return };
    let Guardrails { harmed_share, good_clients, harmed_clients, seconds } = guardrails;
    let mut share = u64::from(*harmed_share);
    for (name, value) in GUARDRAILS.into_iter().zip([&mut share, good_clients, harmed_clients, seconds]) {
        if let Some(number) = members.get(name).and_then(|part| door.read(part, &format!("{at}/{name}"))) {
            *value = number;
        }
    }
    // What is too much stays too much: it is checked with the rest.
    *harmed_share = u32::try_from(share).unwrap_or(u32::MAX);
}
