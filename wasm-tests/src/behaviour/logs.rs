//! Access logs and recorded sessions, client by client.

use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context, Result};
use filter_core::engine::Engine;
use filter_core::score::Class;
use flate2::read::GzDecoder;
use weir::source::{Options, Source};
use weir::trace::{Reader, Record, Request, Text};

use super::{Played, Player};

/// What became of one client.
#[derive(Clone, Debug, Default)]
pub struct LogClient {
    /// Address and user agent, or kind and name.
    pub name: String,
    /// It says that it is a person's browser.
    pub claims_browser: bool,
    /// Requests.
    pub requests: u32,
    /// Request at which it was first a bot, from 1.
    pub bot_at: Option<u32>,
    /// The same by single requests, without memory.
    pub bot_alone: bool,
    /// Behaviour signals that fired, and on how many requests.
    pub signals: BTreeMap<&'static str, u32>,
    /// Greatest score.
    pub most: u8,
}

impl LogClient {
    fn add(&mut self, played: &Played, alone: Class) {
        self.requests += 1;
        self.claims_browser |= played.claims_browser;
        self.most = self.most.max(played.score);
        self.bot_alone |= alone == Class::Bot;
        if played.class == Class::Bot && self.bot_at.is_none() {
            self.bot_at = Some(self.requests);
        }
        for id in played.behaviour() {
            *self.signals.entry(id).or_default() += 1;
        }
    }
}

/// Plays a Combined log.
///
/// # Errors
/// Where it cannot be read.
pub fn log_clients(engine: &Engine, log: &Path) -> Result<Vec<LogClient>> {
    let mut text = Vec::new();
    let file = std::fs::File::open(log).with_context(|| format!("open {}", log.display()))?;
    GzDecoder::new(file).read_to_end(&mut text)?;
    // A source of requests says nothing of answers yet: the status stands after the quoted request.
    let status = |line: &[u8]| -> Option<u16> {
        let line = String::from_utf8_lossy(line);
        line.split("\" ").nth(1)?.split(' ').next()?.parse().ok()
    };
    let statuses: Vec<Option<u16>> = text.split(|byte| *byte == b'\n').map(status).collect();
    let mut source = Source::open(log, Options::default())?;
    let mut player = Player::new(engine);
    let mut clients = Clients::default();
    while let Some((line, record)) = source.next_record()? {
        let Ok(Record::Request(mut request)) = record else { continue };
        // Both logs are of one site each; only some lines name it.
        request.authority = "site.example".into();
        let status = usize::try_from(line - 1).ok().and_then(|line| *statuses.get(line)?);
        let played = player.play(&request, status.map(|status| (status, &[][..])));
        clients.add(engine, &request, &played, || {
            let user_agent = request.headers.iter().find(|(name, _)| name.as_bytes() == b"user-agent");
            format!(
                "{:?} {}",
                request.client.address.present(),
                user_agent.map_or_else(String::new, |(_, v)| v.to_string())
            )
        });
    }
    Ok(clients.0.into_values().collect())
}

/// Plays recorded sessions, whose ids are kind/client/number: each client is named by kind and name.
///
/// # Errors
/// Where they cannot be read.
pub fn recorded_clients(engine: &Engine, trace: &Path) -> Result<Vec<LogClient>> {
    let mut requests: Vec<Request> = Vec::new();
    let mut answers: HashMap<String, (u16, Vec<(Text, Text)>)> = HashMap::new();
    for line in Reader::open(trace).with_context(|| format!("open {}", trace.display()))? {
        match line?.1 {
            Ok(Record::Request(request)) => requests.push(*request),
            Ok(Record::Response(answer)) => {
                answers.insert(answer.id, (answer.status, answer.headers));
            }
            Err(_) => {}
        }
    }
    requests.sort_by_key(|request| request.t);
    let mut player = Player::new(engine);
    let mut clients = Clients::default();
    for request in &requests {
        let answer = answers.get(&request.id).map(|(status, headers)| (*status, &headers[..]));
        let played = player.play(request, answer);
        let name = request.id.rsplit_once('/').map_or(&*request.id, |(name, _)| name);
        clients.add_named(engine, request, &played, name.to_owned());
    }
    Ok(clients.0.into_values().collect())
}

#[derive(Default)]
struct Clients(BTreeMap<String, LogClient>);

impl Clients {
    fn add(&mut self, engine: &Engine, request: &Request, played: &Played, name: impl FnOnce() -> String) {
        self.add_named(engine, request, played, name());
    }

    fn add_named(&mut self, engine: &Engine, request: &Request, played: &Played, name: String) {
        let lent = request.facts();
        let facts = lent.facts();
        let alone = engine.judge(&facts, request.t).score.class;
        let client = self.0.entry(name.clone()).or_default();
        client.name = name;
        client.add(played, alone);
    }
}
