//! Logarithms without floating point, the same on every host.

/// Log2 of a number in 1/256 octaves; of 0 and 1 it is 0.
///
/// Guarantee: `|log2 / 256 - exact| <= 1 / 90` of an octave: 0.8 % of the number. It never falls as the number grows.
pub fn log2(x: u64) -> u32 {
    let octave = 63u32.wrapping_sub((x | 1).leading_zeros());
    // What follows the leading bit, in 1/65536.
    let fraction = x.wrapping_shl(63u32.wrapping_sub(octave)) >> 47 & 0xffff;
    // log2(1 + f) is near f * (1.344 - 0.344 * f): within 0.0081 on [0, 1], and exact at both ends.
    let slope = (344u64 << 16).wrapping_sub(fraction.wrapping_mul(88));
    let bent = (fraction.wrapping_mul(slope).wrapping_add(1 << 31) >> 32) as u32;
    octave.wrapping_shl(8).wrapping_add(bent)
}

#[cfg(test)]
mod tests {
    use super::log2;

    #[test]
    fn it_is_near_the_exact_one_and_never_falls() {
        let mut last = 0;
        for x in (1..100_000u64)
            .chain((1..63).flat_map(|bit| [(1 << bit) - 1, 1 << bit, (1 << bit) + 1]).filter(|x| *x > 100_000))
        {
            let exact = (x as f64).log2();
            let found = log2(x);
            assert!((f64::from(found) / 256.0 - exact).abs() <= 1.0 / 90.0, "{x}: {found} is not {exact}");
            assert!(found >= last, "{x}");
            last = found;
        }
        assert_eq!((log2(0), log2(1), log2(2), log2(u64::MAX)), (0, 0, 256, 64 * 256));
    }
}
