//! A report as a table for people and as JSON for programs.

use std::fmt::Write;

use filter_core::engine::shadow::{Report, Row, Said};
use filter_core::policy::SHARES;
use serde_json::{Value, json};

use super::interval;
use crate::replay::many;
use crate::time;

/// The member that is added for readers.
pub(super) const SHARE: &str = "harmed_share";

/// The report with the share of good clients that would have been touched, and its interval of 95 %.
pub fn to_json(report: &Report) -> Value {
    let mut object = json!(report);
    let (least, most) = interval(report.clients.harmed, report.clients.good);
    let share = (report.clients.good > 0).then(|| part(report.clients.harmed, report.clients.good));
    if let Some(members) = object.as_object_mut() {
        members.insert(SHARE.into(), json!({"share": share, "least": least, "most": most}));
    }
    object
}

/// The report for a person.
pub fn table(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut text, report);
    text
}

fn write(out: &mut String, report: &Report) -> std::fmt::Result {
    let short = |id: &str| id.chars().take(16).collect::<String>();
    writeln!(out, "candidate {} beside {}", short(&report.candidate), short(&report.active))?;
    if report.requests == 0 {
        return writeln!(out, "no request yet");
    }
    let clients = match report.share {
        SHARES.. => "all clients".to_owned(),
        share => format!("{} of the clients", percent(f64::from(share) / f64::from(SHARES))),
    };
    let (since, until) = (time::show(report.since), time::show(report.until));
    let about = if report.is_estimate { "about " } else { "" };
    writeln!(out, "{about}{} of {clients}, {since} to {until}", many(report.requests, "request"))?;
    let share = percent(part(report.disagreements, report.requests));
    write!(out, "{} ({share}): the candidate alone interferes in ", many(report.disagreements, "disagreement"))?;
    writeln!(out, "{}, the active bundle alone in {}", report.harder, report.softer)?;
    if !report.rows.is_empty() {
        writeln!(
            out,
            "\n{:>10} {:>10} {:>8} {:>9}  active -> candidate",
            "requests", "succeeded", "failed", "answered"
        )?;
    }
    report.rows.iter().try_for_each(|row| self::row(out, row))?;
    writeln!(out, "\n{} would have been touched", many(report.clients.touched, "client"))?;
    good(out, report)
}

fn row(out: &mut String, row: &Row) -> std::fmt::Result {
    let said = |said: &Said| format!("{} ({})", said.action, said.rule);
    let turnouts = &row.turnouts;
    write!(out, "{:>10} {:>10} {:>8} {:>9}  ", row.requests, turnouts.succeeded, turnouts.failed, turnouts.answered)?;
    write!(out, "{} -> {}", said(&row.active), said(&row.candidate))?;
    if let Some(endpoint) = &row.endpoint {
        write!(out, " at {endpoint}")?;
    }
    if row.uncertain > 0 {
        write!(out, ", and up to {} more", row.uncertain)?;
    }
    writeln!(out)?;
    for sample in &row.samples {
        let client = sample.client.as_deref().unwrap_or("unknown");
        writeln!(out, "{:>42}{}  {}  client {client}", "", time::show(sample.t), sample.id)?;
    }
    Ok(())
}

fn good(out: &mut String, report: &Report) -> std::fmt::Result {
    let (clients, goals) = (&report.clients, report.goals.join(", "));
    if clients.good == 0 {
        return writeln!(out, "no client reached a goal ({goals}): nothing says whom that would have hurt");
    }
    let (least, most) = interval(clients.harmed, clients.good);
    write!(out, "{} reached a goal ({goals}); of these it would have touched ", many(clients.good, "client"))?;
    write!(out, "{}: {}, ", clients.harmed, percent(part(clients.harmed, clients.good)))?;
    writeln!(out, "with 95 % certainty {} to {}", percent(least), percent(most))?;
    if clients.is_sample {
        writeln!(out, "there were more clients than are remembered: these are a fair sample")?;
    }
    Ok(())
}

fn part(some: u64, all: u64) -> f64 {
    // For people, at a desk: floats are fine here.
    some as f64 / all.max(1) as f64
}

fn percent(share: f64) -> String {
    format!("{:.*} %", if share < 0.01 { 3 } else { 1 }, share * 100.0)
}
