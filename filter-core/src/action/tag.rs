//! Tags: request headers that tell the origin what was found, signed so that it can trust them.
//!
//! `x-weir-score`, `x-weir-class`, `x-weir-reasons` (signal ids, the greatest weight first, at most eight, joined by
//! commas) and `x-weir-bundle` (the bundle's id) are covered by `x-weir-signature: t=<time>,v1=<signature>`, where *time* is
//! in milliseconds since the epoch and *signature* is 64 lower-case hexadecimal digits of HMAC-SHA256 over ten lines, each
//! but the last ended by one line feed:
//!
//! ```text
//! weir-tag-1
//! <time>
//! <method>
//! <authority, as the client sent it>
//! <path and query, as the client sent them>
//! <x-weir-score>
//! <x-weir-class>
//! <x-weir-reasons>
//! <x-weir-bundle>
//! end
//! ```
//!
//! The key is not the tenant's secret but `HMAC-SHA256(secret, "weir-tag-1")`, so that an origin can be given it alone. A
//! request whose method, authority or path holds a line feed is tagged without a signature: no origin should accept it.
//! Origins compare *time* with their clock, to leave nothing to replay for long.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Judged;
use crate::bytes::hex;
use crate::policy::Action;

/// The header that carries time and signature.
pub const SIGNATURE_HEADER: &str = "x-weir-signature";

/// The header that names another origin, for hosts that route by headers. Nothing signs it: inbound copies are removed.
pub const ROUTE_HEADER: &str = "x-weir-route";

/// Reasons named in a tag.
const REASONS: usize = 8;

impl Judged<'_> {
    /// Headers to set on the way to the origin: the tag, or where the request goes.
    pub fn request_headers(&self) -> Vec<(&'static str, String)> {
        match self.decision.action {
            Action::Tag => {}
            Action::Route(to) => return vec![(ROUTE_HEADER, to.clone())],
            _ => return Vec::new(),
        }
        let mut reasons = String::new();
        for reason in self.reasons().take(REASONS) {
            if !reasons.is_empty() {
                reasons.push(',');
            }
            reasons.push_str(reason.signal.id);
        }
        let score = self.score.value.to_string();
        let class = self.score.class.as_str();
        let bundle = self.bundle.id();
        let facts = self.seen.request.facts;
        let tags = TagHeaders { score: &score, class, reasons: &reasons, bundle };
        let time = self.now.to_string();
        let signature = self.keys.and_then(|keys| {
            let mac = tags.sign(keys.tag(), &time, facts.method, facts.authority, facts.path)?;
            Some(format!("t={time},v1={}", hex(&mac.finalize().into_bytes())))
        });
        let mut headers = Vec::with_capacity(5);
        headers.push(("x-weir-score", score.clone()));
        headers.push(("x-weir-class", class.to_string()));
        headers.push(("x-weir-reasons", reasons.clone()));
        headers.push(("x-weir-bundle", bundle.to_string()));
        headers.extend(signature.map(|signature| (SIGNATURE_HEADER, signature)));
        headers
    }
}

/// The values of the four headers that a signature covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TagHeaders<'a> {
    /// `x-weir-score`
    pub score: &'a str,
    /// `x-weir-class`
    pub class: &'a str,
    /// `x-weir-reasons`
    pub reasons: &'a str,
    /// `x-weir-bundle`
    pub bundle: &'a str,
}

impl TagHeaders<'_> {
    fn sign(
        &self,
        mut mac: Hmac<Sha256>,
        time: &str,
        method: &[u8],
        authority: &[u8],
        path: &[u8],
    ) -> Option<Hmac<Sha256>> {
        let parts = [
            b"weir-tag-1",
            time.as_bytes(),
            method,
            authority,
            path,
            self.score.as_bytes(),
            self.class.as_bytes(),
            self.reasons.as_bytes(),
            self.bundle.as_bytes(),
        ];
        for part in parts {
            if part.contains(&b'\n') {
                return None;
            }
            mac.update(part);
            mac.update(b"\n");
        }
        mac.update(b"end");
        Some(mac)
    }
}

#[cfg(test)]
impl TagHeaders<'_> {
    /// The signature over given values, in hexadecimal digits.
    pub(super) fn sign_for_test(&self, mac: Hmac<Sha256>, time: &str, request: (&[u8], &[u8], &[u8])) -> String {
        let mac = self.sign(mac, time, request.0, request.1, request.2).unwrap();
        hex(&mac.finalize().into_bytes())
    }
}

/// Why a tag is not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagError {
    /// The signature header is not of the form `t=<time>,v1=<signature>`.
    Malformed,
    /// It was made more than the allowed time before or after now.
    Stale,
    /// It was made over something else, or with another key.
    Wrong,
}

/// Checks a tag at the origin. `key` is `HMAC-SHA256(secret, "weir-tag-1")`; `request` is method, authority and path as the
/// client sent them; `now` and `leeway` are in milliseconds. Compares in constant time.
///
/// # Errors
/// When the tag is not to be believed, why.
pub fn verify_tag(
    key: &[u8],
    request: (&[u8], &[u8], &[u8]),
    tags: &TagHeaders<'_>,
    signature: &str,
    now: u64,
    leeway: u64,
) -> Result<(), TagError> {
    let (time, signature) =
        signature.strip_prefix("t=").and_then(|rest| rest.split_once(",v1=")).ok_or(TagError::Malformed)?;
    let made: u64 = time.parse().map_err(|_| TagError::Malformed)?;
    let digest = unhex(signature).ok_or(TagError::Malformed)?;
    let mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| TagError::Wrong)?;
    let (method, authority, path) = request;
    let mac = tags.sign(mac, time, method, authority, path).ok_or(TagError::Wrong)?;
    mac.verify_slice(&digest).map_err(|_| TagError::Wrong)?;
    if made.abs_diff(now) > leeway { Err(TagError::Stale) } else { Ok(()) }
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0u8; 32];
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    for (slot, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        let value = |digit: u8| {
            let value = char::from(digit).to_digit(16).filter(|_| !digit.is_ascii_uppercase())?;
            u8::try_from(value).ok()
        };
        *slot = value(*high)?.wrapping_shl(4) | value(*low)?;
    }
    Some(digest)
}
