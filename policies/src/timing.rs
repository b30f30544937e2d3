//! When a rule is asked, and for which part of all clients: `canary`, `expires`, `schedule`.
//!
//! They become tests before the rule's own condition, so a host needs no more than the tree.

use filter_core::policy::Problem;
use filter_core::policy::wire::{Condition, PillarTest, Range};
use jiff::civil::{Date, Time};
use jiff::{Timestamp, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::code::Code;

/// A part of the week in which a rule is asked, in UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Days on which it begins; none given: every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// When it begins, as `22:00`; midnight where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// When it ends, as `06:00`: on the next day where that is not after `from`. Midnight where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the days' names")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// A rule's members about time and share.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timing<'r> {
    pub(crate) id: &'r str,
    pub(crate) canary: Option<u32>,
    pub(crate) expires: Option<&'r str>,
    pub(crate) schedule: &'r [Window],
}

const DAY: u32 = 24 * 60;
const WEEK: u32 = 7 * DAY;

impl Timing<'_> {
    /// The tests to put before the rule's condition, cheapest first; what is wrong goes to `found`.
    pub(crate) fn tests(&self, rule: &str, found: &mut Vec<(Code, Problem)>) -> Vec<Condition> {
        let mut tests = Vec::new();
        if let Some(text) = self.expires {
            match end_of(text) {
                Some(below) => tests.push(Condition::Time(Range { at_least: None, below: Some(below) })),
                None => {
                    let remedy =
                        "write a day or a time in UTC, as `2027-01-31` (that day included) or `2027-01-31T18:00:00Z`";
                    let problem = Problem::new(format!("{rule}/expires"), format!("`{text}` is no time"), remedy);
                    found.push((Code::TIME, problem));
                }
            }
        }
        if !self.schedule.is_empty() {
            let mut week = Vec::new();
            for (index, window) in self.schedule.iter().enumerate() {
                window.minutes(&format!("{rule}/schedule/{index}"), &mut week, found);
            }
            let ranges = joined(week).into_iter().map(Condition::Week);
            match <[Condition; 1]>::try_from(ranges.collect::<Vec<_>>()) {
                Ok([range]) => tests.push(range),
                Err(ranges) if !ranges.is_empty() => tests.push(Condition::Any(ranges)),
                Err(_) => {}
            }
        }
        if let Some(percent) = self.canary {
            if (1..=99).contains(&percent) {
                let below = Some(percent.saturating_mul(100));
                tests.push(Condition::Share(PillarTest { name: self.id.to_owned(), at_least: None, below }));
            } else {
                let remedy = "give a whole number of per cent from 1 to 99; leave it out for all clients";
                let problem = Problem::new(format!("{rule}/canary"), format!("`{percent}` is no share"), remedy);
                found.push((Code::CANARY, problem));
            }
        }
        tests
    }
}

impl Window {
    /// Adds its minutes of the week.
    fn minutes(&self, place: &str, week: &mut Vec<(u32, u32)>, found: &mut Vec<(Code, Problem)>) {
        let mut minute = |name: &str, text: &Option<String>| match text.as_deref().map(minute_of) {
            None => Some(None),
            Some(Some(minute)) => Some(Some(minute)),
            Some(None) => {
                let message = format!("`{}` is no time of day", text.as_deref().unwrap_or_default());
                let problem =
                    Problem::new(format!("{place}/{name}"), message, "write hours and minutes in UTC, as `22:00`");
                found.push((Code::TIME, problem));
                None
            }
        };
        let (Some(from), Some(until)) = (minute("from", &self.from), minute("until", &self.until)) else { return };
        let (from, until) = (from.unwrap_or(0), until.unwrap_or(DAY));
        if from == until {
            let message = "it begins when it ends";
            found.push((Code::TIME, Problem::new(place, message, "leave both out for the whole day")));
            return;
        }
        let length =
            if until > from { until.saturating_sub(from) } else { until.saturating_add(DAY).saturating_sub(from) };
        let every = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
        for day in if self.days.is_empty() { &every[..] } else { &self.days } {
            let start = (*day as u32).saturating_mul(DAY).saturating_add(from);
            let end = start.saturating_add(length);
            week.push((start, end.min(WEEK)));
            if end > WEEK {
                week.push((0, end.saturating_sub(WEEK)));
            }
        }
    }
}

