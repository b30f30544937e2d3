//! A sign-up with an address at a domain of throw-away mail, as the bundle's list `disposable_mail` says.

use super::attempt;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "mail_disposable",
    pillar: Pillar::Credentials,
    scope: Scope::Memory,
    weight: 1_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "signs up with throw-away mail",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "not measured: how many people use throw-away mail differs from site to site (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_form_post
@user=ann
@signs_up=throwaway
@site=known"],
        silent: &[
            "like chromium_form_post
@user=ann
@signs_up=mail
@site=known",
            "like chromium_form_post
@user=ann
@login=passed
@site=known",
        ],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let attempt = attempt(seen)?;
    (attempt.is_sign_up && attempt.is_disposable).then(|| Detail::new("signs up with throw-away mail"))
}
