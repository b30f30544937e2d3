//! Receipts: short codes that a blocked person can read out, and that say which rule it was.
//!
//! A receipt is 12 digits of Crockford's base32, as in `4T9K-7QX2-M0HB`. The first six are 30 bits of a keyed hash of
//! the request (method, authority, path, client address, time); the last six are 30 bits of a keyed hash of those and
//! the rule's id. So nobody without the secret can make one up or learn a rule's name from one, while its owner can
//! try all rules: with 1,000 rules a wrong code names one in a million times.

use alloc::string::String;
use core::fmt;
use core::hash::Hasher;
use core::net::IpAddr;

use siphasher::sip::SipHasher24;

use crate::fingerprint::id::{base32_digit, field, write_base32};
use crate::keys::Keys;
use crate::request::Request;

/// Bits in each half.
const HALF: u64 = (1 << 30) - 1;

/// A receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Receipt {
    request: u64,
    rule: u64,
}

impl Receipt {
    /// The receipt for a request that a rule blocked. Without keys it can be forged, and says so nowhere.
    pub(super) fn new(request: &Request<'_>, rule: &str, now: u64, keys: Option<&Keys>) -> Self {
        let key = key(keys);
        let mut hasher = key;
        field(&mut hasher, b"request-1");
        field(&mut hasher, request.facts.method);
        field(&mut hasher, request.facts.authority);
        field(&mut hasher, request.facts.path);
        match request.client.address.present() {
            Some(IpAddr::V4(v4)) => field(&mut hasher, &v4.octets()),
            Some(IpAddr::V6(v6)) => field(&mut hasher, &v6.octets()),
            None => field(&mut hasher, b""),
        }
        field(&mut hasher, &now.to_le_bytes());
        let request = hasher.finish() & HALF;
        Receipt { request, rule: rule_half(key, request, rule) }
    }

    /// Reads a code as people write it: any case, with or without dashes and spaces, `I`, `L`, `O` for `1`, `1`, `0`.
    ///
    /// ```
    /// use filter_core::action::Receipt;
    /// assert_eq!(Receipt::parse("4t9k 7qx2 mohb").unwrap().to_string(), "4T9K-7QX2-M0HB");
    /// assert_eq!(Receipt::parse("4T9K-7QX2"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let mut value = 0u64;
        let mut count = 0usize;
        for byte in text.bytes().filter(|b| !matches!(b, b'-' | b' ')) {
            count = count.checked_add(1).filter(|count| *count <= 12)?;
            value = value.checked_mul(32)?.checked_add(base32_digit(byte)?)?;
        }
        (count == 12).then_some(Receipt { request: value.wrapping_shr(30) & HALF, rule: value & HALF })
    }

    /// Whether it names this rule, under the keys it was made with. Where no rule acted the name is `otherwise`.
    pub fn names_rule(&self, rule: &str, keys: Option<&Keys>) -> bool {
        rule_half(key(keys), self.request, rule) == self.rule
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = String::with_capacity(12);
        write_base32(&mut digits, self.request, 6)?;
        write_base32(&mut digits, self.rule, 6)?;
        for (place, digit) in digits.chars().enumerate() {
            if matches!(place, 4 | 8) {
                f.write_str("-")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

fn key(keys: Option<&Keys>) -> SipHasher24 {
    keys.map_or_else(SipHasher24::new, Keys::receipts)
}

fn rule_half(key: SipHasher24, request: u64, rule: &str) -> u64 {
    let mut hasher = key;
    field(&mut hasher, b"rule-1");
    field(&mut hasher, &request.to_le_bytes());
    field(&mut hasher, rule.as_bytes());
    hasher.finish() & HALF
}
