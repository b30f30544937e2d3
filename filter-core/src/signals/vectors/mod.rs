//! Test vectors: small requests in a form that reads like HTTP, run here and by every host's conformance tests.
//!
//! ```text
//! GET https://shop.example/page HTTP/2
//! @pseudo=masp
//! user-agent: curl/8.5.0
//! ```
//!
//! or a real browser's request with changes:
//!
//! ```text
//! like chromium_navigation
//! @path=/other
//! -accept-language
//! accept: */*
//! ```
//!
//! `@fact=value` sets a fact, `-name` removes a header, `<name` moves one to the front, `name: value` replaces one in its
//! place or appends it, `+name: value` always appends. Facts: `method`, `path`, `authority`, `version`, `pseudo`, `tls`, `ja4`,
//! `ja4_by`, `from`, `provenance`, `headers` (that many more lines), `network` (`kind:list`, repeatable: the client's address is in that list). `https` means
//! TLS 1.3 and `http` a plain connection.
//!
//! A line `then after=800 times=3` begins the next requests of the same client, like the one before with the changes that
//! follow, `after` milliseconds later each; the last one is looked at. `{n}` in a path is the request's number.
//! In `@from` `{n}` is too, and in `@user`, `@password` and `@mask` of a login that is `@login=failed` or `passed`, or a sign-up with
//! `@signs_up=mail` or `throwaway`; `@breached=password` or `pair`; `@logins=known`: other people have logged in on the site before.
//! `@answer` is the status of the answer, `@gives` a header it sets, `@site=known` that people have shown what is usual there,
//! `@endpoint=known` likewise of each endpoint, `@tried=refused` or `taken` what came of something else than a login.

mod browsers;
mod sample;
mod session;

pub use browsers::BASES;
pub use sample::Sample;
pub use session::Session;

/// Requests on which a signal must fire, and must not. All signals must also be silent on every request of [`BASES`].
#[derive(Debug)]
pub struct Vectors {
    /// It must fire on each of these.
    pub fires: &'static [&'static str],
    /// It must be silent on each of these.
    pub silent: &'static [&'static str],
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signals::{Evidence, SIGNALS, SignalId};
    use alloc::vec::Vec;

    #[test]
    fn every_signal_fires_on_its_own_vectors_and_no_others() {
        let mut wrong = Vec::new();
        for signal in SIGNALS {
            let id = SignalId::parse(signal.id).unwrap();
            assert!(!signal.vectors.fires.is_empty(), "{} has no vector on which it fires", signal.id);
            for (texts, expected) in [(signal.vectors.fires, true), (signal.vectors.silent, false)] {
                for text in texts {
                    let session = Session::parse(text).unwrap_or_else(|e| panic!("{}: {e}", signal.id));
                    if session.see(|seen| Evidence::all(seen).has(id)) != Some(expected) {
                        let what = if expected { "is silent" } else { "fires" };
                        wrong.push(alloc::format!("{} {what} on:\n{text}\n", signal.id));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn real_browsers_raise_nothing() {
        let mut wrong = Vec::new();
        for (name, text) in BASES {
            Sample::parse(text).unwrap().see(|seen| {
                for reason in Evidence::all(seen).reasons(*seen) {
                    wrong.push(alloc::format!("{name}: {} ({})", reason.signal.id, reason.detail));
                }
            });
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
