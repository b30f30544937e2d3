//! Logins and sign-ups lately, by what came of them.

use super::sketches::Distinct;

/// What came of a login, or of something else that was tried: a payment, a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginResult {
    /// It was taken: name and password were right.
    Passed,
    /// It was refused.
    Failed,
}

/// Logins of the last 30 to 60 minutes: how many passed, how many failed, and on how many accounts they failed.
///
/// Counts are exact up to 65,535 in 30 minutes; the accounts have the error of [`Distinct`]. Two windows of 30 minutes, since the epoch: the
/// one that goes on, and the one before.
///
/// Merge law: counts of the same window add up, accounts are united, windows that are over count for nothing. Logins of good windows add up, and of
/// the windows' numbers the greater stays: nodes saw the same ones. Commutative; associative but for a window that ends between two merges, which
/// is good or not by what was merged by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Logins {
    /// Which window since the epoch goes on.
    window: u32,
    /// In this window, and in the one before.
    failed: [u16; 2],
    passed: [u16; 2],
    /// Logins that passed in windows that are over and in which most did, and how many such windows there were.
    trusted: [u16; 2],
    accounts: [Distinct<16>; 2],
}

fields!(Logins { window: u32, failed: [u16; 2], passed: [u16; 2], trusted: [u16; 2], accounts: [Distinct<16>; 2] });

/// Milliseconds of a window.
const WINDOW: u64 = 30 * 60 * 1000;

impl Logins {
    /// Counts a login. Gives how many windows have gone by since the last one.
    pub(super) fn add(&mut self, now: u64, result: LoginResult, account: u64) -> u32 {
        let gone = self.roll(now);
        let counts = match result {
            LoginResult::Passed => &mut self.passed,
            LoginResult::Failed => &mut self.failed,
        };
        if let Some(count) = counts.first_mut() {
            *count = count.saturating_add(1);
        }
        if result == LoginResult::Failed
            && account != 0
            && let Some(accounts) = self.accounts.first_mut()
        {
            accounts.add(account);
        }
        gone
    }

    /// Logins that failed and that passed, as seen at a time.
    pub fn counts(&self, now: u64) -> Tally {
        let mut seen = *self;
        seen.roll(now);
        let sum = |counts: [u16; 2]| counts.iter().map(|count| u32::from(*count)).sum();
        let [mut accounts, before] = seen.accounts;
        accounts.merge(&before);
        Tally { failed: sum(seen.failed), passed: sum(seen.passed), accounts: accounts.count() }
    }

    /// Logins that passed in windows that are over and in which most passed: people's. And how many such windows there were.
    pub fn trusted(&self, now: u64) -> [u16; 2] {
        let mut seen = *self;
        seen.roll(now);
        seen.trusted
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        let mut other = *other;
        let gone = other.window.max(self.window);
        self.turn(gone);
        other.turn(gone);
        let add = |mine: &mut [u16; 2], theirs: [u16; 2]| {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine = mine.saturating_add(theirs));
        };
        add(&mut self.failed, other.failed);
        add(&mut self.passed, other.passed);
        let ([mine, windows], [theirs, others]) = (self.trusted, other.trusted);
        self.trusted = [mine.saturating_add(theirs), windows.max(others)];
        self.accounts.iter_mut().zip(other.accounts).for_each(|(mine, theirs)| mine.merge(&theirs));
    }

    /// A clock that ran backwards by some hours counts as the last time; one that was further ahead is believed no longer.
    fn roll(&mut self, now: u64) -> u32 {
        let window = now.checked_div(WINDOW).and_then(|window| u32::try_from(window).ok()).unwrap_or(u32::MAX);
        if self.window.saturating_sub(window) > 48 {
            *self = Logins { window, ..Logins::default() };
            return u32::MAX;
        }
        self.turn(window)
    }

    fn turn(&mut self, window: u32) -> u32 {
        let gone = window.saturating_sub(self.window);
        if gone > 0 {
            if let ([failed, _], [passed, _]) = (self.failed, self.passed)
                && passed > 0
                && passed >= failed
            {
                let [logins, windows] = self.trusted;
                self.trusted = [logins.saturating_add(passed), windows.saturating_add(1)];
            }
            let kept = usize::from(gone == 1);
            let moved = |[last, _]: [u16; 2]| [0, if kept == 1 { last } else { 0 }];
            (self.failed, self.passed) = (moved(self.failed), moved(self.passed));
            let [last, _] = self.accounts;
            self.accounts = [Distinct::default(), if kept == 1 { last } else { Distinct::default() }];
            self.window = window;
        }
        gone
    }
}

