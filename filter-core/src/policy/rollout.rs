//! How a candidate bundle is tried beside the active one.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Problem;
use crate::limits;

/// What shares are a part of.
pub const SHARES: u32 = 1_000_000;

/// Whose requests a candidate sees, what shows that a client is good, and what follows.
///
/// ```
/// use filter_core::policy::Rollout;
/// let rollout: Rollout = serde_json::from_str(r#"{"share":50000,"goals":["checkout"],"guardrails":{"good_clients":500}}"#).unwrap();
/// assert_eq!((rollout.share, rollout.guardrails.harmed_share), (50_000, 1_000));
/// assert!(serde_json::from_str::<Rollout>(r#"{"shares":1}"#).is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rollout {
    /// Of a million clients, those of so many are followed; all by default. With 0 the candidate sees only what the active bundle
    /// interferes with.
    pub share: u32,
    /// Labels or ids of endpoints of the active bundle where clients show that they are good: a login that succeeds, an order
    /// that goes through. `any`: every answer that is no error. By default `login`, `sign_up` and `checkout`.
    pub goals: Vec<String>,
    /// The host promotes the candidate, or takes it back, by itself; `false` by default.
    pub automatic: bool,
    /// What decides that.
    pub guardrails: Guardrails,
}

/// What a candidate must show, and what it may not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Guardrails {
    /// Of a million clients that reached a goal, the candidate may have touched at most so many; 1,000 by default.
    pub harmed_share: u32,
    /// Clients that must have reached a goal before it is promoted or taken back; 4,000 by default. With none harmed a share of 1,000
    /// is shown by 3,838.
    pub good_clients: u64,
    /// Clients that must have been harmed before it is taken back, so that one odd client ends nothing; 3 by default.
    pub harmed_clients: u64,
    /// Seconds that it must have run before it is promoted; a day by default, for nights differ from days.
    pub seconds: u64,
}

impl Default for Rollout {
    fn default() -> Self {
        let goals = ["login", "sign_up", "checkout"].map(ToString::to_string).to_vec();
        Rollout { share: SHARES, goals, automatic: false, guardrails: Guardrails::default() }
    }
}

impl Default for Guardrails {
    fn default() -> Self {
        Guardrails { harmed_share: 1_000, good_clients: 4_000, harmed_clients: 3, seconds: 24 * 60 * 60 }
    }
}

impl Rollout {
    /// Everything that is wrong with it, at its place below `place`.
    pub fn check(&self, place: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut wrong = |at: &str, message: String, remedy: &str| {
            problems.push(Problem::new(alloc::format!("{place}/{at}"), message, remedy));
        };
        if self.share > SHARES {
            let message = alloc::format!("`{}` is out of range", self.share);
            wrong("share", message, "give how many of a million clients");
        }
        if self.goals.len() > limits::SHADOW_GOALS {
            wrong("goals", alloc::format!("{} goals", self.goals.len()), "at most 16 are allowed");
        }
        if self.guardrails.harmed_share > SHARES {
            let message = alloc::format!("`{}` is out of range", self.guardrails.harmed_share);
            wrong("guardrails/harmed_share", message, "give how many of a million clients");
        }
        problems
    }
}
