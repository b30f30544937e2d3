//! Other nodes' latest snapshots.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::node::{Node, Seed};
use super::pack::unpack;
use super::rank::Shared;
use super::wire::{self, Body, Entry, LONGEST, Refused};
use crate::limits;
use crate::state::sketches::Scale;
use crate::state::{Account, Address, Client, ClientDetail, Endpoint, Limits, Network, Site, Tables, Tool};

/// The latest snapshot of each node. Adding is idempotent, commutative and associative: of a node the latest stays, of all nodes those with the
/// least numbers where there are too many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peers {
    seed: Seed,
    most: usize,
    /// By node.
    latest: Vec<Latest>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Latest {
    node: u64,
    epoch: u64,
    bytes: Box<[u8]>,
}

/// What was heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Nodes.
    pub nodes: usize,
    /// Records, of all nodes.
    pub records: usize,
    /// Records for which there was no room beside weightier ones.
    pub crowded: usize,
}

impl Peers {
    /// Nobody yet; at most `most` nodes, and never more than [`limits::SNAPSHOT_NODES`].
    pub fn new(seed: Seed, most: usize) -> Self {
        Peers { seed, most: most.min(limits::SNAPSHOT_NODES), latest: Vec::new() }
    }

    /// Takes a snapshot in, in any order, any number of times; gives its node's number.
    ///
    /// # Errors
    /// Where it is none, is of another version or secret, or is too old or too new.
    pub fn add(&mut self, snapshot: &[u8], now: u64) -> Result<u64, Refused> {
        let (head, rest) = wire::head(snapshot)?;
        if head.seed != self.seed.0 {
            return Err(Refused::OtherSecret);
        }
        if head.epoch < oldest(now) {
            return Err(Refused::Expired);
        }
        if head.epoch > now.saturating_add(limits::SNAPSHOT_AHEAD) {
            return Err(Refused::Ahead);
        }
        let found = self.place(head.node);
        let known = found.ok().and_then(|place| self.latest.get_mut(place));
        if known.as_ref().is_none_or(|known| (known.epoch, &*known.bytes) < (head.epoch, snapshot)) {
            check(&wire::body(rest)?)?;
            let latest = Latest { node: head.node, epoch: head.epoch, bytes: snapshot.into() };
            match (known, found) {
                (Some(known), _) => *known = latest,
                (None, Ok(place) | Err(place)) => self.latest.insert(place, latest),
            }
        }
        self.expire(now);
        self.latest.truncate(self.most);
        Ok(head.node)
    }

    /// Forgets nodes that said nothing for too long.
    pub fn expire(&mut self, now: u64) {
        self.latest.retain(|latest| latest.epoch >= oldest(now));
    }

    /// Nodes, by number.
    pub fn nodes(&self) -> impl Iterator<Item = u64> {
        self.latest.iter().map(|latest| latest.node)
    }

    /// The latest snapshot of a node.
    pub fn snapshot(&self, node: u64) -> Option<&[u8]> {
        self.latest.get(self.place(node).ok()?).map(|latest| &*latest.bytes)
    }

    /// Puts what all but `own` say beside a node's own records, in place of what was there. Depends on the snapshots alone, not on the order in which they
    /// came.
    pub fn teach(&mut self, tables: &mut Tables, own: u64, now: u64) -> Heard {
        self.expire(now);
        tables.forget_others().map_or_else(Heard::default, |others| self.merge_into(others, own, now))
    }

    /// What all but one node say as the snapshot of a node of its own, `hub`: for hubs that spare their nodes to read many. `limits` bound the memory this
    /// takes meanwhile; `most` is in bytes.
    pub fn merged(&mut self, hub: &mut Node, but: u64, limits: &Limits, now: u64, most: usize) -> Vec<u8> {
        self.expire(now);
        let mut tables = Tables::new(limits);
        self.merge_into(&mut tables, but, now);
        hub.snapshot(&tables, now, most)
    }

