//! A vector of several requests: what came before, counted as on any host that remembers.

use alloc::collections::BTreeMap;
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
use crate::state::{
    Account, Address, Client, ClientDetail, Endpoint, Memory, Naming, Network, Records, Site, Tool, Touched,
};

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
                let number = requests.len();
                sample.path = sample.path.replace("{n}", &number.to_string());
                if let Some(written) = &sample.from_written {
                    let from = written.replace("{n}", &number.to_string());
                    sample.from = from.parse().map_err(|_| format!("`{from}` is no address"))?;
                }
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
        let mut kept = Kept::default();
        if self.0.iter().any(|(_, sample)| sample.site_known) {
            kept.site = Site::known();
        }
        kept.endpoint_known = self.0.iter().any(|(_, sample)| sample.endpoint_known);
        let mut now = START;
        if self.0.iter().any(|(_, sample)| sample.login.site_known) {
            kept.site.know_logins(now);
        }
        for (number, (after, sample)) in before.iter().enumerate() {
            now = now.saturating_add(*after);
            sample.with(|facts| {
                let request = Request::new(facts, &ClientAddressSettings::default());
                let fingerprint = Fingerprint::new(&request, &names);
                let touched = Touched::of(&request, &fingerprint, naming(sample, number), now);
                kept.lend(&touched).count(&touched);
                let gives: Vec<Header<'_>> =
                    sample.gives.iter().map(|name| Header { name: name.as_bytes(), value: b"a=1" }).collect();
                let status = sample.answer.map_or(Fact::Unknown, Fact::Present);
                let outcome = Outcome { status, headers: &gives, headers_known: true, ..Outcome::default() };
                kept.lend(&touched).settle(&touched, 0, &outcome, sample.login.result.or(sample.tried), now);
            });
        }
        now = now.saturating_add(last.0);
        let lists: Vec<(&str, &str)> = last.1.networks.iter().map(|(kind, name)| (&**kind, &**name)).collect();
        let networks = sample::networks(last.1.from, &lists).unwrap_or_default();
        Some(last.1.with(|facts| {
            let request = Request::new(facts, &ClientAddressSettings::default());
            let fingerprint = Fingerprint::new(&request, &names);
            let origin = Origin::new(&request, &fingerprint, &networks);
            let touched = Touched::of(&request, &fingerprint, naming(&last.1, before.len()), now);
            let memory: Memory<'_> = kept.lend(&touched).count(&touched);
            f(&Seen { request: &request, fingerprint: &fingerprint, origin: &origin, memory: &memory, now })
        }))
    }
}

/// Records by key, as a host keeps them; site and tool are the same throughout. The detail is kept from the first request on.
#[derive(Default)]
struct Kept {
    clients: BTreeMap<u64, (Client, ClientDetail)>,
    addresses: BTreeMap<u64, Address>,
    networks: BTreeMap<u64, Network>,
    accounts: BTreeMap<u64, Account>,
    tools: BTreeMap<u64, Tool>,
    endpoints: BTreeMap<u64, Endpoint>,
    endpoint_known: bool,
    site: Site,
}

impl Kept {
    fn lend(&mut self, touched: &Touched) -> Records<'_> {
        let keys = &touched.keys;
        let (client, detail) = self.clients.entry(keys.client).or_default();
        let usual = if self.endpoint_known { Endpoint::known() } else { Endpoint::EMPTY };
        Records {
            client: Some(client),
            detail: Some(detail),
            address: Some(self.addresses.entry(keys.address).or_default()),
            network: Some(self.networks.entry(keys.network).or_default()),
            account: Some(self.accounts.entry(keys.account).or_default()),
            tool: Some(self.tools.entry(keys.tool).or_default()),
            site: Some(&mut self.site),
            endpoint: Some(self.endpoints.entry(keys.endpoint).or_insert(usual)),
            ..Records::default()
        }
    }
}

fn naming(sample: &Sample, number: usize) -> Naming<'static> {
    let attempt = sample.login.attempt(number);
    Naming { sources: &[], asn: None, endpoint: None, key: SipHasher24::new(), attempt }
}
