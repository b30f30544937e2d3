//! The signals that fired on one request.

use super::registry::within;
use super::{Detail, Pillar, Scope, Seen, Signal, SignalId};

/// One signal that fired.
#[derive(Clone, Copy, Debug)]
pub struct Reason<'a> {
    /// Which signal, by place.
    pub id: SignalId,
    /// The signal itself.
    pub signal: &'static Signal,
    /// What it saw.
    pub detail: Detail<'a>,
}

/// What fired, one bit a signal. Details are made again from the same view when somebody reads them: signals are pure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence(u128);

impl Evidence {
    /// Runs the signals of one scope.
    pub fn gather(seen: &Seen<'_>, scope: Scope) -> Self {
        let mut fired = Evidence::default();
        for (id, signal) in Evidence(within(scope)).signals() {
            if (signal.detect)(seen).is_some() {
                fired.0 |= id.bit();
            }
        }
        fired
    }

    /// Runs every signal.
    pub fn all(seen: &Seen<'_>) -> Self {
        let scopes = [Scope::HeaderSet, Scope::Origin, Scope::Request, Scope::Memory];
        scopes.into_iter().fold(Evidence::default(), |fired, scope| fired.and(Self::gather(seen, scope)))
    }

    /// What fired in either.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Evidence(self.0 | other.0)
    }

    /// Whether a signal fired.
    pub fn has(self, signal: SignalId) -> bool {
        self.0 & signal.bit() != 0
    }

    /// Nothing fired.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The signals that fired, in registry order.
    pub fn signals(self) -> impl Iterator<Item = (SignalId, &'static Signal)> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let place = usize::try_from(rest.trailing_zeros()).ok().filter(|_| rest != 0)?;
            rest &= rest.wrapping_sub(1);
            let id = SignalId::from_index(place)?;
            Some((id, id.get()?))
        })
    }

    /// Everything that fired with what it saw, in registry order. `seen` is the view that was gathered from.
    pub fn reasons<'a>(self, seen: Seen<'a>) -> impl Iterator<Item = Reason<'a>> {
        self.signals().filter_map(move |(id, signal)| Some(Reason { id, signal, detail: (signal.detect)(&seen)? }))
    }

    /// Whether any signal of a pillar fired.
    pub fn has_pillar(self, pillar: Pillar) -> bool {
        self.signals().any(|(_, signal)| signal.pillar == pillar)
    }
}
