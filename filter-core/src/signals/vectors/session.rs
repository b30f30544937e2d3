//! A vector of several requests: what came before, counted as on any host that remembers.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use siphasher::sip::SipHasher24;

use super::Sample;
use crate::facts::{Fact, Header, Outcome};
use crate::fingerprint::Fingerprint;
use crate::request::{ClientAddressSettings, Request};
use crate::signals::Seen;
use crate::signals::infrastructure::{Origin, sample};
use crate::state::{Client, ClientDetail, Memory, Naming, Records, Site, Touched};

/// Requests of one client, each with the milliseconds since the one before.
#[derive(Clone, Debug)]
pub struct Session(Vec<(u64, Sample)>);

const START: u64 = 1_763_700_000_000;

impl Session {
    /// Reads the form described in [the module above](super).
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut requests: Vec<(u64, Sample)> = Vec::new();
        let mut lines: Vec<&str> = Vec::new();
        let (mut after, mut times) = (0, 1);
        for line in text.lines().map(str::trim).chain(["then"]) {
            let Some(words) = line.strip_prefix("then") else {
                lines.push(line);
                continue;
            };
            let sample = match requests.last() {
                Some((_, last)) => last.clone().with_changes(&lines)?,
                None => Sample::parse(&lines.join("\n"))?,
            };
            for _ in 0..times {
                let mut sample = sample.clone();
                sample.path = sample.path.replace("{n}", &requests.len().to_string());
                requests.push((after, sample));
            }
            // The next one starts from the path as written.
            if let Some((_, last)) = requests.last_mut() {
                last.written = sample.path;
            }
            (after, times) = (0, 1);
            lines.clear();
            for word in words.split_whitespace() {
                match word.split_once('=').map(|(name, value)| (name, value.parse::<u64>())) {
                    Some(("after", Ok(value))) => after = value,
                    Some(("times", Ok(value))) => times = value,
                    _ => return Err(format!("`{word}` is neither after= nor times=")),
                }
            }
        }
        Ok(Session(requests))
    }

    /// Counts all requests and their answers but the last one's, and lends what the last one's signals see. A single request is
    /// seen without memory.
    pub fn see<T>(&self, f: impl FnOnce(&Seen<'_>) -> T) -> Option<T> {
        let (last, before) = self.0.split_last()?;
        if before.is_empty() && !last.1.site_known {
            return Some(last.1.see(f));
        }
        let names = sample::names();
        let (mut client, mut detail, mut site) = (Client::EMPTY, ClientDetail::EMPTY, Site::EMPTY);
        if last.1.site_known || before.iter().any(|(_, sample)| sample.site_known) {
            site = Site::known();
        }
        let mut now = START;
        for (after, sample) in before {
            now = now.saturating_add(*after);
            sample.with(|facts| {
                let request = Request::new(facts, &ClientAddressSettings::default());
                let fingerprint = Fingerprint::new(&request, &names);
                let touched = Touched::of(&request, &fingerprint, naming(), now);
                let records = Records {
                    client: Some(&mut client),
                    detail: Some(&mut detail),
                    site: Some(&mut site),
                    ..Records::default()
                };
                records.count(&touched);
                let gives: Vec<Header<'_>> =
                    sample.gives.iter().map(|name| Header { name: name.as_bytes(), value: b"a=1" }).collect();
                let status = sample.answer.map_or(Fact::Unknown, Fact::Present);
                let outcome = Outcome { status, headers: &gives, headers_known: true, ..Outcome::default() };
                let records = Records {
                    client: Some(&mut client),
                    detail: Some(&mut detail),
                    site: Some(&mut site),
                    ..Records::default()
                };
                records.settle(&touched.visit, 0, &outcome, now);
            });
        }
        now = now.saturating_add(last.0);
        let lists: Vec<(&str, &str)> = last.1.networks.iter().map(|(kind, name)| (&**kind, &**name)).collect();
        let networks = sample::networks(last.1.from, &lists).unwrap_or_default();
        Some(last.1.with(|facts| {
            let request = Request::new(facts, &ClientAddressSettings::default());
            let fingerprint = Fingerprint::new(&request, &names);
            let origin = Origin::new(&request, &fingerprint, &networks);
            let touched = Touched::of(&request, &fingerprint, naming(), now);
            let records = Records {
                client: Some(&mut client),
                detail: Some(&mut detail),
                site: Some(&mut site),
                ..Records::default()
            };
            let memory: Memory<'_> = records.count(&touched);
            f(&Seen { request: &request, fingerprint: &fingerprint, origin: &origin, memory: &memory, now })
        }))
    }
}

fn naming() -> Naming<'static> {
    Naming { sources: &[], asn: None, endpoint: None, key: SipHasher24::new() }
}
