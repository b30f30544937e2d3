//! One client, or one address under changing names, whose logins fail on account after account, each tried once or twice: a list
//! is tried out. An office or a mobile carrier behind one address fails now and then and mostly passes; who forgot a password tries the same account again.

use super::{attempt, is_list};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "accounts_by_client",
    pillar: Pillar::Credentials,
    scope: Scope::Memory,
    weight: 4_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "one client's logins fail on many accounts",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "campaigns on human logins (seeds 1 to 8, 2026-11): MEASURED",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_form_post
@user=user{n}
@login=failed
then after=2000 times=14"],
        silent: &[
            "like chromium_form_post
@user=user{n}
@login=failed
then after=2000 times=8",
            "like chromium_form_post
@user=user{n}
@login=failed
then after=2000 times=14
then after=2000 times=6
@login=passed",
            "like chromium_form_post
@user=ann
@login=failed
then after=2000 times=30",
            "like chromium_form_post
@user=user{n}
@login=failed
then after=2000 times=14
then after=2000
@user=",
        ],
    },
};

/// Accounts on which a client's logins failed from which on it is no household. AWS calls 11 to 15 accounts an address in 10 minutes low suspicion (2026).
const ACCOUNTS: u32 = 10;
/// The same of an address, behind which more people may be.
const ADDRESS: u32 = 20;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    attempt(seen)?;
    let memory = seen.memory;
    let site = memory.site.map(|site| site.logins.counts(seen.now)).unwrap_or_default();
    let client = memory.detail.map(|detail| (detail.logins.counts(), ACCOUNTS));
    let address = memory.address.map(|address| (address.logins.counts(), ADDRESS));
    let found = client.into_iter().chain(address).find(|(own, least)| is_list(*own, site.without(*own), *least));
    let (own, _) = found?;
    let all = own.failed.saturating_add(own.passed);
    Some(Detail::new("{} of {} logins failed, on {} accounts").with(own.failed).with(all).with(own.accounts))
}
