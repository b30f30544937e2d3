//! Evidence from logins and sign-ups: who tries how many accounts, with what success. All of it needs memory, and is silent
//! without; it speaks only about requests that log in or sign up, so that nobody's reading is touched by what others try.

pub mod accounts_by_client;
pub mod accounts_by_client_many;
pub mod accounts_by_tool;
pub mod accounts_by_network;
pub mod password_sprayed;
pub mod account_attacked;
pub mod password_breached;
pub mod pair_breached;
pub mod mail_disposable;
pub mod names_alike;

use super::Seen;
use crate::fingerprint::credentials::Attempt;
use crate::state::{Logins, Tally};

/// The request's login or sign-up.
fn attempt(seen: &Seen<'_>) -> Option<Attempt> {
    seen.memory.visit?.attempt
}

/// Most failed logins for each account, in hundredths. Lists of stolen pairs try an account once, some twice; people who forgot a
/// password try two or three times.
const TRIES: u32 = 150;

/// Least share of failures, in hundredths. Of stolen pairs 0.1 to 2 % work (OWASP; Akamai 2020 and others); 80 to 95 % of people's logins pass.
const FAILED: u32 = 90;

/// Least odds of failing against everybody else's.
const ODDS: u64 = 8;

/// Logins of everybody else that make a comparison.
const OTHERS: u32 = 8;

/// Whether logins are those of a list that is tried out: on many accounts, nearly all failing, hardly any account tried again; and, where there
/// are others to compare with, against a site on which that is not so. A backend that is down fails everybody.
fn is_list(own: Tally, others: Tally, least: u32) -> bool {
    let all = own.failed.saturating_add(own.passed);
    let fails = own.failed.saturating_mul(100) >= all.saturating_mul(FAILED);
    let is_wide = own.accounts >= least && own.failed.saturating_mul(100) <= own.accounts.saturating_mul(TRIES);
    // (failed / passed) against (failed / passed), each count one half more.
    let twice = |count: u32| u64::from(count).saturating_mul(2).saturating_add(1);
    let (up, down) = (
        twice(own.failed).saturating_mul(twice(others.passed)),
        twice(own.passed).saturating_mul(twice(others.failed)),
    );
    fails && is_wide && up >= down.saturating_mul(ODDS)
}

/// Logins that passed in good times, from which on a tool or network is one that people use.
const TRUSTED: u16 = 8;

/// Whether a part of a site's logins may be spoken of: there were good times, and in them people did not use that tool or network.
fn is_strange(own: &Logins, site: &Logins, now: u64) -> bool {
    let ([passed, _], [_, windows]) = (own.trusted(now), site.trusted(now));
    windows > 0 && passed < TRUSTED
}

/// Logins that make a comparison with a part of a whole.
fn is_enough(others: Tally) -> bool {
    others.failed.saturating_add(others.passed) >= OTHERS
}
