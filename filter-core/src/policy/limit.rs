//! Rate limits, checked, and how a request is counted by them.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use siphasher::sip::SipHasher24;

use super::problem::{Problem, Quoted};
use super::rule::check_name;
use super::wire;
use crate::bytes::is_own_header;
use crate::fingerprint::id::{Id, field};
use crate::fingerprint::identity;
use crate::limits;
use crate::signals::Seen;
use crate::state::sketches::Limit;
use crate::state::{Cells, Touched};

/// How often requests with one key may come.
///
/// Counted by the generic cell rate algorithm: in any stretch of `t` seconds at most `burst + t * requests / seconds` of one key
/// pass. What is refused is not counted, neither by this limit nor by others that let it through.
#[derive(Debug)]
pub struct RateLimit {
    /// Stable name.
    pub id: String,
    /// So many requests ...
    pub requests: u32,
    /// ... in so many seconds.
    pub seconds: u32,
    rate: Limit,
    key: Box<[KeyPart]>,
}

#[derive(Debug)]
enum KeyPart {
    Client,
    Address,
    Network,
    Tool,
    Account,
    Endpoint,
    Host,
    Method,
    Path,
    Bot,
    Header(Box<[u8]>),
    Cookie(Box<[u8]>),
}

/// A request that came too soon.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'a> {
    /// By which limit.
    pub limit: &'a RateLimit,
    /// Milliseconds until one more passes.
    pub wait: u64,
}

impl Refused<'_> {
    /// Whole seconds until one more passes, at least one.
    pub fn seconds(&self) -> u64 {
        self.wait.div_ceil(1_000).max(1)
    }
}

impl RateLimit {
    pub(super) fn compile(limit: wire::RateLimit, place: &str, problems: &mut Vec<Problem>) -> Self {
        let wire::RateLimit { id, key, requests, seconds, burst } = limit;
        check_name(&id, &format!("{place}/id"), problems);
        let burst = burst.unwrap_or(requests);
        let numbers = [
            ("requests", requests, limits::RATE_REQUESTS),
            ("seconds", seconds, limits::RATE_SECONDS),
            ("burst", burst, limits::RATE_REQUESTS),
        ];
        for (name, value, most) in numbers {
            if !(1..=most).contains(&value) {
                let message = format!("`{value}` is out of range");
                problems.push(Problem::new(format!("{place}/{name}"), message, format!("give 1 to {most}")));
            }
        }
        if key.len() > limits::KEY_PARTS {
            let remedy = format!("at most {} are allowed", limits::KEY_PARTS);
            problems.push(Problem::new(format!("{place}/key"), format!("{} parts", key.len()), remedy));
        }
        let parts =
            (0usize..).zip(key).map(|(index, part)| KeyPart::compile(part, &format!("{place}/key/{index}"), problems));
        let key = parts.collect();
        let micros = u64::from(seconds).saturating_mul(1_000_000);
        let interval = micros.checked_div(u64::from(requests)).unwrap_or(micros);
        RateLimit { id, requests, seconds, rate: Limit { interval, burst }, key }
    }

    /// The cell that a request is counted in; `None` where it lacks a part of the key.
    pub(crate) fn key(&self, hasher: SipHasher24, seen: &Seen<'_>, touched: &Touched) -> Option<u64> {
        let mut hasher = Id::hasher(hasher, b"limit-1");
        field(&mut hasher, self.id.as_bytes());
        for part in &self.key {
            part.add(&mut hasher, seen, touched)?;
        }
        Some(Id::finish(&hasher).bits())
    }
}

