//! A login or sign-up with a password that is known from breaches. People choose such passwords too: it says a little of who logs
//! in, and a lot of how safe the account is. For rules it is `'password_breached' in signals`.

use super::attempt;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "password_breached",
    pillar: Pillar::Credentials,
    scope: Scope::Memory,
    weight: 250,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a password known from breaches",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "not measured: how many people use such passwords differs from site to site, and with the length of the list (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_form_post
@user=ann
@breached=password
@login=failed
@site=known"],
        silent: &["like chromium_form_post
@user=ann
@login=failed
@site=known"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    attempt(seen)?.is_breached.then(|| Detail::new("a password that is known from breaches"))
}
