//! Identifiers one by one: 1001, 1002, 1003. Numbers below 100 are pages of a list, and larger steps offsets into one:
//! people and apps walk through those.

use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "numbers_walked",
    pillar: Pillar::Behaviour,
    scope: Scope::Memory,
    weight: 2_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "walks through identifiers one by one",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "a shop's log: 1 of 176 clients that claim a browser, a prober; recorded browsers 0 of 4 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_fetch
@path=/orders/5{n}
then after=3000 times=40"],
        silent: &[
            "like chromium_fetch
@path=/list?page={n}
then after=3000 times=40",
            "like chromium_fetch
@path=/list?offset={n}00
then after=3000 times=40",
        ],
    },
};

/// Steps of one from which on it is odd.
const RUN: u32 = 12;
/// Least number that is taken for an identifier.
const IDENTIFIER: u64 = 100;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let stride = &seen.memory.detail?.stride;
    let number = seen.memory.visit?.number.filter(|number| *number >= IDENTIFIER)?;
    let fires = stride.run() >= RUN && stride.is_by_one();
    let detail = Detail::new("{} identifiers in a row, the last one {}");
    fires.then(|| detail.with(stride.run()).with(u32::try_from(number).unwrap_or(u32::MAX)))
}
