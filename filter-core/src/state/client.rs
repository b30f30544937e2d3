//! Every client: a session, or an address with a tool.

use super::sketches::{Gaps, Rates};
use super::statuses::{bump, fade, total};
use super::{Act, LoginResult, Shown, Statuses, Visit};

record! {
    /// What every client leaves: how fast, in which rhythm, asking for what, answered how.
    ///
    /// Counts are of the session that goes on: after 30 minutes without a request they are halved, twice after an hour, and
    /// so on; a client that stays away for long begins anew.
    Client: 64, first meet {
        /// Requests at four half-lives.
        rates: Rates,
        /// Pauses between pages and forms.
        gaps: Gaps,
        /// Answers.
        statuses: Statuses,
        /// Requests by [`Act`]; when one reaches 255 all are halved.
        acts: [u8; Act::COUNT],
        /// The greatest score lately, fading with the counts.
        score: u8 = most,
        /// What was ever shown.
        shown: Shown,
        /// When the first request came, in seconds since the epoch; 0 before that.
        begun: u32 = first,
        /// When the last page or form came, in seconds since the epoch.
        seen: u32 = most,
        /// Milliseconds past that second.
        milliseconds: u16 = own,
        /// Tries besides logins that were refused, since the doubt began.
        refused: u8 = own,
        /// How little that is like what is usual, in tenths of a nat; an `i8`'s bits: those whose tries are taken have credit.
        doubt: u8 = own,
    }
}

/// Silence after which a session is another one. Web analytics have used 30 minutes since the 1990s.
const SESSION: u64 = 30 * 60 * 1000;

impl Client {
    /// Requests counted, of the session that goes on; with many, halved.
    pub fn requests(&self) -> u32 {
        total(&self.acts)
    }

    /// Requests of one kind.
    pub fn acts(&self, act: Act) -> u32 {
        self.acts.get(act as usize).copied().map_or(0, u32::from)
    }

    /// Counts a request; gives the pause since the last page or form in milliseconds, where this is one of the same session.
    /// Where the clock ran backwards there is none.
    pub(super) fn visit(&mut self, visit: &Visit) -> Option<u64> {
        let last = u64::from(self.seen).saturating_mul(1000).saturating_add(u64::from(self.milliseconds));
        let silence = visit.at.checked_sub(last).filter(|_| self.seen != 0);
        let sessions = silence.and_then(|silence| silence.checked_div(SESSION)).unwrap_or(0);
        (0..sessions.min(8)).for_each(|_| self.fade());
        self.rates.add(visit.at, 1);
        bump(&mut self.acts, visit.act as usize);
        self.shown.set(visit.shown);
        if visit.shown.has(Shown::COOKIE) && self.shown.has(Shown::COOKIE_GIVEN) {
            self.shown.set(Shown::COOKIE_KEPT);
        }
        if self.begun == 0 {
            self.begun = seconds(visit.at);
        }
        let pause = silence.filter(|silence| visit.is_step(*silence) && *silence < SESSION);
        if let Some(pause) = pause {
            self.gaps.add(pause);
        }
        // What stands before the first page counts as one. A last page that lies far ahead was timed by a clock gone wrong.
        let is_ahead = last.saturating_sub(visit.at) > SESSION;
        if silence.is_some_and(|silence| visit.is_step(silence)) || self.seen == 0 || is_ahead {
            self.seen = seconds(visit.at);
            self.milliseconds = visit.at.checked_rem(1000).and_then(|rest| u16::try_from(rest).ok()).unwrap_or(0);
        }
        pause
    }

    /// It may show what is usual on a site: it does not say that it is a program, nor has it been found to be one.
    pub(super) fn is_usual(&self, visit: &Visit) -> bool {
        !visit.is_declared && self.score < 50
    }

    /// Counts an answer.
    pub(super) fn settle(&mut self, shown: Shown, score: u8, status: Option<u16>) {
        self.shown.set(shown);
        self.score = self.score.max(score);
        status.into_iter().for_each(|status| self.statuses.add(status));
    }

    /// Tries besides logins that were refused where people's are taken, and how much better a program that guesses explains them than
    /// what is usual where they were made, in milli-nats: a sum that stays between -12,800 and 12,700 (Page: Continuous inspection
    /// schemes, 1954), halved with each silence.
    pub fn doubt(&self) -> (u32, i32) {
        (u32::from(self.refused), i32::from(self.doubt as i8).saturating_mul(100))
    }

    /// Counts what came of a try; `unlike` is what it says, in milli-nats.
    pub(super) fn settle_try(&mut self, result: LoginResult, unlike: i32) {
        let tenths = unlike.checked_div(100).unwrap_or(0);
        let tenths = i8::try_from(tenths).unwrap_or(if tenths < 0 { i8::MIN } else { i8::MAX });
        let doubt = (self.doubt as i8).saturating_add(tenths);
        self.doubt = doubt as u8;
        self.refused = match result {
            _ if doubt <= 0 => 0,
            LoginResult::Failed => self.refused.saturating_add(1),
            LoginResult::Passed => self.refused,
        };
    }

    /// Whether its behaviour is to be looked at closely: it came often enough for a pattern, or was found suspicious.
    pub fn wants_detail(&self) -> bool {
        self.requests() >= 5 || self.score >= 30
    }

    /// Before another node's record is merged: what stands longer without a page fades as it would have if the other's had been here.
    fn meet(&mut self, other: &mut Self) {
        let silence = |record: &Self, last: u32| u64::from(last.saturating_sub(record.seen)).saturating_mul(1000);
        let sessions = |record: &Self, last: u32| silence(record, last).checked_div(SESSION).unwrap_or(0).min(8);
        let (mine, theirs) = (sessions(self, other.seen), sessions(other, self.seen));
        (0..mine).for_each(|_| self.fade());
        (0..theirs).for_each(|_| other.fade());
    }

    fn fade(&mut self) {
        fade(&mut self.acts);
        self.statuses.fade();
        self.refused /= 2;
        self.doubt = ((self.doubt as i8) / 2) as u8;
        self.score /= 2;
    }
}

/// Seconds since the epoch; until 2106.
pub(super) fn seconds(at: u64) -> u32 {
    at.checked_div(1000).and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(u32::MAX)
}
