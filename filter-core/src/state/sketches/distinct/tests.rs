use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;

/// A stream of hashes that looks random: SplitMix64 (Steele, Lea, Flood, 2014).
fn hash(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn of<const N: usize>(hashes: impl IntoIterator<Item = u64>) -> Distinct<N> {
    let mut distinct = Distinct::default();
    hashes.into_iter().for_each(|hash| distinct.add(hash));
    distinct
}

/// Root mean square of the relative error over 200 seeds.
fn error<const N: usize>(truth: u64) -> f64 {
    let squares = (0..200u64).map(|seed| {
        let found = of::<N>((0..truth).map(|index| hash(seed << 32, index))).count();
        (f64::from(found) / truth as f64 - 1.0).powi(2)
    });
    (squares.sum::<f64>() / 200.0).sqrt()
}

fn holds_its_error<const N: usize>() {
    let registers = (N as f64 - 1.0) * 4.0;
    for truth in [N as u64, 40, 60, 75, 100, 150, 200, 300, 500, 1_000, 5_000, 20_000] {
        let error = error::<N>(truth);
        assert!(error <= 1.2 * 1.04 / registers.sqrt(), "{N}: {truth} with an error of {error}");
    }
}

#[test]
fn the_error_is_as_stated() {
    holds_its_error::<8>();
    holds_its_error::<16>();
    holds_its_error::<32>();
}

#[test]
fn few_are_counted_exactly() {
    fn wrong<const N: usize>() -> usize {
        (0..2_000u64)
            .filter(|seed| of::<N>((1..N as u64).map(|i| hash(seed << 32, i))).count() as usize != N - 1)
            .count()
    }
    assert!(wrong::<8>() <= 2_000 * 49 / 24_000 && wrong::<32>() <= 2_000 * 961 / 24_000);
}

#[test]
fn more_than_any_register_holds_only_saturates() {
    assert!(of::<8>((0..3_000_000).map(|i| hash(7, i))).count() > 300_000);
    assert!(of::<8>([0, 1, u64::MAX]).count() == 2, "the last bits are not looked at");
}

proptest! {
    #[test]
    fn the_set_alone_decides(mut hashes in prop::collection::vec(any::<u64>(), 0..60), again in prop::collection::vec(0usize..60, 0..30)) {
        let once = of::<8>(hashes.clone());
        hashes.reverse();
        let repeats: Vec<u64> = again.iter().filter_map(|at| hashes.get(*at).copied()).collect();
        hashes.extend(repeats);
        prop_assert_eq!(of::<8>(hashes), once);
    }

    #[test]
    fn merging_is_the_union(sets in prop::array::uniform3(prop::collection::vec(any::<u64>(), 0..40))) {
        let all = of::<16>(sets.concat());
        let [a, b, c] = sets.map(of::<16>);
        let merged = |x: &Distinct<16>, y: &Distinct<16>| { let mut x = *x; x.merge(y); x };
        prop_assert_eq!(merged(&merged(&a, &b), &c), all);
        prop_assert_eq!(merged(&a, &merged(&c, &b)), all);
        prop_assert_eq!(merged(&all, &a), all);
    }

    #[test]
    fn any_state_is_bearable(cells: [u16; 8], other: [u16; 8], hash: u64) {
        let mut distinct = Distinct(cells);
        distinct.add(hash);
        distinct.merge(&Distinct(other));
        distinct.count();
    }
}
