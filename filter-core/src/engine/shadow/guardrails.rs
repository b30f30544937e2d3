//! Whether a candidate is promoted, waits, or is taken back: a function of what was counted, in integers.

use super::Clients;
use crate::policy::{Guardrails, SHARES};

/// What is to become of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It may serve: the share of harmed clients is surely below the bound.
    Promote,
    /// It goes on beside the active one.
    Hold(Hold),
    /// It is taken back: the share is surely above.
    RollBack,
}

/// What a candidate waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Too few clients reached a goal.
    Clients,
    /// It has not run long enough.
    Time,
    /// The share may be above or below the bound: more clients will tell.
    Unsure,
}

impl Ruling {
    /// The word shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Ruling::Promote => "promote",
            Ruling::Hold(_) => "hold",
            Ruling::RollBack => "roll_back",
        }
    }

    /// Why, for people.
    pub fn why(self) -> &'static str {
        match self {
            Ruling::Promote => "the share of good clients that it would have touched is surely below the bound",
            Ruling::Hold(Hold::Clients) => "too few clients reached a goal",
            Ruling::Hold(Hold::Time) => "it has not run long enough",
            Ruling::Hold(Hold::Unsure) => {
                "the share of good clients that it would have touched may be above the bound or below"
            }
            Ruling::RollBack => "the share of good clients that it would have touched is surely above the bound",
        }
    }
}

/// 1.96 squared, in ten-thousandths: two-sided 95 %.
const Z2: u128 = 38_416;

impl Clients {
    /// Rules on what was counted in `milliseconds`. A share is surely above or below the bound where the bound lies outside of Wilson's
    /// interval of 95 % (1927), found without a root: the same on every host.
    ///
    /// ```
    /// use filter_core::engine::shadow::{Clients, Hold, Ruling};
    /// use filter_core::policy::Guardrails;
    /// let (guardrails, day) = (Guardrails::default(), 24 * 60 * 60 * 1000);
    /// let clients = |good, harmed| Clients { touched: 10 + harmed, good, harmed, is_sample: false };
    /// assert_eq!(clients(9_000, 2).ruling(&guardrails, day), Ruling::Promote);
    /// assert_eq!(clients(9_000, 40).ruling(&guardrails, day), Ruling::RollBack);
    /// assert_eq!(clients(9_000, 9).ruling(&guardrails, day), Ruling::Hold(Hold::Unsure));
    /// assert_eq!(clients(100, 0).ruling(&guardrails, day), Ruling::Hold(Hold::Clients));
    /// assert_eq!(clients(3, 3).ruling(&guardrails, day), Ruling::Hold(Hold::Clients));
    /// ```
    pub fn ruling(&self, guardrails: &Guardrails, milliseconds: u64) -> Ruling {
        let side = self.side(guardrails.harmed_share);
        // Neither way by a few: whoever wants it gone could bring those. While it waits it hurts nobody.
        if self.good < guardrails.good_clients {
            return Ruling::Hold(Hold::Clients);
        }
        if side == Side::Above && self.harmed >= guardrails.harmed_clients {
            return Ruling::RollBack;
        }
        if milliseconds < guardrails.seconds.saturating_mul(1000) {
            return Ruling::Hold(Hold::Time);
        }
        if side == Side::Below { Ruling::Promote } else { Ruling::Hold(Hold::Unsure) }
    }

    /// Where the share lies: a bound `p` is an end of the interval of `x` in `n` where `(x - n p)^2 = z^2 n p (1 - p)`.
    fn side(&self, bound: u32) -> Side {
        let all = u128::from(SHARES);
        let (p, n) = (u128::from(bound).min(all), u128::from(self.good.min(u64::from(u32::MAX))));
        let x = u128::from(self.harmed).min(n);
        let (seen, expected) = (x.saturating_mul(all), p.saturating_mul(n));
        let square = seen.abs_diff(expected).saturating_pow(2).saturating_mul(10_000);
        let spread = Z2.saturating_mul(p).saturating_mul(all.saturating_sub(p)).saturating_mul(n);
        if n == 0 || square < spread {
            Side::Open
        } else if seen > expected {
            Side::Above
        } else {
            Side::Below
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Below,
    Open,
    Above,
}
