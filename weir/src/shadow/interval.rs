//! Between which shares the true one lies.

/// Wilson's interval (1927) of 95 % for `part` of `all`; everything where there is nothing. The same that the guardrails go by, which
/// find out in integers on which side of a bound it lies.
#[allow(clippy::float_arithmetic, reason = "shown to people")]
pub fn interval(part: u64, all: u64) -> (f64, f64) {
    if all == 0 {
        return (0.0, 1.0);
    }
    let (n, p, z) = (all as f64, part as f64 / all as f64, 1.96f64);
    let (middle, spread) = (p + z * z / (2.0 * n), z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt());
    let scale = 1.0 + z * z / n;
    (((middle - spread) / scale).max(0.0), ((middle + spread) / scale).min(1.0))
}
