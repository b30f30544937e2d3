//! The engine with a bundle, over trace requests.

use anyhow::{Result, anyhow};
use filter_core::engine::Engine;
use filter_core::policy::{Bundle, Settings};
use filter_core::score::Class;
use filter_core::signals::{CrawlerProof, Evidence};
use weir::trace;

/// The default bundle, as it is committed.
pub const DEFAULT_BUNDLE: &[u8] = include_bytes!("../../../policies/bundles/default.json");

/// Judges recorded requests.
pub struct Judge(Engine);

/// What was said about one request.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Score 0..=100.
    pub score: u8,
    /// Class.
    pub class: Class,
    /// What is done.
    pub action: &'static str,
    /// What fired.
    pub evidence: Evidence,
    /// Ids and details, largest weight first.
    pub reasons: Vec<(&'static str, String)>,
    /// Name the bundle's table knows it by.
    pub named: Option<String>,
    /// `verified`, `impostor`, `unverifiable`, or `none` where no crawler is claimed.
    pub crawler: &'static str,
    /// Claims to be a browser and names no automation.
    pub claims_browser: bool,
}

impl Judge {
    /// With the default bundle and no trusted hops.
    ///
    /// # Errors
    /// Where the committed bundle does not load.
    pub fn with_default_bundle() -> Result<Self> {
        let settings = br#"{"allow_unsigned":true,"secret":"evidence evidence evidence","bundle":""}"#;
        let settings = Settings::parse(settings).map_err(|problems| anyhow!("{problems}"))?;
        let bundle = Bundle::parse(DEFAULT_BUNDLE).map_err(|problems| anyhow!("{problems}"))?;
        Ok(Judge(Engine::new(bundle, &settings).map_err(|problems| anyhow!("{problems}"))?))
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.0
    }

    /// Judges one request.
    pub fn judge(&self, request: &trace::Request) -> Judged {
        let facts = request.facts();
        let facts = facts.facts();
        let verdict = self.0.judge(&facts, request.t);
        Judged {
            score: verdict.score.value,
            class: verdict.score.class,
            action: verdict.action().as_str(),
            evidence: verdict.evidence,
            reasons: verdict.reasons().map(|reason| (reason.signal.id, reason.detail.to_string())).collect(),
            named: verdict.fingerprint.named.map(|named| named.name.clone()),
            crawler: match verdict.origin.crawler {
                CrawlerProof::NotClaimed => "none",
                CrawlerProof::Verified(_) => "verified",
                CrawlerProof::Impostor(_) => "impostor",
                CrawlerProof::Unverifiable(_) => "unverifiable",
            },
            claims_browser: verdict.seen().browser().is_some(),
        }
    }
}
