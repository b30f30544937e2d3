//! Clients that showed that they are good, and those that the candidate would have touched.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::limits;

/// Marks of a client, in the low bits of its hash.
const TOUCHED: u64 = 1;
const GOOD: u64 = 2;
/// It succeeded when the candidate had touched it, or touched that very request.
const HARMED: u64 = 4;
const MARKS: u64 = TOUCHED | GOOD | HARMED;
/// Which of an address's clients: 64 are told apart, so that one address never fills the crowd.
const SLOT: u64 = 63 << 3;

/// How many clients, of all or of a fair sample. All behind one address count as one: names and user agents are free to choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clients {
    /// Clients that the candidate would have touched.
    pub touched: u64,
    /// Clients that reached a goal.
    pub good: u64,
    /// Of those that reached a goal: the candidate would have touched them before, or then.
    pub harmed: u64,
    /// There were more: these are a fair sample of them all.
    pub is_sample: bool,
}

/// A client of an address, both under their keyed hashes. In the order of addresses.
pub(super) fn member(address: u64, client: u64) -> u64 {
    (address & !(SLOT | MARKS)) | (client & SLOT)
}

/// [`member`]s, those with the lowest hashes where there are too many: a fair sample of all addresses that were touched or reached a goal,
/// since nobody without the secret can choose a hash. A bottom-k sample (Cohen, Kaplan: Summarizing data using bottom-k sketches, 2007): who
/// was pushed out never comes back, so the marks of those that stay are complete.
#[derive(Debug)]
pub(super) struct Crowd {
    /// Sorted.
    all: Vec<u64>,
    is_sample: bool,
}

impl Default for Crowd {
    fn default() -> Self {
        Crowd { all: Vec::with_capacity(limits::SHADOW_CLIENTS), is_sample: false }
    }
}

impl Crowd {
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.is_sample = false;
    }

    /// The candidate would have interfered with a request of this client.
    pub(super) fn touch(&mut self, client: u64) {
        self.mark(client, |_| TOUCHED);
    }

    /// This client reached a goal.
    pub(super) fn succeed(&mut self, client: u64) {
        self.mark(client, |before| if before & TOUCHED == 0 { GOOD } else { GOOD | HARMED });
    }

    fn mark(&mut self, client: u64, marks: impl FnOnce(u64) -> u64) {
        let hash = client & !MARKS;
        let place = match self.all.binary_search_by_key(&hash, |entry| entry & !MARKS) {
            Ok(place) => {
                if let Some(entry) = self.all.get_mut(place) {
                    *entry |= marks(*entry);
                }
                return;
            }
            Err(place) => place,
        };
        if self.all.len() >= limits::SHADOW_CLIENTS {
            self.is_sample = true;
            if place >= self.all.len() {
                return;
            }
            self.all.pop();
        }
        self.all.insert(place, hash | marks(0));
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn clients(&self) -> Clients {
        let is_same = |one: &u64, other: &u64| (one ^ other) & !(SLOT | MARKS) == 0;
        let count = |mark: u64| {
            let addresses = self.all.chunk_by(is_same);
            addresses.fold(0u64, |sum, all| sum.saturating_add(u64::from(all.iter().any(|entry| entry & mark != 0))))
        };
        Clients { touched: count(TOUCHED), good: count(GOOD), harmed: count(HARMED), is_sample: self.is_sample }
    }
}
