//! How what two nodes counted becomes one count, field by field.
//!
//! A field's type has its law ([`Merge`]); one whose type is a plain integer names it in the record's declaration. All laws
//! are total: any bytes merge with any others.

use super::sketches::{Distinct, Gaps, Leaders, Moments, Quantiles, Rates, Stride};
use super::{Logins, Trials};

/// Counts of disjoint streams as one count.
pub(crate) trait Merge {
    /// Takes in what another node counted.
    fn merge(&mut self, other: &Self);
}

macro_rules! merged_as_they_say {
    ($([$($generic:tt)*] $type:ty),*) => {$(
        impl<$($generic)*> Merge for $type {
            fn merge(&mut self, other: &Self) {
                <$type>::merge(self, other);
            }
        }
    )*};
}

merged_as_they_say!(
    [] Rates, [const N: usize] Distinct<N>, [const N: usize] Leaders<N>, [] Gaps, [] Moments, [] Quantiles, [] Stride, [] Logins, [] Trials
);

/// Sums; where one would not fit, all are halved, as they are when they are counted.
impl<const N: usize> Merge for [u8; N] {
    fn merge(&mut self, other: &Self) {
        add_bytes(self, other);
    }
}

/// Likewise.
impl<const N: usize> Merge for [u16; N] {
    fn merge(&mut self, other: &Self) {
        add_words(self, other);
    }
}

#[inline(never)] // once in wasm, not once a record
fn add_bytes(mine: &mut [u8], theirs: &[u8]) {
    let sum = |mine: u8, theirs: u8| u16::from(mine).wrapping_add(u16::from(theirs));
    let halve = u32::from(mine.iter().zip(theirs).any(|(a, b)| sum(*a, *b) >= u16::from(u8::MAX)));
    mine.iter_mut().zip(theirs).for_each(|(a, b)| *a = sum(*a, *b).wrapping_shr(halve) as u8);
}

#[inline(never)]
fn add_words(mine: &mut [u16], theirs: &[u16]) {
    let sum = |mine: u16, theirs: u16| u32::from(mine).wrapping_add(u32::from(theirs));
    let halve = u32::from(mine.iter().zip(theirs).any(|(a, b)| sum(*a, *b) >= u32::from(u16::MAX)));
    mine.iter_mut().zip(theirs).for_each(|(a, b)| *a = sum(*a, *b).wrapping_shr(halve) as u16);
}

// Laws for plain integers, by the names that records give them. There is one more, `own`: this node's alone, neither shared nor
// changed by a merge.

/// The greater one.
pub(super) fn most<T: Ord + Copy>(mine: &mut T, theirs: &T) {
    *mine = (*mine).max(*theirs);
}

/// The lesser one, 0 being none: times of something that happened once.
pub(super) fn first(mine: &mut u32, theirs: &u32) {
    // None is the greatest then.
    *mine = mine.wrapping_sub(1).min(theirs.wrapping_sub(1)).wrapping_add(1);
}

/// What either has.
pub(super) fn bits(mine: &mut u32, theirs: &u32) {
    *mine |= *theirs;
}

/// Both.
pub(super) fn sum(mine: &mut u32, theirs: &u32) {
    *mine = mine.saturating_add(*theirs);
}

/// Applies a field's law.
macro_rules! merged {
    (own, $mine:expr, $theirs:expr) => {};
    (by_type, $mine:expr, $theirs:expr) => {
        $crate::state::merge::Merge::merge(&mut $mine, &$theirs)
    };
    ($law:ident, $mine:expr, $theirs:expr) => {
        $crate::state::merge::$law(&mut $mine, &$theirs)
    };
}

/// A field as others get it.
macro_rules! shared {
    (own, $type:ty, $mine:expr) => {
        <$type as $crate::state::form::Field>::EMPTY
    };
    ($law:ident, $type:ty, $mine:expr) => {
        $mine
    };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn laws_are_commutative_and_associative(a: [u32; 3], b: [u16; 3]) {
            for law in [most::<u32>, first, bits, sum] {
                let merged = |x: u32, y: u32| { let mut x = x; law(&mut x, &y); x };
                let [x, y, z] = a;
                prop_assert_eq!(merged(x, y), merged(y, x));
                prop_assert_eq!(merged(merged(x, y), z), merged(x, merged(y, z)));
                prop_assert_eq!(merged(x, 0), x);
            }
            let [x, y, z] = b.map(|count| [count >> 2, 1]);
            let merged = |x: [u16; 2], y: [u16; 2]| { let mut x = x; x.merge(&y); x };
            prop_assert_eq!(merged(x, y), merged(y, x));
            prop_assert_eq!(merged(merged(x, y), z), merged(x, merged(y, z)));
        }

        #[test]
        fn shares_stay_where_counts_are_halved(a: [u8; 4], b: [u8; 4]) {
            let mut merged = a;
            merged.merge(&b);
            let exact: [u32; 4] = core::array::from_fn(|at| u32::from(a[at]).saturating_add(u32::from(b[at])));
            let halved = exact.iter().any(|count| *count >= 255);
            for (found, exact) in merged.iter().zip(exact) {
                prop_assert_eq!(u32::from(*found), if halved { exact / 2 } else { exact });
            }
        }
    }

    #[test]
    fn none_is_no_time() {
        let merged = |mut mine: u32, theirs: u32| {
            first(&mut mine, &theirs);
            mine
        };
        assert_eq!([merged(0, 0), merged(0, 7), merged(7, 0), merged(9, 7)], [0, 7, 7, 7]);
    }
}
