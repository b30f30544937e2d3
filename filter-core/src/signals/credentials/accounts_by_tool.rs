//! One way to put requests together whose logins fail on account after account, from however many addresses, while everybody
//! else's on the site pass as they usually do: a list that is spread over a network of proxies, a few tries an address. Browsers are tools too;
//! so the tool is compared with the rest of the site, and nothing is said without a rest: a login service that is down fails everybody.
//! A tool with which people passed in good times is theirs: a list that is tried with it is not seen here.

use super::{attempt, is_enough, is_list, is_strange};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "accounts_by_tool",
    pillar: Pillar::Credentials,
    scope: Scope::Memory,
    weight: 4_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "one tool's logins fail on many accounts, others' pass",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "made-up scenes, seeds 1 to 4 (2026-11): 10,000 tries from 5,000 addresses: all but the first 25 to 28; people's 9,907 logins: 0; sent with a browser that people use: 0 of 10,000",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_form_post
@logins=known
@from=198.51.100.{n}
@user=user{n}
@login=failed
then after=2000 times=60"],
        silent: &[
            "like chromium_form_post
@logins=known
@from=198.51.100.{n}
@user=user{n}
@login=failed
then after=2000 times=20",
            "like chromium_form_post
@from=198.51.100.{n}
@user=user{n}
@login=failed
then after=2000 times=60",
            "like chromium_form_post
@logins=known
@from=198.51.100.{n}
@user=user{n}
@login=failed
then after=2000 times=60
then after=2000 times=12
@login=passed",
        ],
    },
};

/// Accounts on which a tool's logins failed from which on it says something.
const ACCOUNTS: u32 = 25;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    attempt(seen)?;
    let (tool, site) = (&seen.memory.tool?.logins, &seen.memory.site?.logins);
    let own = tool.counts(seen.now);
    let others = site.counts(seen.now).without(own);
    let fires = is_strange(tool, site, seen.now) && is_enough(others) && is_list(own, others, ACCOUNTS);
    let (all, rest) = (own.failed.saturating_add(own.passed), others.failed.saturating_add(others.passed));
    let share = others.failed.saturating_mul(100).checked_div(rest).unwrap_or(0);
    let detail = Detail::new("{} of this tool's {} logins failed, {} % of all others");
    fires.then(|| detail.with(own.failed).with(all).with(share))
}
