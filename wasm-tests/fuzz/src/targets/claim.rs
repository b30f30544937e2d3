//! User agents: a claim agrees with itself and looks at no more than the limit.

use filter_core::facts::Fact;
use filter_core::fingerprint::{Claim, Engine, Family};
use filter_core::limits;

use super::Target;
use crate::seeds;

pub(super) const TARGET: Target = Target { name: "claim", check, seeds: seeds::user_agents, rounds: 6000 };

fn check(data: &[u8]) {
    let claim = Claim::parse(Fact::Present(data));
    let bounded = &data[..data.len().min(limits::USER_AGENT)];
    assert_eq!(claim.user_agent, bounded);
    assert_eq!(claim, Claim::parse(Fact::Present(data)));
    assert_eq!(claim.is_browser(), claim.engine != Engine::None);
    assert!(claim.is_browser() || (claim.engine_major.is_none() && !claim.webview));
    assert_ne!(claim.family, Family::Absent, "it was sent");
    if data.len() >= limits::USER_AGENT {
        assert_eq!(claim, Claim::parse(Fact::Present(bounded)), "what follows the limit changes nothing");
    }
}