/// All logins of one client or address, without windows: shares stay and old ones fade, since both counts are halved where one is
/// full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trials {
    failed: u16,
    passed: u16,
    accounts: Distinct<16>,
}

fields!(Trials { failed: u16, passed: u16, accounts: Distinct<16> });

impl Trials {
    /// Counts a login.
    pub(super) fn add(&mut self, result: LoginResult, account: u64) {
        let count = if result == LoginResult::Passed { &mut self.passed } else { &mut self.failed };
        *count = count.saturating_add(1);
        if *count == u16::MAX {
            (self.failed, self.passed) = (self.failed / 2, self.passed / 2);
        }
        if result == LoginResult::Failed && account != 0 {
            self.accounts.add(account);
        }
    }

    /// How they went.
    pub fn counts(&self) -> Tally {
        Tally { failed: self.failed.into(), passed: self.passed.into(), accounts: self.accounts.count() }
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        self.failed = self.failed.saturating_add(other.failed);
        self.passed = self.passed.saturating_add(other.passed);
        self.accounts.merge(&other.accounts);
    }
}

/// How logins went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Logins that failed.
    pub failed: u32,
    /// Logins that passed.
    pub passed: u32,
    /// Accounts on which they failed.
    pub accounts: u32,
}

impl Tally {
    /// What is left without a part of it.
    #[must_use]
    pub fn without(self, part: Tally) -> Tally {
        Tally {
            failed: self.failed.saturating_sub(part.failed),
            passed: self.passed.saturating_sub(part.passed),
            accounts: self.accounts.saturating_sub(part.accounts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_731_000_000_000 / WINDOW * WINDOW;

    fn filled(logins: &[(u64, u64)]) -> Logins {
        let mut filled = Logins::default();
        for (minute, account) in logins {
            filled.add(START + minute * 60_000, LoginResult::Failed, account << 52);
        }
        filled
    }

    #[test]
    fn two_windows_count() {
        let mut logins = filled(&[(0, 1), (1, 2), (29, 2), (31, 3)]);
        logins.add(START + 32 * 60_000, LoginResult::Passed, 9 << 52);
        let at = |minute: u64| logins.counts(START + minute * 60_000);
        assert_eq!(at(33), Tally { failed: 4, passed: 1, accounts: 3 });
        assert_eq!(at(61), Tally { failed: 1, passed: 1, accounts: 1 });
        assert_eq!(at(91), Tally::default());
        assert_eq!(at(10), at(33), "time that runs backwards");
    }

    #[test]
    fn merging_is_counting_both_in_any_order() {
        let mut good = filled(&[(1, 7)]);
        for minute in 0..9 {
            good.add(START + minute * 60_000, LoginResult::Passed, 0);
        }
        let parts =
            [filled(&[(0, 1), (1, 2)]), filled(&[(31, 2), (33, 4)]), filled(&[(2, 1)]), good, good, Logins::default()];
        let mut forward = Logins::default();
        parts.iter().for_each(|part| forward.merge(part));
        let mut backward = Logins::default();
        parts.iter().rev().for_each(|part| backward.merge(part));
        assert_eq!((forward, forward.window), (backward, (START / WINDOW) as u32 + 1));
        assert_eq!(forward.counts(START + 35 * 60_000), Tally { failed: 7, passed: 18, accounts: 4 });
        assert_eq!(forward.trusted(START + 35 * 60_000), [18, 1], "two nodes saw one window");
    }

    #[test]
    fn a_clock_gone_wrong_is_forgotten() {
        let mut logins = filled(&[(1_000_000, 1)]);
        logins.add(START, LoginResult::Failed, 1 << 52);
        assert_eq!(logins.counts(START).failed, 1);
    }
}
