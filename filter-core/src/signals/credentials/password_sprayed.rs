//! A password that fails on one account after the other within the hour: the same one is tried on everybody. People choose the same
//! passwords too, but for them they are right. The site's most frequent wrong passwords are kept, as 32 bits of a keyed hash.

use super::attempt;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "password_sprayed",
    pillar: Pillar::Credentials,
    scope: Scope::Memory,
    weight: 3_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a password that fails on many accounts",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "made-up scenes, seeds 1 to 4 (2026-11): 3,000 accounts from as many addresses: all but the first 16 at most; people's 9,907 logins: 0",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_form_post
@user=user{n}
@password=Winter2026
@login=failed
then after=2000 times=20"],
        silent: &[
            "like chromium_form_post
@user=user{n}
@password=Winter2026
@login=failed
then after=2000 times=10",
            "like chromium_form_post
@user=user{n}
@password=p{n}
@login=failed
then after=2000 times=40",
            "like chromium_form_post
@user=ann
@password=Winter2026
@login=failed
then after=2000 times=40",
        ],
    },
};

/// Accounts in a row on which a password was wrong from which on it is no coincidence.
const ACCOUNTS: u32 = 15;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let attempt = attempt(seen).filter(|attempt| attempt.password != 0)?;
    let count = seen.memory.site?.passwords.count(attempt.password);
    (count >= ACCOUNTS).then(|| Detail::new("the same wrong password on {} accounts").with(count))
}
