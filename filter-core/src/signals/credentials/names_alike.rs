//! Sign-ups whose names are of one mask (`aaaaa99999@`): a program makes them up. The mask must make up a third of a site's
//! sign-ups within the hour; people's most frequent masks with digits have a twentieth.

use super::attempt;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "names_alike",
    pillar: Pillar::Credentials,
    scope: Scope::Memory,
    weight: 1_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "names made up by one pattern",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "made-up scenes, seeds 1 to 4 (2026-11): 400 sign-ups by one pattern: 381; people's 240 sign-ups: 0",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_form_post
@user=user{n}
@mask=aaaaa99
@signs_up=mail
then after=2000 times=24"],
        silent: &[
            "like chromium_form_post
@user=user{n}
@mask=aaaaa99
@signs_up=mail
then after=2000 times=12",
            "like chromium_form_post
@user=user{n}
@signs_up=mail
then after=2000 times=60
then after=2000 times=24
@mask=aaaaa99",
        ],
    },
};

/// Names of one mask from which on it is a pattern.
const NAMES: u32 = 20;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let attempt = attempt(seen).filter(|attempt| attempt.is_sign_up && attempt.mask != 0)?;
    let masks = &seen.memory.site?.masks;
    let (count, all) = (masks.count(attempt.mask), masks.all());
    let fires = count >= NAMES && count.saturating_mul(3) >= all;
    fires.then(|| Detail::new("{} of the last {} names that signed up have one form").with(count).with(all))
}
