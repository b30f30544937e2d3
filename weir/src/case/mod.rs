//! Cases: a verdict with the redacted request it was given on, so that it can be looked at again later and elsewhere.
//!
//! Values of cookies, credentials and tokens are replaced by as many `x`, the body is left out. The address stays: what was
//! said about it cannot be computed again without it. Keep cases as you keep access logs.

mod redact;

pub use redact::redact;

use filter_core::engine::{Engine, Verdict};
use serde_json::Value;

use crate::trace::{Case, Request};

/// Form of cases written here.
const FORMAT: u32 = 1;

/// Members of an event that a case must give again. `fingerprint` is not among them: an identity is made from what is redacted.
const COMPARED: [&str; 9] = ["score", "pillars", "class", "action", "rule", "mode", "reasons", "endpoint", "shadow"];

/// Sets a verdict down. `host` names the projection that `request` went through.
pub fn make(engine: &Engine, request: &Request, verdict: &Verdict<'_>, host: Option<&str>) -> Request {
    let mut told = request.clone();
    let redacted = redact(&mut told);
    let event = event(verdict, &request.id);
    let lent = told.facts();
    let facts = lent.facts();
    let again = self::event(&engine.judge(&facts, request.t), &request.id);
    let exact = difference(&event, &again).is_none();
    let bundle = engine.bundle().id().to_owned();
    let case = Case { format: FORMAT, bundle, host: host.map(str::to_owned), redacted, exact, verdict: event };
    told.case = Some(Box::new(case));
    told
}

/// How a case compares with a verdict of today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The same.
    Same,
    /// Different, and the bundle is another one.
    Changed(String),
    /// Different under the same bundle, or redaction had made the case inexact.
    Broken(String),
}

/// Compares; the text says which member differs and how.
pub fn compare(case: &Case, engine: &Engine, verdict: &Verdict<'_>) -> Comparison {
    if case.format != FORMAT {
        return Comparison::Broken(format!("case of form {}; this program knows form {FORMAT}", case.format));
    }
    match difference(&case.verdict, &event(verdict, "")) {
        None => Comparison::Same,
        Some(text) if !case.exact => Comparison::Broken(format!("{text}; redaction had made the case inexact")),
        Some(text) if case.bundle == engine.bundle().id() => Comparison::Broken(text),
        Some(text) => Comparison::Changed(text),
    }
}

/// The event as a value.
pub fn event(verdict: &Verdict<'_>, id: &str) -> Value {
    serde_json::from_str(&verdict.event(id)).unwrap_or_default()
}

fn difference(recorded: &Value, now: &Value) -> Option<String> {
    COMPARED.into_iter().find_map(|member| {
        let (recorded, now) = (recorded.get(member), now.get(member));
        let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
        (recorded != now).then(|| format!("`{member}` was {}, is {}", shown(recorded), shown(now)))
    })
}