impl KeyPart {
    fn compile(part: wire::KeyPart, place: &str, problems: &mut Vec<Problem>) -> Self {
        let mut bytes = |text: String, name: &str| -> Box<[u8]> {
            let token = |b: u8| b.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]{}".contains(&b);
            if text.is_empty()
                || text.len() > limits::NAME
                || !text.bytes().all(token)
                || is_own_header(text.as_bytes())
            {
                let message = format!("`{}` is no name of one that clients send", Quoted(&text));
                let remedy = format!("give its name as it is sent, at most {} bytes", limits::NAME);
                problems.push(Problem::new(format!("{place}/{name}"), message, remedy));
            }
            text.into_bytes().into()
        };
        match part {
            wire::KeyPart::Client => KeyPart::Client,
            wire::KeyPart::Address => KeyPart::Address,
            wire::KeyPart::Network => KeyPart::Network,
            wire::KeyPart::Tool => KeyPart::Tool,
            wire::KeyPart::Account => KeyPart::Account,
            wire::KeyPart::Endpoint => KeyPart::Endpoint,
            wire::KeyPart::Host => KeyPart::Host,
            wire::KeyPart::Method => KeyPart::Method,
            wire::KeyPart::Path => KeyPart::Path,
            wire::KeyPart::Bot => KeyPart::Bot,
            wire::KeyPart::Header(name) => KeyPart::Header(bytes(name.to_ascii_lowercase(), "header")),
            wire::KeyPart::Cookie(name) => KeyPart::Cookie(bytes(name, "cookie")),
        }
    }

    /// Adds the request's part; `None` where it has none.
    fn add(&self, hasher: &mut SipHasher24, seen: &Seen<'_>, touched: &Touched) -> Option<()> {
        let Touched { keys, vouched, .. } = touched;
        let record = match self {
            KeyPart::Client => keys.client.checked_mul(u64::from(vouched.client))?,
            KeyPart::Address => keys.address.checked_mul(u64::from(vouched.address))?,
            KeyPart::Network => keys.network.checked_mul(u64::from(vouched.address))?,
            KeyPart::Tool => keys.tool,
            KeyPart::Account => keys.account,
            KeyPart::Endpoint => keys.endpoint,
            KeyPart::Host => keys.site,
            other => {
                field(hasher, other.text(seen)?);
                return Some(());
            }
        };
        field(hasher, &record.to_le_bytes());
        (record != 0).then_some(())
    }

    fn text<'s>(&self, seen: &Seen<'s>) -> Option<&'s [u8]> {
        let request = seen.request;
        let text = match self {
            KeyPart::Method => request.facts.method,
            KeyPart::Path => request.path.normalised(),
            KeyPart::Bot => {
                let named = seen.fingerprint.named?;
                named.operator.as_ref().unwrap_or(&named.name).as_bytes()
            }
            KeyPart::Header(name) => request.headers.by_text(name).present()?,
            KeyPart::Cookie(name) => identity::cookie(request, name)?,
            _ => return None,
        };
        Some(text).filter(|text| !text.is_empty())
    }
}

/// Counts one request by the limits that its rules name.
pub(crate) struct Limiter<'l, 'r> {
    cells: Cells<'r>,
    limits: &'l [RateLimit],
    touched: &'r Touched,
    hasher: SipHasher24,
    /// The keys of those limits that let it through, by their place; 0: not asked. They are paid when all have spoken.
    owed: [u64; limits::RATE_LIMITS],
}

impl<'l, 'r> Limiter<'l, 'r> {
    pub(crate) fn new(cells: Cells<'r>, limits: &'l [RateLimit], touched: &'r Touched, hasher: SipHasher24) -> Self {
        Limiter { cells, limits, touched, hasher, owed: [0; limits::RATE_LIMITS] }
    }

    /// Asks the limit at `place`; `None`: it lets the request through, does not count such a one, or has no cell for it.
    pub(super) fn ask(&mut self, place: usize, seen: &Seen<'_>) -> Option<Refused<'l>> {
        let limit = self.limits.get(place)?;
        let owed = self.owed.get_mut(place).filter(|owed| **owed == 0)?;
        let key = limit.key(self.hasher, seen, self.touched)?;
        match self.cells.wait(key, seen.now, limit.rate) {
            Some(wait) => Some(Refused { limit, wait }),
            None => {
                *owed = key;
                None
            }
        }
    }

    /// Counts the request where it was let through.
    pub(super) fn pay(mut self, now: u64) {
        for (limit, key) in self.limits.iter().zip(self.owed) {
            if key != 0 {
                self.cells.take(key, now, limit.rate);
            }
        }
    }
}
