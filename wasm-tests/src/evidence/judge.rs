//! The line up to the score, over trace requests.

use filter_core::fingerprint::{Fingerprint, Names};
use filter_core::request::{ClientAddressSettings, Request};
use filter_core::score::{Class, Score, Weights};
use filter_core::signals::infrastructure::{Networks, Origin};
use filter_core::signals::{Evidence, Seen};
use weir::trace;

/// Tables and weights to judge with.
#[derive(Default)]
pub struct Judge {
    /// Automation that names itself.
    pub names: Names,
    /// Network lists.
    pub networks: Networks,
    /// Prior, weights, thresholds.
    pub weights: Weights,
}

/// What was said about one request.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Score 0..=100.
    pub score: u8,
    /// Class.
    pub class: Class,
    /// What fired.
    pub evidence: Evidence,
    /// Ids and details, largest weight first.
    pub reasons: Vec<(&'static str, String)>,
    /// Name the bundle's table knows it by.
    pub named: Option<String>,
    /// Claims to be a browser and names no automation.
    pub claims_browser: bool,
}

impl Judge {
    /// Judges one request.
    pub fn judge(&self, request: &trace::Request) -> Judged {
        let facts = request.facts();
        let facts = facts.facts();
        let request = Request::new(&facts, &ClientAddressSettings::default());
        let fingerprint = Fingerprint::new(&request, &self.names);
        let origin = Origin::new(&request, &fingerprint, &self.networks);
        let seen = Seen { request: &request, fingerprint: &fingerprint, origin: &origin };
        let evidence = Evidence::gather(&seen);
        let score = Score::new(evidence, &seen, &self.weights);
        let mut reasons: Vec<_> =
            evidence.reasons(seen).map(|r| (self.weights.of(r.id), r.signal.id, r.detail.to_string())).collect();
        reasons.sort_by_key(|(weight, ..)| -weight);
        Judged {
            score: score.value,
            class: score.class,
            evidence,
            reasons: reasons.into_iter().map(|(_, id, detail)| (id, detail)).collect(),
            named: fingerprint.named.map(|named| named.name.clone()),
            claims_browser: seen.browser().is_some(),
        }
    }
}
