//! One client, or one address under changing names, whose logins fail on account after account, each tried once or twice: a list
//! is tried out. An office or a mobile carrier behind one address fails now and then and mostly passes; who forgot a password tries the same account again.

use super::{attempt, is_list};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "accounts_by_client",
    pillar: Pillar::Credentials,
    scope: Scope::Memory,
    weight: 2_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "one client's logins fail on many accounts",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "made-up scenes, seeds 1 to 4 (2026-11): one client's 1,000 tries: all but the first 40 at most; people's 9,907 logins, forgotten passwords in offices too: see wasm-tests/EVIDENCE.md",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_form_post
@user=user{n}
@login=failed
then after=2000 times=36"],
        silent: &[
            "like chromium_form_post
@user=user{n}
@login=failed
then after=2000 times=14",
            "like chromium_form_post
@user=user{n}
@login=failed
then after=2000 times=36
then after=2000 times=8
@login=passed",
            "like chromium_form_post
@user=ann
@login=failed
then after=2000 times=30",
            "like chromium_form_post
@user=user{n}
@login=failed
then after=2000 times=36
then after=2000
@user=",
        ],
    },
};

/// Accounts on which a client's logins failed from which on it is no household. AWS calls more than 20 accounts an address in 10 minutes high suspicion (2026).
const ACCOUNTS: u32 = 30;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    attempt(seen)?;
    let memory = seen.memory;
    let site = memory.site.map(|site| site.logins.counts(seen.now)).unwrap_or_default();
    let client = memory.detail.map(|detail| detail.logins.counts());
    let address = memory.address.map(|address| address.logins.counts());
    let own = client.into_iter().chain(address).find(|own| is_list(*own, site.without(*own), ACCOUNTS))?;
    let all = own.failed.saturating_add(own.passed);
    Some(Detail::new("{} of {} logins failed, on {} accounts").with(own.failed).with(all).with(own.accounts))
}
