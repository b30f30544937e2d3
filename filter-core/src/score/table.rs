//! From milli-nats to 0..=100, by a fixed table: the logistic function without floating point.

/// Least sum in milli-nats for each score 1..=100: `1000 * ln(p / (1 - p))` at `p = (score - 0.5) / 100`, rounded.
const LEAST: [i32; 100] = [
    -5_293, -4_185, -3_664, -3_317, -3_055, -2_844, -2_666, -2_512, -2_376, -2_254, -2_143, -2_041, -1_946, -1_857,
    -1_774, -1_696, -1_621, -1_551, -1_483, -1_418, -1_355, -1_295, -1_237, -1_180, -1_125, -1_072, -1_020, -969, -920,
    -871, -824, -777, -731, -686, -641, -597, -554, -511, -468, -426, -385, -343, -302, -261, -221, -180, -140, -100,
    -60, -20, 20, 60, 100, 140, 180, 221, 261, 302, 343, 385, 426, 468, 511, 554, 597, 641, 686, 731, 777, 824, 871,
    920, 969, 1_020, 1_072, 1_125, 1_180, 1_237, 1_295, 1_355, 1_418, 1_483, 1_551, 1_621, 1_696, 1_774, 1_857, 1_946,
    2_041, 2_143, 2_254, 2_376, 2_512, 2_666, 2_844, 3_055, 3_317, 3_664, 4_185, 5_293,
];

/// The score of a sum: the chance, in percent, that the request is a bot's.
pub(crate) fn score(milli_nats: i32) -> u8 {
    u8::try_from(LEAST.partition_point(|least| *least <= milli_nats)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn it_is_the_rounded_logistic_function() {
        for sum in (-20_000..20_000).step_by(7) {
            let exact = 100.0 / (1.0 + (-f64::from(sum) / 1000.0).exp());
            assert!((f64::from(score(sum)) - exact).abs() <= 0.53, "{sum}: {} is not {exact}", score(sum));
        }
        assert_eq!((score(i32::MIN), score(0), score(i32::MAX)), (0, 50, 100));
    }
}
