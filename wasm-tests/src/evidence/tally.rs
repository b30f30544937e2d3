//! How often each signal fires, and what that is worth.

use anyhow::Result;
use filter_core::signals::{COUNT, Evidence};

use super::Judge;
use super::corpus::{BROWSER_KIND, Data};

/// Requests in which each signal fired.
#[derive(Clone, Debug)]
pub struct Tally {
    total: u32,
    fired: [u32; COUNT],
}

/// The sets that weights are made from.
#[derive(Debug, Default)]
pub struct Tallies {
    /// Visitors, captures and recorded browsers.
    pub browsers: Tally,
    /// The honeypot's requests that claim a browser.
    pub honeypot: Tally,
    /// All recorded clients but the browsers.
    pub automation: Tally,
}

impl Default for Tally {
    fn default() -> Self {
        Tally { total: 0, fired: [0; COUNT] }
    }
}

impl Tally {
    /// Counts one request.
    pub fn add(&mut self, evidence: Evidence) {
        self.total += 1;
        for (id, _) in evidence.signals() {
            self.fired[id.index()] += 1;
        }
    }

    /// `fired in total`, for people.
    pub fn of(&self, signal: usize) -> String {
        format!("{} in {}", self.fired[signal], self.total)
    }

    /// Log-likelihood ratio of a signal in milli-nats, this tally's bots over `people`, half a request added to each side.
    pub fn weight_over(&self, people: &Tally, signal: usize) -> i32 {
        let rate = |tally: &Tally| (f64::from(tally.fired[signal]) + 0.5) / (f64::from(tally.total) + 1.0);
        (1000.0 * (rate(self) / rate(people)).ln()).round() as i32
    }
}

impl Tallies {
    /// Judges every data set.
    ///
    /// # Errors
    /// Where a data set cannot be read.
    pub fn count(judge: &Judge, data: &Data) -> Result<Self> {
        let mut tallies = Tallies::default();
        for request in data.visitors()? {
            tallies.browsers.add(judge.judge(&request).evidence);
        }
        for (_, request) in data.captures()? {
            tallies.browsers.add(judge.judge(&request).evidence);
        }
        for request in data.honeypot()? {
            let judged = judge.judge(&request);
            if judged.claims_browser {
                tallies.honeypot.add(judged.evidence);
            }
        }
        for client in data.clients()? {
            let browser = client.kind == BROWSER_KIND;
            let tally = if browser { &mut tallies.browsers } else { &mut tallies.automation };
            for request in &client.requests {
                tally.add(judge.judge(request).evidence);
            }
        }
        Ok(tallies)
    }
}
