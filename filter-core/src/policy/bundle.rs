//! A bundle, checked: everything a verdict depends on besides the request.

mod compile;
mod load;
mod read;
#[cfg(test)]
mod tests;

pub use load::Loading;
pub(super) use read::Opened;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::condition::{Asked, Guards, List};
use super::problem::{Problem, Problems};
use super::wire::{self, EventClient};
use super::{Action, Decision, Endpoint, Limiter, RateLimit, Rule, TrustedKey};
use crate::fingerprint::credentials::Breached;
use crate::fingerprint::{IdentitySource, Names};
use crate::request::Request;
use crate::score::{Score, Weights};
use crate::signals::infrastructure::Networks;
use crate::signals::{Evidence, Seen};
use crate::state::Limits;

/// A bundle that may be used.
///
/// ```
/// use filter_core::policy::{Bundle, wire};
/// let content: wire::Content = serde_json::from_str(
///     r#"{"rules":[{"id":"bots","when":{"score":{"at_least":90}},"then":"monitor"}],"otherwise":"allow"}"#,
/// ).unwrap();
/// let bundle = Bundle::parse(wire::write(&content, 7).unwrap().as_bytes()).unwrap();
/// assert_eq!((bundle.serial(), bundle.rules().len()), (7, 1));
/// ```
#[derive(Debug)]
pub struct Bundle {
    id: String,
    serial: u64,
    signer: Option<String>,
    not_before: Option<u64>,
    expires: Option<u64>,
    weights: Weights,
    identity: Vec<IdentitySource>,
    event_client: EventClient,
    limits: Limits,
    names: Names,
    networks: Networks,
    endpoints: Vec<Endpoint>,
    disposable: List,
    breached: Breached,
    rate_limits: Vec<RateLimit>,
    allow: Vec<Rule>,
    rules: Vec<Rule>,
    guards: Option<Box<Guards>>,
    otherwise: Action,
    tests: wire::Tests,
}

impl Bundle {
    /// Reads and checks a bundle in either form, whoever signed it. Hosts use [`trusted`](Self::trusted).
    ///
    /// # Errors
    /// Everything that is wrong, at once. Where the first line is wrong in its format or does not fit the second, only that.
    pub fn parse(text: &[u8]) -> Result<Self, Problems> {
        Bundle::trusted(text, &[])
    }

    /// Reads and checks a bundle in either form; where `keys` are given, one of them must have signed, and what the first line names is
    /// not read before that is known.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and where no trusted key signed.
    pub fn trusted(text: &[u8], keys: &[TrustedKey]) -> Result<Self, Problems> {
        Loading::new(Opened::new(text, keys)?).whole()
    }

    /// Id of the trusted key whose signature was checked.
    pub fn signer(&self) -> Option<&str> {
        self.signer.as_deref()
    }

    /// SHA-256 of the content, 64 hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Grows with every bundle.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// Not to be activated before this time, in milliseconds since the epoch.
    pub fn not_before(&self) -> Option<u64> {
        self.not_before
    }

    /// Stale from this time on, in milliseconds since the epoch.
    pub fn expires(&self) -> Option<u64> {
        self.expires
    }

    /// Whether it is past its time. It keeps serving; hosts say so.
    pub fn is_stale(&self, now: u64) -> bool {
        self.expires.is_some_and(|expires| now >= expires)
    }

    /// Prior, weights, caps and thresholds.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Where a session's name is looked for.
    pub fn identity(&self) -> &[IdentitySource] {
        &self.identity
    }

    /// How events name the client.
    pub fn event_client(&self) -> EventClient {
        self.event_client
    }

    /// How much is remembered, on hosts that keep records in their own memory.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Automation that names itself.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Network lists.
    pub fn networks(&self) -> &Networks {
        &self.networks
    }

    /// Endpoints, the most specific first.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// Domains of throw-away mail: the list `disposable_mail`.
    pub fn disposable_mail(&self) -> &[Box<[u8]>] {
        &self.disposable
    }

    /// Passwords and pairs that are known from breaches.
    pub fn breached(&self) -> &Breached {
        &self.breached
    }

    /// Whether some endpoint has its requests' bodies read.
    pub fn inspects(&self) -> bool {
        self.endpoints.iter().filter_map(|endpoint| endpoint.login.as_ref()).any(|login| login.limit > 0)
    }

    /// Rate limits that rules name.
    pub fn rate_limits(&self) -> &[RateLimit] {
        &self.rate_limits
    }

    /// Whether it does what it says on a host that keeps no memory: limits would limit nobody there.
    ///
    /// # Errors
    /// The rules that would do nothing.
    pub fn check_without_memory(&self) -> Result<(), Problems> {
        let limiting = (0usize..).zip(&self.rules).filter(|(_, rule)| matches!(rule.then, Action::Limit(_)));
        Problems::check(
            limiting
                .map(|(index, rule)| {
                    let message =
                        alloc::format!("rule `{}` limits, and this host keeps no memory to count in", rule.id);
                    let remedy = "have the host remember, or take the rule out";
                    Problem::new(alloc::format!("/content/rules/{index}/then"), message, remedy)
                })
                .collect(),
        )
    }

    /// Rules that let pass, in order.
    pub fn allow(&self) -> &[Rule] {
        &self.allow
    }

    /// Rules that act, in order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What happens where no rule matches.
    pub fn otherwise(&self) -> &Action {
        &self.otherwise
    }

    /// What it must do with requests of its author's choice, by the test's name; see [`wire::Tests`].
    pub fn tests(&self) -> &wire::Tests {
        &self.tests
    }

    /// Takes the tests out: once they passed, nobody needs them.
    pub fn take_tests(&mut self) -> wire::Tests {
        core::mem::take(&mut self.tests)
    }

    /// Whether some rule tags, shadow ones included.
    pub fn tags(&self) -> bool {
        self.rules.iter().map(|rule| &rule.then).chain([&self.otherwise]).any(|action| *action == Action::Tag)
    }

    /// Names of the origins that rules send requests to, shadow ones included.
    pub fn routes(&self) -> impl Iterator<Item = &str> {
        let actions = self.rules.iter().map(|rule| &rule.then).chain([&self.otherwise]);
        actions.filter_map(|action| if let Action::Route(to) = action { Some(to.as_str()) } else { None })
    }

    /// A rule by its id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.allow.iter().chain(&self.rules).find(|rule| rule.id == id)
    }

    /// The place of the request's endpoint in [`endpoints`](Self::endpoints).
    pub(crate) fn endpoint_of(&self, request: &Request<'_>) -> Option<u16> {
        Endpoint::find(&self.endpoints, request)
    }

    /// Asks the rules.
    pub(crate) fn decide<'a>(
        &'a self,
        seen: Seen<'_>,
        evidence: Evidence,
        score: &Score,
        endpoint: Option<u16>,
        limiter: Option<Limiter<'a, '_>>,
    ) -> Decision<'a> {
        let asked = Asked { seen, evidence, score, endpoint, knows_path: true };
        Decision::of(&self.allow, &self.rules, self.guards.as_deref(), &self.otherwise, &asked, limiter)
    }
}

/// Checks content on its own, as an author writes it: places start at its root.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn check_content(text: &str) -> Result<wire::Content, Problems> {
    let content = read::content(text)?;
    compile::check(content.clone())?;
    Ok(content)
}

fn fail(place: &str, message: impl Into<String>, remedy: impl Into<String>) -> Problems {
    Problem::new(place, message, remedy).into()
}
