//! A summary as a table for people and as JSON for programs.

use std::fmt::{self, Display, Write};

use filter_core::signals::SIGNALS;
use serde_json::{Value, json};

use super::Summary;

/// Rows shown of lists that may be long.
const ROWS: usize = 20;

impl Summary {
    /// One JSON object; member names are stable.
    pub fn to_json(&self, bundle: &str) -> Value {
        let rules = self.rules.iter().map(|((id, mode), count)| json!({"rule": id, "mode": mode, "requests": count}));
        let top = |list: Vec<(String, u64)>, name: &str| {
            list.into_iter().map(|(key, count)| json!({name: key, "requests": count})).collect::<Vec<_>>()
        };
        let signals = self.fired().into_iter().map(|(id, count)| (id.to_owned(), count)).collect();
        let bots =
            self.bots.surely_top(ROWS).into_iter().map(|(address, count)| (address.to_string(), count)).collect();
        json!({
            "bundle": bundle,
            "requests": self.requests,
            "answers": self.answers,
            "strays": self.strays,
            "classes": self.classes,
            "actions": self.actions,
            "rules": rules.collect::<Vec<_>>(),
            "scores": self.scores,
            "signals": top(signals, "signal"),
            "names": top(self.names.surely_top(ROWS), "name"),
            "bots": top(bots, "address"),
            "count_error": self.names.error().max(self.bots.error()),
            "problems": {
                "malformed": self.problems.malformed,
                "unreadable": self.problems.unreadable,
                "first": self.problems.first,
                "first_unreadable": self.problems.first_unreadable,
            },
            "cases": {
                "same": self.cases.same,
                "changed": self.cases.changed,
                "broken": self.cases.broken,
                "first": self.cases.first,
            },
        })
    }

    fn rows<K: Display>(
        &self,
        f: &mut fmt::Formatter<'_>,
        title: &str,
        rows: impl Iterator<Item = (K, u64)>,
    ) -> fmt::Result {
        let mut text = String::new();
        for (key, count) in rows.filter(|(_, count)| *count > 0) {
            writeln!(text, "  {:<40} {:>11} {:>7}", key.to_string(), grouped(count), share(count, self.requests))?;
        }
        if text.is_empty() { Ok(()) } else { write!(f, "\n{title}\n{text}") }
    }
}

impl Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", many(self.requests, "request"))?;
        if self.answers > 0 {
            write!(f, ", {}", many(self.answers, "answer"))?;
        }
        if self.strays > 0 {
            write!(f, ", {} passed over", many(self.strays, "answer"))?;
        }
        writeln!(f)?;
        self.rows(f, "class", self.classes.iter().map(|(class, count)| (*class, *count)))?;
        self.rows(f, "score", (0u8..10).map(band).zip(self.scores))?;
        self.rows(f, "action", self.actions.iter().map(|(action, count)| (*action, *count)))?;
        let rules = self.rules.iter().map(|((id, mode), count)| (format!("{id} ({mode})"), *count));
        self.rows(f, "rule", rules)?;
        let all = self.fired();
        self.rows(f, &format!("signal ({} of {} fired)", all.len(), SIGNALS.len()), all.into_iter().take(ROWS))?;
        self.rows(f, "declared automation", self.names.surely_top(ROWS).into_iter())?;
        self.rows(f, "addresses of class bot", self.bots.surely_top(ROWS).into_iter())?;
        let error = self.names.error().max(self.bots.error());
        if error > 0 {
            writeln!(
                f,
                "\nthe last two lists count too low by up to {}, and leave out what is not surely among the most frequent",
                grouped(error)
            )?;
        }
        self.cases.fmt(f)
    }
}

impl Display for super::summary::Cases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.same == 0 && self.changed == 0 && self.broken == 0 {
            return Ok(());
        }
        writeln!(
            f,
            "\ncases: {} as recorded, {} changed by the bundle, {} broken",
            self.same, self.changed, self.broken
        )?;
        self.first.iter().try_for_each(|place| writeln!(f, "  {place}"))
    }
}

fn band(ten: u8) -> String {
    let from = ten.saturating_mul(10);
    let to = if ten == 9 { 100 } else { from.saturating_add(9) };
    format!("{from} to {to}")
}

fn share(count: u64, all: u64) -> String {
    // For people, at a desk: floats are fine here.
    format!("{:.1} %", count as f64 * 100.0 / all.max(1) as f64)
}

/// `1 line`, `1,234 lines`.
pub fn many(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// `1,234,567`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index).checked_rem(3) == Some(0) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 1, 1_000].map(|number| many(number, "line")), ["0 lines", "1 line", "1,000 lines"]);
        assert_eq!((share(1, 3), share(0, 0)), ("33.3 %".into(), "0.0 %".into()));
        assert_eq!((band(0), band(9)), ("0 to 9".into(), "90 to 100".into()));
    }
}
