//! A bundle, checked: everything a verdict depends on besides the request.

use alloc::string::String;
use alloc::vec::Vec;

use super::problem::{Problem, Problems};
use super::{Action, Endpoint, Rule};
use crate::fingerprint::Names;
use crate::score::Weights;
use crate::signals::infrastructure::Networks;

/// A bundle that may be used.
#[derive(Debug)]
pub struct Bundle {
    pub(crate) id: String,
    pub(crate) serial: u64,
    pub(crate) weights: Weights,
    pub(crate) names: Names,
    pub(crate) networks: Networks,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) allow: Vec<Rule>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) otherwise: Action,
}

impl Bundle {
    /// Reads and checks the two lines.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn parse(text: &[u8]) -> Result<Self, Problems> {
        let _ = text;
        Err(Problem::new("", "not yet", "").into())
    }

    /// SHA-256 of the content, 64 hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Grows with every bundle.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// Prior, weights, caps and thresholds.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Automation that names itself.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Network lists.
    pub fn networks(&self) -> &Networks {
        &self.networks
    }

    /// Rules that let pass, in order.
    pub fn allow(&self) -> &[Rule] {
        &self.allow
    }

    /// Rules that act, in order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }
}
