//! More about the clients that are worth it.

use super::sketches::{Distinct, Moments, Rates, Stride, Trail, log2};
use super::statuses::bump;
use super::{Client, RecordKeys, Shown, StatusClass, Visit};

record! {
    /// What is kept about a client besides [`Client`](super::Client), once it came often enough or was found suspicious.
    /// It starts empty then: counts are of the time since.
    ClientDetail: 256 {
        /// Distinct paths.
        paths: Distinct<16>,
        /// Distinct targets: path and query.
        targets: Distinct<8>,
        /// Distinct endpoints.
        endpoints: Distinct<8>,
        /// Distinct paths that were answered as missing.
        missing: Distinct<8>,
        /// Distinct addresses.
        addresses: Distinct<8>,
        /// Distinct accounts.
        accounts: Distinct<8>,
        /// Answers of 401, 403 and failed logins, at four half-lives.
        failures: Rates,
        /// The last acts: the endpoint's low 16 bits and the pause before.
        trail: Trail,
        /// Pauses between acts in 1/256 octaves of milliseconds.
        rhythm: Moments,
        /// Numbers in paths and queries of acts.
        stride: Stride,
        /// Hours of the day (UTC) in which it came, one bit each; the top byte is zero.
        hours: u32,
        /// Size of successful answers in KiB, each rounded up.
        kibibytes: u32,
        /// Acts with the target of the act before, and with another one; halved at 255.
        repeats: [u8; 2],
        /// Acts after a cookie was given, without a cookie and with one; halved at 255.
        cookies: [u8; 2],
        /// Acts after the first, without a referer and with one; halved at 255.
        referers: [u8; 2],
        /// The last act's target, low 32 bits.
        target: u32,
        /// Zero: room for what credentials and bodies will show.
        room: [u8; 32],
    }
}

impl ClientDetail {
    /// Counts a request. `client` is the client's other record, with the request counted; `pause` is that since the last act.
    pub(super) fn visit(&mut self, visit: &Visit, keys: &RecordKeys, client: &Client, pause: Option<u64>) {
        self.paths.add(visit.path);
        self.targets.add(visit.target);
        self.addresses.add(keys.address);
        if keys.account != 0 {
            self.accounts.add(keys.account);
        }
        let hour = visit.at.checked_div(3_600_000).and_then(|hours| hours.checked_rem(24)).unwrap_or(0);
        self.hours |= 1u32.wrapping_shl(u32::try_from(hour).unwrap_or(0));
        if visit.is_act() {
            self.act(visit, keys, client, pause);
        }
    }

    fn act(&mut self, visit: &Visit, keys: &RecordKeys, client: &Client, pause: Option<u64>) {
        self.endpoints.add(keys.endpoint);
        self.trail.add(keys.endpoint as u16, pause.unwrap_or(u64::MAX));
        if let Some(pause) = pause {
            self.rhythm.add(u16::try_from(log2(pause)).unwrap_or(u16::MAX));
            if !visit.hidden.has(Shown::REFERER) {
                bump(&mut self.referers, usize::from(visit.shown.has(Shown::REFERER)));
            }
        }
        if client.shown.has(Shown::COOKIE_GIVEN) && !visit.hidden.has(Shown::COOKIE) {
            bump(&mut self.cookies, usize::from(visit.shown.has(Shown::COOKIE)));
        }
        if let Some(number) = visit.number {
            self.stride.add(number);
        }
        bump(&mut self.repeats, usize::from(self.target != visit.target as u32));
        self.target = visit.target as u32;
    }

    /// Counts an answer.
    pub(super) fn settle(&mut self, visit: &Visit, status: u16, size: u64) {
        match StatusClass::of(status) {
            StatusClass::Denied => self.failures.add(visit.at, 1),
            StatusClass::Missing => self.missing.add(visit.path),
            StatusClass::Success => {
                let kibibytes = u32::try_from(size.div_ceil(1024)).unwrap_or(u32::MAX);
                self.kibibytes = self.kibibytes.saturating_add(kibibytes);
            }
            _ => {}
        }
    }
}
