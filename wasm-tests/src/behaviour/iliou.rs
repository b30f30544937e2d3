//! Sessions of people and of bots in real browsers on one site (Iliou and others: Detection of advanced web bots, 2021; set D1).
//!
//! User agents, dates and session ids separate the classes by accident, so they are left out: each session gets an address of its own
//! and follows the one before in an order drawn by lot. The site's usual course is learned from all training sessions, without labels; only the threshold is chosen with them.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};

use anyhow::{Context, Result};
use filter_core::engine::Engine;
use filter_core::facts::{Fact, Provenance};
use flate2::read::GzDecoder;
use serde_json::Value;
use weir::trace::{Client, Request};

use super::Player;
use crate::evidence::corpus::Data;

/// The sessions.
pub struct Iliou(Vec<Session>);

/// One session.
pub struct Session {
    /// A bot made it.
    pub is_bot: bool,
    /// In the published test part.
    pub is_test: bool,
    requests: Vec<(Request, u16)>,
}

/// How a session stood after some of its requests.
#[derive(Clone, Debug)]
pub struct Score {
    /// A bot made it.
    pub is_bot: bool,
    /// The sum in milli-nats at the end.
    pub last: i32,
    /// The greatest one.
    pub most: i32,
    /// Behaviour signals that fired on any request.
    pub signals: BTreeSet<&'static str>,
}

/// Counts at a threshold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measure {
    /// Bots found, people taken for bots, bots missed.
    pub counts: [u32; 3],
}

impl Measure {
    /// Counts sessions whose last score is at the threshold or above.
    pub fn at(scores: &[Score], threshold: i32) -> Self {
        let mut measure = Measure::default();
        scores.iter().for_each(|score| measure.add(score.is_bot, score.last >= threshold));
        measure
    }

    /// Counts one session.
    pub fn add(&mut self, is_bot: bool, is_found: bool) {
        match (is_bot, is_found) {
            (true, true) => self.counts[0] += 1,
            (false, true) => self.counts[1] += 1,
            (true, false) => self.counts[2] += 1,
            (false, false) => {}
        }
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        let [found, wrong, missed] = self.counts.map(f64::from);
        2.0 * found / (2.0 * found + wrong + missed).max(1.0)
    }
}

impl Iliou {
    /// Reads the set.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn read(data: &Data) -> Result<Self> {
        let path = data.path("iliou/sessions_labelled.jsonl.gz");
        let file = std::fs::File::open(&path).with_context(|| format!("open {}", path.display()))?;
        BufReader::new(GzDecoder::new(file)).lines().map(|line| Ok(session(&serde_json::from_str(&line?)?))).collect()
    }

    /// The sessions.
    pub fn sessions(&self) -> &[Session] {
        &self.0
    }

    /// Plays `train` to learn the site, then `train` again for choosing a threshold, then `test`: scores of both after at most
    /// `requests` requests of each session.
    pub fn play(&self, engine: &Engine, train: &[usize], test: &[usize], requests: usize) -> [Vec<Score>; 2] {
        let mut player = Player::new(engine);
        let mut place = 0;
        let mut all = |part: &[usize], requests: usize| -> Vec<Score> {
            let sessions = part.iter().map(|index| &self.0[*index]);
            sessions
                .map(|session| {
                    place += 1;
                    session.play(&mut player, place, requests)
                })
                .collect()
        };
        all(train, usize::MAX);
        [all(train, requests), all(test, requests)]
    }
}

impl FromIterator<Session> for Iliou {
    fn from_iter<T: IntoIterator<Item = Session>>(sessions: T) -> Self {
        Iliou(sessions.into_iter().collect())
    }
}

impl Session {
    fn play(&self, player: &mut Player<'_>, place: u32, requests: usize) -> Score {
        let mut score = Score { is_bot: self.is_bot, last: i32::MIN, most: i32::MIN, signals: BTreeSet::new() };
        for (request, status) in self.requests.iter().take(requests) {
            let mut request = request.clone();
            request.t += u64::from(place) * 3_600_000;
            request.client.address = Fact::Present((0xc612_0000 + place).to_be_bytes().into());
            let played = player.play(&request, Some((*status, &[])));
            score.last = played.milli_nats;
            score.signals.extend(played.behaviour());
            score.most = score.most.max(played.milli_nats);
        }
        score
    }
}

const START: u64 = 1_763_700_000_000;

fn session(row: &Value) -> Session {
    let requests = row["requests"].as_array().map(Vec::as_slice).unwrap_or_default();
    let first = requests.first().and_then(|request| request["t"].as_f64()).unwrap_or(0.0);
    Session {
        is_bot: row["label"] != "human",
        is_test: row["splits"]["D1"] == "test",
        requests: requests.iter().map(|request| asked(request, first)).collect(),
    }
}

fn asked(row: &Value, first: f64) -> (Request, u16) {
    let mut words = row["request"].as_str().unwrap_or_default().split(' ');
    let mut word = || words.next().unwrap_or_default();
    let (method, path) = (word(), word());
    let referer = row["referer"].as_str().filter(|referer| *referer != "-");
    let request = Request {
        t: START + ((row["t"].as_f64().unwrap_or(first) - first) * 1000.0) as u64,
        method: method.into(),
        scheme: Fact::Present("https".into()),
        authority: "site.example".into(),
        path: path.into(),
        headers: referer.map(|referer| ("referer".into(), referer.into())).into_iter().collect(),
        headers_known: Some(vec!["referer".into()]),
        client: Client { provenance: Provenance::Peer, ..Client::default() },
        ..Request::default()
    };
    (request, row["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(0))
}
