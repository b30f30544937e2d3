//! Fetching the bundle again and again, with its entity tag, so that an unchanged one costs an answer without a body.
//!
//! Each worker asks for itself, and so does Envoy's main thread: nothing is elected that could be lost. What cannot be
//! fetched, is not a bundle, or is older than the one in use changes nothing but a counter and a line in the log.

use filter_core::policy::{Settings, compact};

use crate::hostcalls::{self, Buffer, Level, Map};
use crate::store::{self, Arrival, Kept, Slot};
use crate::{metrics, pairs, share};

/// The first question comes soon after the start.
const FIRST_MS: u32 = 50;
/// After a failure the next question comes after at most so many milliseconds.
const RETRY_MS: u32 = 5_000;
/// Between two pieces of a bundle.
const PIECE_MS: u32 = 1;
/// An answer may take so long.
const TIMEOUT_MS: u32 = 10_000;
/// A bundle may have so many bytes; Envoy buffers 5 MB answers without trouble.
const LONGEST: usize = 8 * 1024 * 1024;

/// Asks one path of one cluster.
pub(crate) struct Poller {
    cluster: String,
    path: String,
    source: String,
    interval_ms: u32,
    period_ms: u32,
    /// When the last question was due; milliseconds since the epoch.
    asked: u64,
    settings: Settings,
    tag: Vec<u8>,
    waiting: bool,
    arriving: Option<Arriving>,
    /// What went wrong last, so that a lasting failure is one line in the log.
    complaint: String,
}

/// A bundle that came in its compact form, and is taken a piece a tick.
struct Arriving {
    arrival: Arrival,
    tag: Vec<u8>,
    body: Vec<u8>,
}

impl Poller {
    pub(crate) fn new(cluster: String, path: String, seconds: u32, settings: Settings) -> Self {
        Poller {
            source: format!("{cluster}{path}"),
            cluster,
            path,
            interval_ms: seconds.saturating_mul(1000),
            period_ms: 0,
            asked: 0,
            settings,
            tag: Vec::new(),
            waiting: false,
            arriving: None,
            complaint: String::new(),
        }
    }

    /// What the last good bundle is kept under.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// Goes on from a kept bundle; one that is older than the bundle to start with, or does not suit these settings, is left.
    /// What is older than it is not fetched any more either way.
    pub(crate) fn resume(&mut self, kept: Kept, slot: &Slot) {
        slot.learn(&kept, &self.settings);
        if slot.offer(&kept.text, &self.settings).is_ok() {
            self.tag = kept.tag;
        }
    }

    /// Asks for ticks.
    pub(crate) fn start(&mut self) -> Result<(), String> {
        if !hostcalls::may_call_out() {
            return Err("/poll: the host allows no HTTP calls; allow the capability `proxy_http_call`".to_owned());
        }
        self.tick_every(FIRST_MS);
        Ok(())
    }

    /// A tick came: goes on with a bundle that came, else asks, where it is time. While requests are held, ticks come more often than questions.
    pub(crate) fn tick(&mut self, now: u64, is_holding: bool, slot: &Slot) {
        if let Some(arriving) = self.arriving.take() {
            return self.go_on(arriving, slot);
        }
        let waited = now.checked_sub(self.asked);
        if !is_holding || waited.is_none_or(|waited| waited >= u64::from(self.period_ms)) {
            self.asked = now;
            self.ask();
        }
    }

    /// Milliseconds between two questions.
    pub(crate) fn period(&self) -> u32 {
        self.period_ms
    }

    /// Sends one question.
    fn ask(&mut self) {
        self.tick_every(self.interval_ms);
        if std::mem::replace(&mut self.waiting, true) {
            return;
        }
        let cluster = self.cluster.as_bytes();
        let mut headers: Vec<(&[u8], &[u8])> = vec![
            (b":method", b"GET"),
            (b":scheme", b"http"),
            (b":authority", cluster),
            (b":path", self.path.as_bytes()),
        ];
        if !self.tag.is_empty() {
            headers.push((b"if-none-match", &self.tag));
        }
        let headers = pairs::write(headers.into_iter()).unwrap_or_default();
        if hostcalls::http_call(cluster, &headers, TIMEOUT_MS).is_err() {
            self.waiting = false;
            self.failed(format!("cluster `{}` cannot be asked; is it configured and healthy?", self.cluster));
        }
    }

    /// Reads the answer to the question.
    pub(crate) fn answered(&mut self, complete: bool, slot: &Slot) {
        self.waiting = false;
        let wire = hostcalls::header_map(Map::CallResponse).ok().filter(|_| complete).unwrap_or_default();
        let header = |name: &[u8]| pairs::read(&wire).find(|(other, _)| *other == name).map(|(_, value)| value);
        match header(b":status") {
            Some(b"304") => self.complaint.clear(),
            Some(b"200") => {
                let tag = header(b"etag").unwrap_or_default();
                let body = hostcalls::buffer(Buffer::CallResponseBody, LONGEST).unwrap_or_default();
                if let Some(kept) = store::last_good(&self.source) {
                    slot.learn(&kept, &self.settings);
                }
                let tag = tag.to_vec();
                if !compact::is_one(&body) {
                    let taken = slot.offer(&body, &self.settings);
                    return self.taken(taken, slot, tag, &body);
                }
                match slot.begin(&body, &self.settings) {
                    Ok(Some(arrival)) => {
                        self.arriving = Some(Arriving { arrival, tag, body });
                        self.tick_every(PIECE_MS);
                    }
                    other => self.taken(other.map(drop), slot, tag, &body),
                }
            }
            Some(status) => {
                self.failed(format!("`{}` answered {}", self.source, String::from_utf8_lossy(status)));
            }
            None => self.failed(format!("`{}` gave no answer", self.source)),
        }
    }

    /// Takes the next piece of the bundle that came; requests are served in between.
    fn go_on(&mut self, mut arriving: Arriving, slot: &Slot) {
        match slot.step(&mut arriving.arrival, &self.settings) {
            Ok(false) => self.arriving = Some(arriving),
            other => {
                self.tick_every(self.interval_ms);
                self.taken(other.map(drop), slot, arriving.tag, &arriving.body);
            }
        }
    }

    /// What became of a bundle.
    fn taken(&mut self, taken: Result<(), String>, slot: &Slot, tag: Vec<u8>, body: &[u8]) {
        match taken {
            Ok(()) => {
                store::keep(&self.source, slot, &tag, body, &self.settings);
                self.tag = tag;
                self.complaint.clear();
                metrics::bundle_load(true);
            }
            Err(problems) => self.failed(problems),
        }
    }

    fn failed(&mut self, complaint: String) {
        metrics::bundle_load(false);
        self.tick_every(self.interval_ms.min(RETRY_MS));
        if complaint != self.complaint {
            for line in complaint.lines() {
                hostcalls::log(Level::Error, &format!("weir: bundle not taken, the last good one stays: {line}"));
            }
            self.complaint = complaint;
        }
    }

    fn tick_every(&mut self, period_ms: u32) {
        if self.period_ms != period_ms && hostcalls::set_tick_period(share::within(period_ms)).is_ok() {
            self.period_ms = period_ms;
        }
    }
}
