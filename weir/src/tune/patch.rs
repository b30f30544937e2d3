//! What to change in a policy so that a threshold holds.

use serde_json::{Value, json};

use super::{Curve, Solved};

/// Where a threshold is asked.
#[derive(Clone, Copy, Debug)]
pub enum Place<'p> {
    /// Everywhere: the bundle's `bot_threshold`, above this `human_threshold`.
    Everywhere(u8),
    /// At these endpoints or labels: a rule. Those that are labels are said apart.
    At(&'p [String], &'p [String]),
}

/// A part of a policy's source: a rule in shadow for endpoints, a setting for the whole.
pub fn patch(curve: &Curve, solved: &Solved, touch: f64, place: Place<'_>) -> Value {
    let note = format!(
        "tuned: {} of {} sessions with good outcomes scored {} or more here, within {}; {} of {} others",
        solved.touched,
        curve.good,
        solved.threshold,
        percent(touch),
        solved.acted_on,
        curve.others
    );
    match place {
        Place::Everywhere(human) if human < solved.threshold => {
            json!({"settings": {"bot_threshold": solved.threshold}})
        }
        Place::Everywhere(_) => {
            let below = solved.threshold.saturating_sub(1);
            json!({"settings": {"bot_threshold": solved.threshold, "human_threshold": below}})
        }
        Place::At(ids, labels) => {
            let test = |variable: &str, names: &[String]| match names {
                [] => None,
                [one] => Some(format!("{variable} == '{one}'")),
                more => Some(format!("{variable} in ['{}']", more.join("', '"))),
            };
            let tests: Vec<String> =
                [test("endpoint.label", labels), test("endpoint.id", ids)].into_iter().flatten().collect();
            let where_ = match tests.as_slice() {
                [one] => one.clone(),
                more => format!("({})", more.join(" || ")),
            };
            let names: Vec<&str> = labels.iter().chain(ids).map(String::as_str).collect();
            let mut id = format!("tuned-{}", names.join("-"));
            id.truncate(filter_core::limits::NAME);
            json!({"rules": [{
                "id": id,
                "when": format!("{where_} && score >= {}", solved.threshold),
                "then": {"block": {"status": 403}},
                "mode": "shadow",
                "note": note,
            }]})
        }
    }
}

/// A share as people write it: `0.1 %`.
pub(super) fn percent(share: f64) -> String {
    let text = format!("{:.4}", share * 100.0);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} %")
}
