//! A login with a name and password that were stolen together, as lists that are tried out hold them. The owner may still use them:
//! silent on networks from which a login on the account passed before, and at sign-ups.

use super::attempt;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "pair_breached",
    pillar: Pillar::Credentials,
    scope: Scope::Memory,
    weight: 1_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a name and password stolen together",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "not measured: how many of a list's pairs people still use differs from list to list (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_form_post
@user=ann
@breached=pair
@login=failed
@site=known",
            "like chromium_form_post
@user=ann
@breached=pair
@login=passed
then after=60000
@from=198.51.100.9",
        ],
        silent: &[
            "like chromium_form_post
@user=ann
@breached=password
@login=failed
@site=known",
            "like chromium_form_post
@user=ann
@breached=pair
@login=passed
then after=60000",
            "like chromium_form_post
@user=ann
@breached=pair
@signs_up=mail
@site=known",
        ],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    attempt(seen).filter(|attempt| attempt.is_breached_pair && !attempt.is_sign_up)?;
    let is_home = seen.memory.account.is_some_and(|account| account.is_home(seen.memory.network_key));
    (!is_home).then(|| Detail::new("a name and password that were stolen together"))
}
