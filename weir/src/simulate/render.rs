//! The table of what was found, for people and for pages.

use std::fmt::Write as _;

use super::{Found, Threat};

/// One threat, as it was found undisguised and disguised.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which.
    pub threat: &'static Threat,
    /// By a script.
    pub script: Found,
    /// By browsers.
    pub browser: Found,
}

const HEAD: &str = "| threat | what is done | by | requests | precision | recall | programs found | first found after | let through | with evidence of behaviour or logins | most frequent evidence |\n\
                    |---|---|---|---|---|---|---|---|---|---|---|\n";

/// A table in Markdown, and what is not seen.
pub fn table(rows: &[Row]) -> String {
    let mut text = HEAD.to_owned();
    for Row { threat, script, browser } in rows {
        line(&mut text, &format!("{} {} | {}", threat.id, threat.name, threat.about), "script", script);
        line(&mut text, " | ", "browsers", browser);
    }
    for (name, of) in
        [("scripts", (|row: &Row| row.script.clone()) as fn(&Row) -> Found), ("browsers", |row| row.browser.clone())]
    {
        let named = |wanted: &dyn Fn(&Found) -> bool| {
            let named: Vec<&str> = rows.iter().filter(|row| wanted(&of(row))).map(|row| row.threat.id).collect();
            if named.is_empty() { "none".to_owned() } else { named.join(", ") }
        };
        let _ = writeln!(
            text,
            "\nCarried out by {name}: not seen at all: {}. Seen, but less than half of it: {}.",
            named(&|found| found.caught == 0),
            named(&|found| found.caught > 0 && !found.is_seen())
        );
    }
    if let Some(Row { script, .. }) = rows.first() {
        let most = rows.iter().flat_map(|row| [row.script.wronged, row.browser.wronged]).max().unwrap_or(0);
        let told = rows.iter().flat_map(|row| [row.script.evidence[1], row.browser.evidence[1]]).max().unwrap_or(0);
        let _ = writeln!(
            text,
            "\nOf people's {} requests at most {most} in a scene were judged bots', and evidence of behaviour or logins fired on at most {told}.",
            script.people
        );
    }
    text
}

fn line(text: &mut String, what: &str, by: &str, found: &Found) {
    let precision = found.precision().map_or_else(|| "-".to_owned(), |percent| format!("{percent} %"));
    let first =
        found.after.map_or_else(|| "never".to_owned(), |after| format!("{} requests, {}", found.before, span(after)));
    let [all, caught] = found.clients;
    let evidence = (found.evidence[0] * 100).checked_div(found.requests).unwrap_or(0);
    let mut signals: Vec<(&str, u64)> = found.signals.iter().map(|(id, count)| (*id, *count)).collect();
    signals.sort_by_key(|(id, count)| (std::cmp::Reverse(*count), *id));
    let signals: Vec<String> = signals.iter().take(2).map(|(id, _)| format!("`{id}`")).collect();
    let _ = writeln!(
        text,
        "| {what} | {by} | {} | {precision} | {} % | {caught} of {all} | {first} | {} | {evidence} % | {} |",
        found.requests,
        found.recall(),
        found.let_through(),
        signals.join(", ")
    );
}

fn span(milliseconds: u64) -> String {
    match milliseconds / 1000 {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds / 60),
    }
}
