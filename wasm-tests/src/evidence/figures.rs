//! What detection must show, counted.

use std::collections::BTreeMap;

use anyhow::Result;
use filter_core::facts::Provenance;
use filter_core::score::Class;
use weir::trace::Request;

use super::corpus::{Client, Data};
use super::{Judge, Judged};

/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub part: usize,
    /// Of how many.
    pub whole: usize,
}

/// A kind of recorded clients.
#[derive(Clone, Debug, Default)]
pub struct Kind {
    /// Clients of which the very first request is class `bot`.
    pub first: Share,
    /// Clients of which any request is class `bot`.
    pub any: Share,
    /// Clients whose first request is class `tool`.
    pub tool: Share,
    /// One row a client: name, class and score of the first request, greatest score, reasons of that request.
    pub clients: Vec<Row>,
}

/// How one client was seen.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which client.
    pub client: String,
    /// The first request.
    pub first: Judged,
    /// The request with the greatest score.
    pub worst: Judged,
}

/// What the line says of each data set.
#[derive(Debug)]
pub struct Figures {
    /// Visitors judged bots.
    pub visitors: Share,
    /// Captures of real browsers judged bots.
    pub captures: Share,
    /// Honeypot requests that claim a browser, judged bots.
    pub honeypot: Share,
    /// Recorded clients by kind.
    pub kinds: BTreeMap<String, Kind>,
    /// Crawlers' published addresses under their names: verified.
    pub crawlers_verified: Share,
    /// The same names from elsewhere: impostors.
    pub crawlers_impostor: Share,
    /// The same names from behind a CDN: unverifiable.
    pub crawlers_behind_cdn: Share,
}

impl Share {
    /// Adds one.
    pub fn add(&mut self, counts: bool) {
        self.whole += 1;
        self.part += usize::from(counts);
    }

    /// In percent; 0 of nothing.
    pub fn percent(&self) -> f64 {
        if self.whole == 0 { 0.0 } else { 100.0 * self.part as f64 / self.whole as f64 }
    }
}

impl Figures {
    /// Judges every data set.
    ///
    /// # Errors
    /// Where a data set cannot be read.
    pub fn count(judge: &Judge, data: &Data) -> Result<Self> {
        let is_bot = |request: &Request| judge.judge(request).class == Class::Bot;
        let mut visitors = Share::default();
        data.visitors()?.iter().for_each(|request| visitors.add(is_bot(request)));
        let mut captures = Share::default();
        data.captures()?.iter().for_each(|(_, request)| captures.add(is_bot(request)));
        let mut honeypot = Share::default();
        for judged in data.honeypot()?.iter().map(|request| judge.judge(request)).filter(|j| j.claims_browser) {
            honeypot.add(judged.class == Class::Bot);
        }
        let (verified, impostor, behind_cdn) = crawlers(judge, data)?;
        Ok(Figures {
            visitors,
            captures,
            honeypot,
            kinds: kinds(judge, &data.clients()?),
            crawlers_verified: verified,
            crawlers_impostor: impostor,
            crawlers_behind_cdn: behind_cdn,
        })
    }
}

/// Judges clients one by one, by kind.
pub fn kinds(judge: &Judge, clients: &[Client]) -> BTreeMap<String, Kind> {
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    for client in clients {
        let judged: Vec<Judged> = client.requests.iter().map(|request| judge.judge(request)).collect();
        let Some(first) = judged.first() else { continue };
        let worst = judged.iter().rev().max_by_key(|judged| judged.score).unwrap_or(first);
        let kind = kinds.entry(client.kind.clone()).or_default();
        kind.first.add(first.class == Class::Bot);
        kind.any.add(judged.iter().any(|judged| judged.class == Class::Bot));
        kind.tool.add(first.class == Class::Tool);
        kind.clients.push(Row { client: client.name.clone(), first: first.clone(), worst: worst.clone() });
    }
    kinds
}

fn crawlers(judge: &Judge, data: &Data) -> Result<(Share, Share, Share)> {
    let (mut verified, mut impostor, mut behind_cdn) = (Share::default(), Share::default(), Share::default());
    let proof = |user_agent: &str, address: std::net::IpAddr| {
        let client = weir::trace::Client {
            address: filter_core::facts::Fact::Present(address),
            provenance: Provenance::Peer,
            ..Default::default()
        };
        let headers = vec![("user-agent".into(), user_agent.into()), ("accept".into(), "*/*".into())];
        let request = Request { method: "GET".into(), path: "/".into(), headers, client, ..Request::default() };
        judge.judge(&request).crawler
    };
    for (user_agent, address) in data.crawler_addresses()? {
        verified.add(proof(&user_agent, address) == "verified");
        impostor.add(proof(&user_agent, [203, 0, 113, 7].into()) == "impostor");
        // One of Cloudflare's own published addresses.
        behind_cdn.add(proof(&user_agent, [173, 245, 48, 7].into()) == "unverifiable");
    }
    Ok((verified, impostor, behind_cdn))
}