    /// Puts what `node` said back into its own tables, where they hold nothing of the key and somebody came in the last minutes: for nodes
    /// that are many short-lived instances over one store, each of which goes on where another one was.
    pub fn restore(&self, node: u64, tables: &mut Tables, now: u64) -> Heard {
        let mut heard = Heard::default();
        let Some(Ok(body)) = self.snapshot(node).map(|bytes| wire::head(bytes).and_then(|(_, rest)| wire::body(rest)))
        else {
            return heard;
        };
        heard.nodes = 1;
        macro_rules! back {
            ($($record:ident)*) => {$(
                missing::<$record>(&body, tables, &mut heard, &|record| record.rates.count(Scale::Minute, now) > 0);
            )*};
        }
        back!(Client Address Network Tool Account Endpoint Site);
        missing::<ClientDetail>(&body, tables, &mut heard, &|_| true);
        heard
    }

    fn place(&self, node: u64) -> Result<usize, usize> {
        self.latest.binary_search_by_key(&node, |latest| latest.node)
    }

    fn merge_into(&self, others: &mut Tables, but: u64, now: u64) -> Heard {
        let mut heard = Heard::default();
        for Latest { bytes, .. } in self.latest.iter().filter(|latest| latest.node != but) {
            // Both were checked when it came.
            let Ok(body) = wire::head(bytes).and_then(|(_, rest)| wire::body(rest)) else { continue };
            heard.nodes = heard.nodes.saturating_add(1);
            merge::<Client>(&body, others, now, &mut heard);
            merge::<ClientDetail>(&body, others, now, &mut heard);
            merge::<Address>(&body, others, now, &mut heard);
            merge::<Network>(&body, others, now, &mut heard);
            merge::<Tool>(&body, others, now, &mut heard);
            merge::<Account>(&body, others, now, &mut heard);
            merge::<Endpoint>(&body, others, now, &mut heard);
            merge::<Site>(&body, others, now, &mut heard);
        }
        heard
    }
}

fn oldest(now: u64) -> u64 {
    now.saturating_sub(limits::SNAPSHOT_EXPIRY)
}

/// Every kind bounded, no key named twice. A record that cannot be unpacked is left out later.
fn check(body: &Body<'_>) -> Result<(), Refused> {
    let sound = |entries: &Vec<Entry<'_>>| {
        let rising = entries.windows(2).all(|pair| matches!(pair, [a, b] if a.key < b.key));
        entries.len() <= limits::SNAPSHOT_RECORDS && rising
    };
    if body.iter().all(sound) { Ok(()) } else { Err(Refused::Malformed) }
}

fn merge<R: Shared>(body: &Body<'_>, others: &mut Tables, now: u64, heard: &mut Heard) {
    let entries = body.get(R::NUMBER).map_or(&[][..], Vec::as_slice);
    each(entries, R::SIZE, heard, &mut |key, mut bytes| {
        let record = R::take(&mut bytes);
        others.merge(key, &record, u8::try_from(record.rank(now)).unwrap_or(u8::MAX))
    });
}

/// Adds records of keys that are not held.
fn missing<R: Shared>(body: &Body<'_>, tables: &mut Tables, heard: &mut Heard, is_fresh: &dyn Fn(&R) -> bool) {
    let entries = body.get(R::NUMBER).map_or(&[][..], Vec::as_slice);
    each(entries, R::SIZE, heard, &mut |key, mut bytes| {
        let record = R::take(&mut bytes);
        is_fresh(&record) && R::table(tables).get(key).is_none() && tables.merge(key, &record, 1)
    });
}

/// The same code for every kind. What cannot be unpacked is left out.
fn each(entries: &[Entry<'_>], size: usize, heard: &mut Heard, merge: &mut dyn FnMut(u64, &[u8]) -> bool) {
    let mut room = [0u8; LONGEST];
    let room = room.get_mut(..size).unwrap_or_default();
    for entry in entries {
        if unpack(entry.record, room).is_some() {
            let count = if merge(entry.key, room) { &mut heard.records } else { &mut heard.crowded };
            *count = count.saturating_add(1);
        }
    }
}
