//! A login on an account on which logins failed from many clients within the day. It says little of who logs in: the owner does
//! too. Silent on networks from which a login passed before.

use super::attempt;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "account_attacked",
    pillar: Pillar::Credentials,
    scope: Scope::Memory,
    weight: 800,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "many clients fail on this account",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "made-up scenes, seeds 1 to 4 (2026-11): 60 addresses on one account: 54; people's 9,907 logins: 2, the owner's own",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_form_post
@from=198.51.{n}.7
@user=ann
@login=failed
then after=60000 times=9"],
        silent: &[
            "like chromium_form_post
@from=198.51.{n}.7
@user=ann
@login=failed
then after=60000 times=5",
            "like chromium_form_post
@user=ann
@login=failed
then after=60000 times=9",
            "like chromium_form_post
@user=ann
@login=passed
then after=60000 times=9
@from=198.51.{n}.7
@login=failed
then after=60000
@from=203.0.113.7",
        ],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    attempt(seen).filter(|attempt| attempt.account != 0)?;
    let account = seen.memory.account?;
    let attackers = account.attackers(seen.now).filter(|_| !account.is_home(seen.memory.network_key))?;
    Some(Detail::new("logins failed from {} clients").with(attackers))
}
