//! What a file is.

use std::ops::Range;

use super::locate;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Two lines that a host loads.
    Bundle,
    /// One host's own settings.
    Settings,
    /// What `weir build` makes a bundle of.
    Policy,
}

/// Members of a policy source that host settings lack.
const POLICY: [&str; 3] = ["rules", "otherwise", "serial"];

/// Members of host settings; one of them tells settings from a policy.
const SETTINGS: [&str; 7] = ["bundle", "poll", "trusted_keys", "allow_unsigned", "secret", "client_address", "node"];

impl Kind {
    /// Tells by the text; `None` where it is neither, or too broken to tell.
    pub fn detect(text: &str) -> Option<Kind> {
        let first = text.lines().next().unwrap_or_default();
        let has = |text: &str, name: &str| text.contains(&format!("\"{name}\""));
        if first.starts_with('{') && has(first, "format") && has(first, "id") && has(first, "serial") {
            return Some(Kind::Bundle);
        }
        let plain = policy_compiler::without_comments(text);
        let has = |name: &&str| plain.trim_start().starts_with('{') && locate(&plain, &format!("/{name}")).1;
        let policy = POLICY.iter().any(&has).then_some(Kind::Policy);
        policy.or_else(|| SETTINGS.iter().any(has).then_some(Kind::Settings))
    }

    /// The part of the text that a place is about; what is nearest to it, where it is not there.
    pub(super) fn span(self, text: &str, place: &str) -> Range<usize> {
        match self {
            Kind::Bundle => {}
            Kind::Settings => return locate(text, place).0,
            Kind::Policy => return locate(text, place).0,
        }
        let end = text.find('\n').unwrap_or(text.len());
        let (first, second) = text.split_at_checked(end).unwrap_or((text, ""));
        match (place.strip_prefix("/manifest"), place.strip_prefix("/content")) {
            (Some(rest), _) => locate(first, rest).0,
            (_, Some(rest)) => {
                let span = locate(second, rest).0;
                span.start.saturating_add(end)..span.end.saturating_add(end)
            }
            _ => locate(first, "").0,
        }
    }
}
