//! Times as logs write them, to milliseconds since the epoch.

/// Reads `17/May/2015:10:05:03 +0000`.
pub(super) fn of_combined(text: &str) -> Option<u64> {
    let (date, rest) = text.split_once(':')?;
    let (time, zone) = rest.split_once(' ')?;
    let mut date = date.split('/');
    let day = number(date.next()?)?;
    let name = date.next()?;
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = i64::try_from(months.iter().position(|month| *month == name)?).ok()?.checked_add(1)?;
    let year = number(date.next()?)?;
    milliseconds(days(year, month, day)?, seconds(time)?, 0, offset(zone)?)
}

/// Reads `2026-11-21T20:17:00.310Z` and offsets in place of `Z` (RFC 3339).
pub(crate) fn of_rfc3339(text: &str) -> Option<u64> {
    let (date, rest) = text.split_once(['T', 't', ' '])?;
    let mut date = date.split('-');
    let (year, month, day) = (number(date.next()?)?, number(date.next()?)?, number(date.next()?)?);
    let end = rest.find(['Z', 'z', '+', '-'])?;
    let (time, zone) = rest.split_at_checked(end)?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let digits = format!("{fraction:0<3}");
    let fraction = number(digits.get(..3)?)?;
    let zone = if zone.eq_ignore_ascii_case("z") { 0 } else { offset(&zone.replace(':', ""))? };
    milliseconds(days(year, month, day)?, seconds(time)?, fraction, zone)
}

/// Writes `2026-11-21T20:17:00.310Z`.
pub(crate) fn show(t: u64) -> String {
    date_of(t).unwrap_or_else(|| format!("{t} ms"))
}

/// The inverse of [`days`], by the same reckoning from March.
fn date_of(t: u64) -> Option<String> {
    let days = i64::try_from(t / 86_400_000).ok()?.checked_add(719_468)?;
    let era = days / 146_097;
    let day_of_era = days.checked_sub(era.checked_mul(146_097)?)?;
    let leaps = (day_of_era / 1_460).checked_sub(day_of_era / 36_524)?.checked_add(day_of_era / 146_096)?;
    let year_of_era = day_of_era.checked_sub(leaps)? / 365;
    let before = year_of_era.checked_mul(365)?.checked_add(year_of_era / 4)?.checked_sub(year_of_era / 100)?;
    let day_of_year = day_of_era.checked_sub(before)?;
    let from_march = day_of_year.checked_mul(5)?.checked_add(2)? / 153;
    let day = day_of_year.checked_sub(from_march.checked_mul(153)?.checked_add(2)? / 5)?.checked_add(1)?;
    let month = if from_march < 10 { from_march.checked_add(3)? } else { from_march.checked_sub(9)? };
    let year = era.checked_mul(400)?.checked_add(year_of_era)?.checked_add(i64::from(month <= 2))?;
    let (seconds, fraction) = ((t / 1000) % 86_400, t % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Some(format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{fraction:03}Z"))
}

fn number(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
    text.parse().ok()
}

/// Days from 1970-01-01 in the Gregorian calendar: years from March, so that a leap day is the last.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year.checked_sub(1)? } else { year };
    let from_march = month.checked_add(9)?.checked_rem(12)?;
    let in_year = from_march.checked_mul(153)?.checked_add(2)?.checked_div(5)?.checked_add(day)?.checked_sub(1)?;
    let leap_days = (year / 4).checked_sub(year / 100)?.checked_add(year / 400)?;
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    year.checked_mul(365)?.checked_add(leap_days)?.checked_add(in_year)?.checked_sub(719_468)
}

fn seconds(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hours, minutes, seconds) = (number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?);
    let is_time = hours < 24 && minutes < 60 && seconds <= 60 && parts.next().is_none();
    is_time.then_some(())?;
    hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)
}

/// Seconds of `+0330`.
fn offset(text: &str) -> Option<i64> {
    let (sign, digits) = text.split_at_checked(1)?;
    let (hours, minutes) = digits.split_at_checked(2)?;
    let seconds = number(hours)?.checked_mul(3600)?.checked_add(number(minutes)?.checked_mul(60)?)?;
    match sign {
        "+" => Some(seconds),
        "-" => seconds.checked_neg(),
        _ => None,
    }
}

fn milliseconds(days: i64, seconds: i64, fraction: i64, offset: i64) -> Option<u64> {
    let whole = days.checked_mul(86_400)?.checked_add(seconds)?.checked_sub(offset)?;
    u64::try_from(whole.checked_mul(1000)?.checked_add(fraction)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times() {
        assert_eq!(of_combined("17/May/2015:10:05:03 +0000"), Some(1_431_857_103_000));
        assert_eq!(of_combined("22/Jan/2019:03:56:14 +0330"), Some(1_548_116_774_000));
        assert_eq!(of_combined("29/Feb/2000:23:59:59 -0100"), Some(951_872_399_000));
        assert_eq!(of_rfc3339("2026-11-21T20:17:00.310Z"), Some(1_795_292_220_310));
        assert_eq!(of_rfc3339("2026-11-21T21:17:00.31+01:00"), Some(1_795_292_220_310));
        assert_eq!(of_rfc3339("1970-01-01T00:00:00Z"), Some(0));
        for wrong in
            ["", "17/May/2015", "32/May/2015:10:05:03 +0000", "17/Mai/2015:10:05:03 +0000", "2026-13-01T00:00:00Z"]
        {
            assert_eq!((of_combined(wrong), of_rfc3339(wrong)), (None, None), "{wrong}");
        }
    }
}
