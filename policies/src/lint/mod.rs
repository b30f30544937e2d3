//! What a host would take and nobody means: rules that never speak, and rules that lock out those who must come in.
//!
//! | code | what | where told |
//! |---|---|---|
//! | `W0500` `W0501` `W0502` | rules that no request reaches, by an earlier rule or by their own condition | [`reach`] |
//! | `W0503` `W0520` | catch-all blocks, and blocks by an address that many share | [`broad`] |
//! | `W0510` - `W0513` | health checks, own networks, verified crawlers and webhooks that would be blocked | [`lockout`] |
//! | `W0532` - `W0534` | limits that limit nobody, whose key callers choose, or that one can use up for all | [`limits`] |
//! | `W0530` `W0531` `W0535` `W0540` | old lists and feeds, unused ones, and what a request may cost | [`resources`] |
//! | `W0536` | evidence and counts that nothing in the bundle can give | [`silent`] |
//!
//! Lint reads the finished content, so it says the same of a source and of a bundle. What it says of rules is sound where
//! it speaks and may be silent where it should not: conditions are compared by their form.

pub mod broad;
mod implies;
pub mod limits;
pub mod lockout;
mod moments;
pub mod reach;
pub mod resources;
pub mod silent;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use filter_core::engine::Engine;
use filter_core::keys::Keys;
use filter_core::policy::wire::{self, Action, Condition, Content, Mode};
use filter_core::policy::{Bundle, Problems, Settings};
use filter_core::request::Prefix;

use crate::{Age, Code};

/// One thing that is seldom meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// Its kind.
    pub code: Code,
    /// Path of names and indices from the content's root.
    pub place: String,
    /// What is odd.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// What lint cannot know from the policy.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Now, in milliseconds since the epoch; 0: no list is old.
    pub now: u64,
    /// The operator's own networks.
    pub own: Vec<Prefix>,
    /// How old lists and feeds are, by name, where their files say when they are stale.
    pub ages: BTreeMap<String, Age>,
}

/// Lints a bundle: its two lines, whoever signed them.
///
/// # Errors
/// Where it is no bundle that a host would take.
pub fn lint(bundle: &str, context: &Context) -> Result<Vec<Lint>, Problems> {
    let checked = Bundle::parse(bundle.as_bytes())?;
    let line = bundle.lines().nth(1).unwrap_or_default();
    let content = filter_core::policy::check_content(line)?;
    let checked = of_everybody(&content)?.unwrap_or(checked);
    let keys = Some(Keys::derive(b"lint signs nothing"));
    let engine = Engine::new(checked, &Settings { allow_unsigned: true, keys, ..Settings::default() })?;
    let rules = rules(&content);
    let mut found = Vec::new();
    reach::lint(&rules, &mut found);
    broad::lint(&rules, &content, &mut found);
    lockout::lint(&engine, &rules, &content, context, &mut found);
    limits::lint(&rules, &content, &mut found);
    resources::lint(&rules, &content, context, &mut found);
    silent::lint(&rules, &content, &mut found);
    Ok(found)
}

/// The bundle with rules for a share of clients made rules for all: whom a share hits is chance. `None` where there are no such rules.
fn of_everybody(content: &Content) -> Result<Option<Bundle>, Problems> {
    let is_share = |test: &Condition| matches!(test, Condition::Share(_));
    let conditions = content.allow.iter().map(|rule| &rule.when).chain(content.rules.iter().map(|rule| &rule.when));
    if !conditions.into_iter().any(|when| any(when, &is_share)) {
        return Ok(None);
    }
    let mut whole = content.clone();
    whole.tests.clear();
    // An allow rule for a share lets not everybody pass.
    whole.allow.retain(|rule| !any(&rule.when, &is_share));
    whole.rules.iter_mut().for_each(|rule| moments::of_everybody(&mut rule.when));
    let text = wire::write(&whole, 1).unwrap_or_default();
    Bundle::parse(text.as_bytes()).map(Some)
}

/// A rule with its place; allow rules first, as they are asked.
pub(crate) struct Placed<'c> {
    place: String,
    id: &'c str,
    when: &'c Condition,
    then: &'c Action,
    is_enforced: bool,
    is_allow: bool,
}

impl Placed<'_> {
    fn blocks(&self) -> bool {
        self.is_enforced && keeps_away(self.then)
    }

    fn lint(&self, code: Code, part: &str, message: String, remedy: impl Into<String>) -> Lint {
        Lint { code, place: format!("{}{part}", self.place), message, remedy: remedy.into() }
    }
}

fn rules(content: &Content) -> Vec<Placed<'_>> {
    let allow = content.allow.iter().enumerate().map(|(index, rule)| Placed {
        place: format!("/allow/{index}"),
        id: &rule.id,
        when: &rule.when,
        then: &Action::Allow,
        is_enforced: rule.mode == Mode::Enforce,
        is_allow: true,
    });
    let rules = content.rules.iter().enumerate().map(|(index, rule)| Placed {
        place: format!("/rules/{index}"),
        id: &rule.id,
        when: &rule.when,
        then: &rule.then,
        is_enforced: rule.mode == Mode::Enforce,
        is_allow: false,
    });
    allow.chain(rules).collect()
}

/// Whether a request does not get what the origin would have said.
fn keeps_away(action: &Action) -> bool {
    match action {
        Action::Block(_) | Action::Redirect(_) | Action::Route(_) | Action::Tarpit(_) => true,
        Action::Allow | Action::Monitor | Action::Tag | Action::Limit(_) => false,
    }
}

/// Whether some test in a condition is such a one.
fn any(condition: &Condition, is: &dyn Fn(&Condition) -> bool) -> bool {
    is(condition)
        || match condition {
            Condition::All(parts) | Condition::Any(parts) => parts.iter().any(|part| any(part, is)),
            Condition::Not(inner) => any(inner, is),
            _ => false,
        }
}
