//! Sessions while they last, and the scores of those that ended.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// Sessions that are kept open: 40 bytes each.
const OPEN: usize = 262_144;

/// Milliseconds of silence that end a session: what web analytics count by.
const PAUSE: u64 = 30 * 60 * 1000;

/// Failed logins with which a session is not good, whatever passes then: people who forgot a password try two or three times.
const FAILED: u8 = 5;

/// Sessions by their greatest score.
pub(super) type Histogram = [u64; 101];

#[derive(Debug)]
pub(super) struct Sessions {
    open: HashMap<u64, Session>,
    most: usize,
    pub(super) good: Histogram,
    pub(super) others: Histogram,
    /// Good sessions of the highest score by what made them good first: an endpoint's id, and whether it was a login there.
    pub(super) highest: BTreeMap<(String, bool), u64>,
}

#[derive(Clone, Debug, Default)]
struct Session {
    last: u64,
    /// Greatest score where the threshold will be asked; `None`: it was not there.
    score: Option<u8>,
    /// What made it good first.
    passed: Option<(Rc<str>, bool)>,
    failed: u8,
}

impl Default for Sessions {
    fn default() -> Self {
        Sessions { open: HashMap::new(), most: OPEN, good: [0; 101], others: [0; 101], highest: BTreeMap::new() }
    }
}

impl Sessions {
    /// One request; its score, where the threshold will be asked.
    pub(super) fn visit(&mut self, client: u64, t: u64, score: Option<u8>) {
        if let Some(ended) = self.open.remove(&client) {
            let session = if t.saturating_sub(ended.last) > PAUSE {
                self.end(ended);
                Session::default()
            } else {
                ended
            };
            let last = session.last.max(t);
            self.open.insert(client, Session { last, score: session.score.max(score), ..session });
            return;
        }
        if self.open.len() >= self.most {
            self.make_room(t);
        }
        self.open.insert(client, Session { last: t, score, ..Session::default() });
    }

    /// A login passed, or something was bought, at this endpoint.
    pub(super) fn turn_good(&mut self, client: u64, endpoint: &str, is_login: bool) {
        if let Some(session) = self.open.get_mut(&client) {
            session.passed.get_or_insert_with(|| (endpoint.into(), is_login));
        }
    }

    /// A login failed.
    pub(super) fn fail_login(&mut self, client: u64) {
        if let Some(session) = self.open.get_mut(&client) {
            session.failed = session.failed.saturating_add(1);
        }
    }

    /// Ends all that are open.
    pub(super) fn end_all(&mut self) {
        for session in std::mem::take(&mut self.open).into_values() {
            self.end(session);
        }
    }

    /// Ends what is silent for long; where that is not enough, the longer silent half.
    fn make_room(&mut self, now: u64) {
        let mut silent: Vec<u64> = self.open.values().map(|session| session.last).collect();
        silent.sort_unstable();
        let median = silent.get(silent.len() / 2).copied().unwrap_or(0);
        let until = median.max(now.saturating_sub(PAUSE).saturating_sub(1));
        let ended: Vec<u64> =
            self.open.iter().filter(|(_, session)| session.last <= until).map(|(client, _)| *client).collect();
        for client in ended {
            if let Some(session) = self.open.remove(&client) {
                self.end(session);
            }
        }
    }

    fn end(&mut self, session: Session) {
        let Some(score) = session.score else { return };
        let passed = session.passed.filter(|_| session.failed <= FAILED);
        let is_good = passed.is_some();
        if let Some((endpoint, is_login)) = passed.filter(|_| score == 100) {
            let count = self.highest.entry((endpoint.to_string(), is_login)).or_default();
            *count = count.saturating_add(1);
        }
        let histogram = if is_good { &mut self.good } else { &mut self.others };
        if let Some(count) = histogram.get_mut(usize::from(score)) {
            *count = count.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores with how many sessions have them.
    type Counts = Vec<(usize, u64)>;

    fn ended(mut sessions: Sessions) -> (Counts, Counts) {
        sessions.end_all();
        let of = |histogram: Histogram| histogram.into_iter().enumerate().filter(|(_, count)| *count > 0).collect();
        (of(sessions.good), of(sessions.others))
    }

    #[test]
    fn a_session_has_its_greatest_score_and_ends_with_a_pause() {
        let mut sessions = Sessions::default();
        for (t, score) in [(0, Some(3)), (1000, Some(40)), (2000, None), (3000, Some(7))] {
            sessions.visit(1, t, score);
        }
        sessions.turn_good(1, "buy", false);
        sessions.visit(1, 3000 + PAUSE + 1, Some(90));
        sessions.visit(2, 0, None);
        sessions.turn_good(2, "buy", false);
        assert_eq!(ended(sessions), (vec![(40, 1)], vec![(90, 1)]), "who was not there does not count");
    }

    #[test]
    fn who_tries_many_accounts_is_not_good() {
        let mut sessions = Sessions::default();
        for (client, failed) in [(1, 5), (2, 6)] {
            sessions.visit(client, 0, Some(10));
            (0..failed).for_each(|_| sessions.fail_login(client));
            sessions.turn_good(client, "login", true);
        }
        assert_eq!(ended(sessions), (vec![(10, 1)], vec![(10, 1)]));
    }

    #[test]
    fn memory_is_bounded_and_nobody_is_lost() {
        let mut sessions = Sessions { most: 100, ..Sessions::default() };
        for client in 0..10_000 {
            sessions.visit(client, client, Some(1));
            assert!(sessions.open.len() <= 100);
        }
        assert_eq!(ended(sessions).1, [(1, 10_000)]);
    }
}
