//! The text for a person.

use std::fmt::{self, Display, Formatter};

use anstyle::{AnsiColor, Style};
use filter_core::signals::{Pillar, SIGNALS};
use serde_json::Value;

use super::Explanation;
use crate::terminal::shown;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (name, text) in &self.about {
            writeln!(f, "{DIM}{name:<13}{DIM:#} {}", shown(text))?;
        }
        if !self.about.is_empty() {
            writeln!(f)?;
        }
        self.verdict(f)?;
        self.reasons(f)?;
        if !self.unseen.is_empty() {
            writeln!(f, "\n{DIM}not seen by this host: {}{DIM:#}", self.unseen.join(", "))?;
        }
        if let Some(remembered) = self.remembered {
            let told = match remembered {
                true => "what the lines before it left in memory counts",
                false => {
                    "judged on its own, as if nothing had come before; for lines of a file --remember judges those before it first"
                }
            };
            writeln!(f, "\n{DIM}{told}{DIM:#}")?;
        }
        if let Some(comparison) = &self.comparison {
            writeln!(f, "\n{BOLD}case{BOLD:#} {comparison}")?;
        }
        Ok(())
    }
}

impl Explanation {
    fn verdict(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let class = word(&self.event, "class").unwrap_or("unknown");
        let colour = colour(class);
        let score = number(&self.event, "score");
        writeln!(f, "{:<13} {colour}{class}{colour:#}, score {score} of 100", "class")?;
        if let Some(pillars) = self.event.get("pillars") {
            let each: Vec<_> =
                Pillar::ALL.iter().map(|p| format!("{} {}", p.as_str(), number(pillars, p.as_str()))).collect();
            writeln!(f, "{:<13} {}", "by pillar", each.join(", "))?;
        }
        let action = word(&self.event, "action").unwrap_or("unknown");
        write!(f, "{:<13} {BOLD}{action}{BOLD:#}", "action")?;
        match (word(&self.event, "rule"), word(&self.event, "mode")) {
            (Some(rule), Some("shadow")) => writeln!(f, ", rule `{}` in shadow: it would have acted", shown(rule))?,
            (Some(rule), _) => writeln!(f, ", by rule `{}`", shown(rule))?,
            (None, _) => writeln!(f, ", as no rule matched")?,
        }
        let shadow = self.event.get("shadow").and_then(Value::as_array);
        let shadow: Vec<_> = shadow.into_iter().flatten().filter_map(Value::as_str).collect();
        if !shadow.is_empty() {
            writeln!(f, "{:<13} {} would have acted", "in shadow", shown(&shadow.join(", ")))?;
        }
        for name in ["endpoint", "receipt"] {
            if let Some(text) = word(&self.event, name) {
                writeln!(f, "{name:<13} {}", shown(text))?;
            }
        }
        Ok(())
    }

    fn reasons(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let none = Vec::new();
        let reasons = self.event.get("reasons").and_then(Value::as_array).unwrap_or(&none);
        if reasons.is_empty() {
            return writeln!(f, "\nnothing speaks for a bot");
        }
        writeln!(f, "\n{BOLD}reasons{BOLD:#}, in nats: +0.69 doubles the odds of a bot")?;
        if let Some(prior) = self.prior {
            writeln!(f, "  {:>7}  {DIM}before anything is seen{DIM:#}", nats(i64::from(prior)))?;
        }
        for reason in reasons {
            let id = word(reason, "signal").unwrap_or("unknown");
            let weight = reason.get("weight").and_then(Value::as_i64).unwrap_or(0);
            let detail = word(reason, "detail").unwrap_or_default();
            writeln!(f, "  {:>7}  {BOLD}{id}{BOLD:#} ({})", nats(weight), word(reason, "pillar").unwrap_or_default())?;
            writeln!(f, "           {}", shown(detail))?;
            let summary = SIGNALS.iter().find(|signal| signal.id == id).map(|signal| signal.summary);
            if let Some(summary) = summary.filter(|summary| *summary != detail) {
                writeln!(f, "           {DIM}{summary}{DIM:#}")?;
            }
        }
        Ok(())
    }
}

fn colour(class: &str) -> Style {
    let colour = match class {
        "bot" => AnsiColor::Red,
        "human" | "good_bot" => AnsiColor::Green,
        "tool" => AnsiColor::Yellow,
        _ => AnsiColor::Cyan,
    };
    BOLD.fg_color(Some(colour.into()))
}

fn word<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

fn number(object: &Value, name: &str) -> u64 {
    object.get(name).and_then(Value::as_u64).unwrap_or(0)
}

/// Milli-nats as nats with a sign and two digits.
pub(crate) fn nats(weight: i64) -> String {
    let sign = if weight < 0 { '-' } else { '+' };
    let amount = weight.unsigned_abs();
    format!("{sign}{}.{:02}", amount / 1000, amount % 1000 / 10)
}
