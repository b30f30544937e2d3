//! One site: a host name.

use super::client::seconds;
use super::course::CourseStep;
use super::sketches::{Distinct, Leaders, Moments, Rates};
use super::{Act, Client, Course, LoginResult, Logins, RecordKeys, Shown, Statuses, Visit};
use crate::fingerprint::credentials::Attempt;
use crate::state::statuses::{bump, bump_wide, total};

record! {
    /// What is usual on a site as a whole.
    Site: 512 {
        /// Requests at four half-lives.
        rates: Rates,
        /// Its logins.
        logins: Logins,
        /// Passwords of logins that failed, with the accounts; halved every 30 minutes.
        passwords: Leaders<16>,
        /// Masks of the names that signed up, likewise.
        masks: Leaders<8>,
        /// Distinct clients.
        clients: Distinct<32>,
        /// Distinct addresses.
        addresses: Distinct<32>,
        /// Requests a minute: mean and spread of the last 64 minutes that had any.
        minutes: Moments,
        /// Requests in the minute that goes on.
        minute: u32 = own,
        /// Which minute since the epoch that is.
        since: u32 = own,
        /// New clients in that minute.
        newcomers: u32 = own,
        /// New clients a minute, likewise.
        arrivals: Moments,
        /// Answers.
        statuses: Statuses,
        /// Requests by [`Act`]; when one reaches 255 all are halved.
        acts: [u8; Act::COUNT],
        /// First steps of clients that do not say they are programs and have not been found to be.
        course: Course,
        /// Such steps without and with a referer; halved together when one is full.
        referers: [u16; 2],
        /// Zero: room for what later forms count.
        room: [u8; 9],
        /// When the first request came, in seconds since the epoch.
        begun: u32 = first,
    }
}

impl Site {
    /// A site on which people have shown what is usual: of 1,000 steps 300 after a long stay, 300 up, 200 across.
    #[cfg(any(test, feature = "vectors"))]
    pub(crate) fn known() -> Self {
        use super::{Move, Pace};
        let mut site = Site::EMPTY;
        let ways = [Move::Up, Move::Up, Move::Up, Move::Across, Move::Across, Move::Down, Move::Down, Move::Down];
        for step in 0..1_000usize {
            let pace = if step % 10 < 3 { Pace::Long } else { Pace::Steady };
            bump_wide(&mut site.referers, 1);
            site.course.add((pace, ways.get(step / 3 % 10).copied().unwrap_or(Move::Beside)));
        }
        for request in 0..200usize {
            bump(&mut site.acts, if request % 4 == 0 { Act::Page as usize } else { Act::Asset as usize });
        }
        site
    }

    /// Thirty people logged in, of whom five failed before.
    #[cfg(any(test, feature = "vectors"))]
    pub(crate) fn know_logins(&mut self, now: u64) {
        let before = now.saturating_sub(30 * 60 * 1000);
        (0..10u64).for_each(|_| {
            self.logins.add(before, LoginResult::Passed, 0);
        });
        for person in 0..35u64 {
            let result = if person < 5 { LoginResult::Failed } else { LoginResult::Passed };
            self.logins.add(now, result, person.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        }
    }

    /// Pages here embed assets, and load them from here: at least three requests of ten are for some.
    pub fn has_assets(&self) -> bool {
        let assets = self.acts.get(Act::Asset as usize).copied().map_or(0, u32::from);
        let all = total(&self.acts);
        all >= 100 && assets.saturating_mul(10) >= all.saturating_mul(3)
    }

    /// Visitors here say where they come from: at least at seven steps of ten.
    pub fn has_referers(&self) -> bool {
        let [without, with] = self.referers.map(u32::from);
        let all = without.saturating_add(with);
        all >= 100 && with.saturating_mul(10) >= all.saturating_mul(7)
    }

    /// Counts a request. `client` is its client's record, with the request counted; `lesson` a step that shows what is usual.
    pub(super) fn visit(
        &mut self,
        visit: &Visit,
        keys: &RecordKeys,
        client: Option<&Client>,
        lesson: Option<CourseStep>,
    ) {
        if let Some(step) = lesson {
            self.course.add(step);
            if !visit.hidden.has(Shown::REFERER) {
                bump_wide(&mut self.referers, usize::from(visit.shown.has(Shown::REFERER)));
            }
        }
        let minute = seconds(visit.at) / 60;
        if minute > self.since || self.since.saturating_sub(minute) > 60 {
            if self.since != 0 {
                self.minutes.add(u16::try_from(self.minute).unwrap_or(u16::MAX));
                self.arrivals.add(u16::try_from(self.newcomers).unwrap_or(u16::MAX));
            }
            (self.since, self.minute, self.newcomers) = (minute, 0, 0);
        }
        self.minute = self.minute.saturating_add(1);
        if client.is_some_and(|client| client.requests() == 1) {
            self.newcomers = self.newcomers.saturating_add(1);
        }
        self.rates.add(visit.at, 1);
        self.clients.add(keys.client);
        self.addresses.add(keys.address);
        if let Some(attempt) = visit.attempt.filter(|attempt| attempt.is_sign_up && attempt.account != 0) {
            // Names without a telling mask make up the rest.
            let mask = if attempt.mask == 0 { attempt.account } else { attempt.mask };
            self.masks.add(mask, attempt.account);
        }
        bump(&mut self.acts, visit.act as usize);
        if self.begun == 0 {
            self.begun = seconds(visit.at);
        }
    }

    pub(super) fn settle(&mut self, status: u16) {
        self.statuses.add(status);
    }

    /// Counts what came of a login.
    pub(super) fn settle_login(&mut self, visit: &Visit, attempt: &Attempt, result: LoginResult) {
        let gone = self.logins.add(visit.at, result, attempt.account);
        self.passwords.fade(gone);
        self.masks.fade(gone);
        if result == LoginResult::Failed && attempt.password != 0 && attempt.account != 0 {
            self.passwords.add(attempt.password, attempt.account);
        }
    }
}
