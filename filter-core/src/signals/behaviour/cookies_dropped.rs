//! Claims a browser, was given a cookie, and never sends one back. Some people refuse cookies; they are few.

use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "cookies_dropped",
    pillar: Pillar::Behaviour,
    scope: Scope::Memory,
    weight: 1_800,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "never sends the cookies it was given",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "recorded clients that claim a browser and are none 9 of 73, recorded browsers 0 of 4; logs show no cookies (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
@path=/{n}
@gives=set-cookie
then after=9000 times=7"],
        silent: &[
            "like chromium_navigation
@path=/{n}
then after=9000 times=7",
            "like chromium_navigation
@path=/{n}
@gives=set-cookie
then after=9000 times=7
cookie: a=1",
        ],
    },
};

/// Requests without it from which on it is odd.
const WITHOUT: u8 = 5;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser()?;
    let [without, with] = seen.memory.detail?.cookies;
    let fires = without >= WITHOUT && with == 0;
    let detail = Detail::new("claims {}, {} requests without the cookies it was given");
    fires.then(|| detail.word(claim.family.as_str()).with(u32::from(without)))
}
