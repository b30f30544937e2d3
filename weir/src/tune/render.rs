//! The trade-off in a terminal: what each threshold touches, and what it acts on.

use std::fmt::Write;

use super::patch::percent;
use super::{Curve, Solved};

/// Characters of a bar.
const WIDTH: usize = 24;

/// Decades of the bar for good sessions: from 0.01 % to all.
const DECADES: f64 = 4.0;

/// A row for every fifth threshold, and for the solved one.
pub fn table(curve: &Curve, solved: Option<&Solved>, touch: f64) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{} sessions with good outcomes, {} others\n\n at least  good sessions touched, 0.01 % to 100 %    others acted on, 0 to 100 %",
        curve.good, curve.others
    );
    let chosen = solved.map(|solved| solved.threshold);
    for threshold in 1..=100u8 {
        if !threshold.is_multiple_of(5) && Some(threshold) != chosen && threshold != 1 {
            continue;
        }
        let one = curve.at(threshold);
        let mark = if Some(threshold) == chosen { '>' } else { ' ' };
        let log = if one.share > 0.0 { 1.0 + one.share.log10() / DECADES } else { 0.0 };
        // A touch too small for the scale still shows.
        let least = usize::from(one.touched > 0);
        let _ = writeln!(
            text,
            "{mark}{threshold:>8}  {:>9} {:<WIDTH$}          {:>9} {}",
            percent_short(one.share),
            bar(log, least),
            percent_short(one.acted_share),
            bar(one.acted_share, 0),
        );
    }
    match solved {
        Some(solved) => {
            let _ = writeln!(
                text,
                "\nact at {}: touches {} of {} good sessions, {} (at most {} with 95 % confidence), and acts on {} of {} others, {}",
                solved.threshold,
                solved.touched,
                curve.good,
                percent_short(solved.share).trim(),
                percent_short(solved.at_most).trim(),
                solved.acted_on,
                curve.others,
                percent_short(solved.acted_share).trim(),
            );
        }
        None => {
            let _ = writeln!(text, "\nno threshold touches {} or less of the good sessions", percent(touch));
            let _ = writeln!(text, "{}", why_none(curve));
        }
    }
    if solved.is_some_and(|solved| solved.at_most > touch) {
        let _ = writeln!(
            text,
            "not sure yet: {} at most takes more good sessions, {} at the least",
            percent(touch),
            Curve::needed(touch)
        );
    }
    text
}

/// Which of the good sessions stand in the way, and what may be done.
fn why_none(curve: &Curve) -> String {
    let told = curve.highest.iter().map(|((endpoint, is_login), count)| match is_login {
        true => format!("{count} by a login that passed at `{endpoint}`"),
        false => format!("{count} by what passed at `{endpoint}`"),
    });
    let told = told.collect::<Vec<_>>().join(", ");
    let (mut login, mut others) = (false, Vec::new());
    for ((endpoint, is_login), _) in &curve.highest {
        if *is_login {
            login = true;
        } else {
            others.push(format!("`{endpoint}`"));
        }
    }
    let mut remedies = vec!["take traffic of a quieter time".to_owned()];
    if login {
        remedies.push("leave logins out with --no-logins".to_owned());
    }
    if !others.is_empty() {
        remedies.push(format!("name with --good only what shows people, without {}", others.join(" and ")));
    }
    let none = remedies.join(", or ");
    format!(
        "{} of them score 100 and count as good: {told}; where attackers got what they came for, {none}",
        curve.at(100).touched
    )
}

fn bar(part: f64, least: usize) -> String {
    "#".repeat(((part.clamp(0.0, 1.0) * WIDTH as f64).round() as usize).max(least))
}

fn percent_short(share: f64) -> String {
    let percent = share * 100.0;
    if percent == 0.0 {
        "0 %".into()
    } else if percent < 1.0 {
        format!("{percent:.3} %")
    } else {
        format!("{percent:.1} %")
    }
}
