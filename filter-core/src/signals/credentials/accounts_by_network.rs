//! A network (an autonomous system, or the addresses around one) from which logins fail on account after account, while
//! everybody else's pass. Many people share a network: it weighs little by itself.

use super::{attempt, is_enough, is_list, is_strange};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "accounts_by_network",
    pillar: Pillar::Credentials,
    scope: Scope::Memory,
    weight: 2_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a network's logins fail on many accounts, others' pass",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "made-up scenes, seeds 1 to 4 (2026-11): 1,000 tries from one network: all but the first 39 at most; people's 9,907 logins: 0",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_form_post
@logins=known
@from=198.51.100.{n}
@user=user{n}
@login=failed
then after=2000 times=80"],
        silent: &[
            "like chromium_form_post
@logins=known
@from=198.51.{n}.7
@user=user{n}
@login=failed
then after=2000 times=80",
            "like chromium_form_post
@from=198.51.100.{n}
@user=user{n}
@login=failed
then after=2000 times=80",
        ],
    },
};

/// Accounts on which a network's logins failed from which on it says something.
const ACCOUNTS: u32 = 40;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    attempt(seen)?;
    let (network, site) = (&seen.memory.network?.logins, &seen.memory.site?.logins);
    let own = network.counts(seen.now);
    let others = site.counts(seen.now).without(own);
    let fires = is_strange(network, site, seen.now) && is_enough(others) && is_list(own, others, ACCOUNTS);
    let all = own.failed.saturating_add(own.passed);
    fires.then(|| {
        Detail::new("{} of {} logins from there failed, on {} accounts").with(own.failed).with(all).with(own.accounts)
    })
}
