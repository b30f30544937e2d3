//! Times at the desk: milliseconds since the epoch, as people write and read them.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::source;

/// Now.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// `2026-11-21T20:17:00.310Z`
pub fn show(t: u64) -> String {
    source::show_time(t)
}

/// Reads `2027-01-31` (midnight, UTC), `2027-01-31T08:00:00Z`, or a time from now such as `90d`, `12h`, `30m`.
///
/// # Errors
/// Where it is none of these.
pub fn parse(text: &str) -> Result<u64, String> {
    let given = text.strip_suffix(['d', 'h', 'm']).and_then(|number| number.parse::<u64>().ok());
    let unit = match text.bytes().last() {
        Some(b'd') => 86_400_000,
        Some(b'h') => 3_600_000,
        _ => 60_000,
    };
    let from_now = given.and_then(|count| now().checked_add(count.checked_mul(unit)?));
    let at = from_now.or_else(|| source::rfc3339(text)).or_else(|| source::rfc3339(&format!("{text}T00:00:00Z")));
    at.ok_or_else(|| {
        "no time; write `2027-01-31`, `2027-01-31T08:00:00Z`, or from now on `90d`, `12h`, `30m`".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(parse("2027-01-31"), Ok(1_801_353_600_000));
        assert_eq!(parse("2027-01-31T08:00:00Z"), Ok(1_801_382_400_000));
        let (before, in_two_days) = (now(), parse("2d").unwrap());
        assert!((before + 172_800_000..before + 172_860_000).contains(&in_two_days));
        for wrong in ["", "d", "tomorrow", "2027-13-01", "18446744073709551615d", "-1d"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
