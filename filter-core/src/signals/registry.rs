//! Every signal, in the order of reports. Adding one is a file and a line here.

use super::{Signal, infrastructure, tools};

/// All signals.
pub static SIGNALS: [&Signal; COUNT] = [
    &tools::user_agent_missing::SIGNAL,
    &infrastructure::crawler_impostor::SIGNAL,
    &infrastructure::crawler_unverifiable::SIGNAL,
    &infrastructure::crawler_verified::SIGNAL,
    &infrastructure::network_hosting::SIGNAL,
    &infrastructure::network_proxy::SIGNAL,
    &infrastructure::network_reputation::SIGNAL,
    &infrastructure::network_tor::SIGNAL,
    &infrastructure::network_vpn::SIGNAL,
];

/// How many there are.
pub const COUNT: usize = 9;

/// A signal by its place in [`SIGNALS`]. Only names leave the process; places change between versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignalId(u8);

impl SignalId {
    /// Finds a signal by its stable name.
    pub fn parse(id: &str) -> Option<Self> {
        Self::from_index(SIGNALS.iter().position(|signal| signal.id == id)?)
    }

    /// The signal.
    pub fn get(self) -> Option<&'static Signal> {
        SIGNALS.get(usize::from(self.0)).copied()
    }

    /// Place in the registry.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    pub(crate) fn from_index(index: usize) -> Option<Self> {
        SIGNALS.get(index)?;
        u8::try_from(index).ok().map(SignalId)
    }

    pub(crate) fn bit(self) -> u128 {
        1u128.wrapping_shl(u32::from(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_well_formed() {
        assert!(COUNT <= crate::limits::REASONS);
        for (index, signal) in SIGNALS.iter().enumerate() {
            assert_eq!(SignalId::parse(signal.id).map(SignalId::index), Some(index), "{} stands twice", signal.id);
            assert!(signal.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
            assert!(!signal.summary.is_empty() && !signal.measured.is_empty(), "{}", signal.id);
        }
    }
}
