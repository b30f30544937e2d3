//! The same as `accounts_by_client`, on more accounts than an office has whose people all forgot their passwords at once. Of the client
//! alone: behind an address may be others.

use super::{attempt, is_list};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "accounts_by_client_many",
    pillar: Pillar::Credentials,
    scope: Scope::Memory,
    weight: 2_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "one client's logins fail on more accounts than an office has",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "made-up scenes, seeds 1 to 4 (2026-11): one client's 1,000 tries: 954; people's 9,907 logins: 0",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_form_post
@user=user{n}
@login=failed
then after=2000 times=70"],
        silent: &["like chromium_form_post
@user=user{n}
@login=failed
then after=2000 times=30"],
    },
};

/// Accounts on which a client's logins failed.
const ACCOUNTS: u32 = 50;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    attempt(seen)?;
    let own = seen.memory.detail?.logins.counts();
    let site = seen.memory.site.map(|site| site.logins.counts(seen.now)).unwrap_or_default();
    let fires = is_list(own, site.without(own), ACCOUNTS);
    fires.then(|| Detail::new("{} logins failed, on {} accounts").with(own.failed).with(own.accounts))
}