/// Ranges without overlap, in order.
fn joined(mut week: Vec<(u32, u32)>) -> Vec<Range> {
    week.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::new();
    for (start, end) in week {
        match joined.last_mut() {
            Some((_, last)) if start <= *last => *last = end.max(*last),
            _ => joined.push((start, end)),
        }
    }
    joined.into_iter().map(|(start, end)| Range { at_least: Some(start), below: Some(end) }).collect()
}

/// The first second past it.
fn end_of(text: &str) -> Option<u32> {
    let end = match text.parse::<Date>() {
        Ok(day) if text.len() == 10 => day.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp(),
        _ => text.parse::<Timestamp>().ok()?,
    };
    u32::try_from(end.as_second()).ok()
}

fn minute_of(text: &str) -> Option<u32> {
    if text == "24:00" {
        return Some(DAY);
    }
    let time: Time = Some(text).filter(|text| text.len() == 5)?.parse().ok()?;
    let number = |part: i8| u32::try_from(part).ok();
    Some(number(time.hour())?.saturating_mul(60).saturating_add(number(time.minute())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(windows: &str) -> Result<Vec<(u32, u32)>, String> {
        let windows: Vec<Window> = serde_json::from_str(windows).unwrap();
        let mut found = Vec::new();
        let timing = Timing { schedule: &windows, ..Timing::default() };
        let tests = timing.tests("/rules/0", &mut found);
        if let Some((_, problem)) = found.first() {
            return Err(problem.to_string());
        }
        let ranges = match tests.into_iter().next().unwrap() {
            Condition::Any(ranges) => ranges,
            one => vec![one],
        };
        let bounds = ranges.into_iter().map(|range| match range {
            Condition::Week(range) => (range.at_least.unwrap(), range.below.unwrap()),
            other => panic!("{other:?}"),
        });
        Ok(bounds.collect())
    }

    #[test]
    fn windows_are_minutes_of_the_week() {
        let day = 1440;
        assert_eq!(week(r#"[{"days":["tue"]}]"#), Ok(vec![(day, 2 * day)]));
        assert_eq!(week(r#"[{}]"#), Ok(vec![(0, 7 * day)]), "days that touch are one range");
        assert_eq!(week(r#"[{"days":["mon"],"from":"22:00","until":"06:00"}]"#), Ok(vec![(1320, 1800)]));
        assert_eq!(
            week(r#"[{"days":["sun"],"from":"22:00","until":"06:00"}]"#),
            Ok(vec![(0, 360), (6 * day + 1320, 7 * day)])
        );
        assert_eq!(
            week(r#"[{"days":["mon"],"from":"10:00","until":"24:00"},{"days":["tue"],"until":"01:00"}]"#),
            Ok(vec![(600, 1500)])
        );
        for (bad, said) in [
            (r#"[{"from":"25:00"}]"#, "/rules/0/schedule/0/from: `25:00` is no time of day"),
            (r#"[{"until":"6am"}]"#, "/rules/0/schedule/0/until: `6am` is no time of day"),
            (r#"[{"from":"06:00","until":"06:00"}]"#, "/rules/0/schedule/0: it begins when it ends"),
        ] {
            assert!(week(bad).unwrap_err().starts_with(said), "{bad}");
        }
    }

    #[test]
    fn a_day_ends_with_its_last_second() {
        assert_eq!(end_of("1970-01-01"), Some(86_400));
        assert_eq!(end_of("1970-01-01T00:00:05Z"), Some(5));
        assert_eq!(end_of("1970-01-01T02:00:05+02:00"), Some(5));
        for bad in ["", "tomorrow", "2026-13-01", "2026-02-30", "1969-12-30", "2300-01-01", "2026-11-22T10:00:00"] {
            assert_eq!(end_of(bad), None, "{bad}");
        }
    }
}
