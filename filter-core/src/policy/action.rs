//! Actions, checked.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::json::one_of;
use super::problem::{Problem, Quoted};
use super::rule::check_name;
use super::{RateLimit, wire};
use crate::limits;

/// What is done with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It passes.
    Allow,
    /// It passes, and an event is written.
    Monitor,
    /// It passes with signed headers for the origin, and an event is written.
    Tag,
    /// It is answered here, and an event is written.
    Block(Block),
    /// It is sent elsewhere, and an event is written.
    Redirect(Redirect),
    /// It goes to the origin of this name, and an event is written.
    Route(String),
    /// It is held for a while, and an event is written.
    Tarpit(Tarpit),
    /// It came too soon and is answered here, and an event is written.
    Limit(Limited),
}

/// By which limit, and the answer to requests that come too soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limited {
    /// Place in [`Bundle::rate_limits`](super::Bundle::rate_limits).
    pub by: usize,
    /// The answer.
    pub block: Block,
}

/// The answer to a blocked request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// HTTP status, 400 to 599.
    pub status: u16,
    /// One sentence for the caller.
    pub message: String,
}

/// Where a request is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// HTTP status: 302, 303, 307 or 308.
    pub status: u16,
    /// A path of this site, or a whole URL; fit for a header.
    pub location: String,
}

/// How long a request is held, and what becomes of it. Whoever holds them bounds their number, and blocks those beyond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tarpit {
    /// 1 to [`limits::TARPIT_SECONDS`].
    pub seconds: u32,
    /// Requests that this rule's host holds at once, 1 to [`limits::TARPIT_HELD`].
    pub most: u32,
    /// It passes then; else it is blocked.
    pub passes: bool,
    /// The answer where it is blocked.
    pub block: Block,
}

impl Action {
    /// The form used in events and counters.
    pub fn as_str(&self) -> &'static str {
        match self {
            Action::Allow => "allow",
            Action::Monitor => "monitor",
            Action::Tag => "tag",
            Action::Block(_) => "block",
            Action::Redirect(_) => "redirect",
            Action::Route(_) => "route",
            Action::Tarpit(_) => "tarpit",
            Action::Limit(_) => "limit",
        }
    }

    /// Whether the client gets something else than what the origin would have said, or gets it late.
    pub fn interferes(&self) -> bool {
        !matches!(self, Action::Allow | Action::Monitor | Action::Tag)
    }

    pub(super) fn compile(
        action: wire::Action,
        rate_limits: &[RateLimit],
        place: &str,
        problems: &mut Vec<Problem>,
    ) -> Self {
        match action {
            wire::Action::Allow => Action::Allow,
            wire::Action::Monitor => Action::Monitor,
            wire::Action::Tag => Action::Tag,
            wire::Action::Block(block) => Action::Block(Block::compile(block, &format!("{place}/block"), problems)),
            wire::Action::Redirect(redirect) => {
                Action::Redirect(Redirect::compile(redirect, &format!("{place}/redirect"), problems))
            }
            wire::Action::Route(route) => {
                check_name(&route.to, &format!("{place}/route/to"), problems);
                Action::Route(route.to)
            }
            wire::Action::Tarpit(tarpit) => {
                Action::Tarpit(Tarpit::compile(tarpit, &format!("{place}/tarpit"), problems))
            }
            wire::Action::Limit(limit) => {
                Action::Limit(Limited::compile(limit, rate_limits, &format!("{place}/limit"), problems))
            }
        }
    }
}

impl Block {
    fn compile(block: wire::Block, place: &str, problems: &mut Vec<Problem>) -> Self {
        let status = block.status.unwrap_or(403);
        if !(400..=599).contains(&status) {
            let place = format!("{place}/status");
            problems.push(Problem::new(place, format!("`{status}` is no error"), "give a status from 400 to 599"));
        }
        let message = block.message.unwrap_or_else(|| "request blocked".to_string());
        if message.is_empty() || message.len() > limits::MESSAGE || message.chars().any(char::is_control) {
            let remedy = format!("give one line of 1 to {} bytes", limits::MESSAGE);
            problems.push(Problem::new(format!("{place}/message"), "it cannot be shown", remedy));
        }
        Block { status, message }
    }
}

impl Limited {
    fn compile(limit: wire::Limit, known: &[RateLimit], place: &str, problems: &mut Vec<Problem>) -> Self {
        let wire::Limit { by, status, message } = limit;
        let found = known.iter().position(|limit| limit.id == by);
        if found.is_none() {
            let message = format!("there is no limit `{}`", Quoted(&by));
            let names: Vec<&str> = known.iter().map(|limit| limit.id.as_str()).collect();
            let remedy = if names.is_empty() { "add it under `limits`".to_string() } else { one_of(&names) };
            problems.push(Problem::new(format!("{place}/by"), message, remedy));
        }
        let message = message.or_else(|| Some("too many requests".to_string()));
        let block = wire::Block { status: status.or(Some(429)), message };
        Limited { by: found.unwrap_or(0), block: Block::compile(block, place, problems) }
    }
}

impl Redirect {
    fn compile(redirect: wire::Redirect, place: &str, problems: &mut Vec<Problem>) -> Self {
        let wire::Redirect { location, status } = redirect;
        let status = status.unwrap_or(302);
        if !matches!(status, 302 | 303 | 307 | 308) {
            let place = format!("{place}/status");
            problems.push(Problem::new(place, format!("`{status}` sends nobody on"), "give 302, 303, 307 or 308"));
        }
        if !is_location(&location) {
            let message = format!("`{}` is no place to send anybody to", Quoted(&location));
            let remedy = format!(
                "give a path such as `/closed` or a URL such as `https://help.example/bots`, percent-encoded, at most {} bytes",
                limits::LOCATION
            );
            problems.push(Problem::new(format!("{place}/location"), message, remedy));
        }
        Redirect { status, location }
    }
}

impl Tarpit {
    fn compile(tarpit: wire::Tarpit, place: &str, problems: &mut Vec<Problem>) -> Self {
        let wire::Tarpit { seconds, most, after, block } = tarpit;
        let most = most.unwrap_or(limits::TARPIT_HELD / 4);
        for (name, value, greatest) in
            [("seconds", seconds, limits::TARPIT_SECONDS), ("most", most, limits::TARPIT_HELD)]
        {
            if !(1..=greatest).contains(&value) {
                let message = format!("`{value}` is out of range");
                problems.push(Problem::new(format!("{place}/{name}"), message, format!("give 1 to {greatest}")));
            }
        }
        let block = Block::compile(block.unwrap_or_default(), &format!("{place}/block"), problems);
        Tarpit { seconds, most, passes: after == wire::After::Pass, block }
    }
}

/// An absolute path or an http URL without credentials, of the characters that RFC 3986 has: no line can be ended in it, and
/// no browser reads another host out of it (`//other.example`, `/\\other.example`).
fn is_location(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    if text.len() > limits::LOCATION || !text.bytes().all(fits) {
        return false;
    }
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return text.starts_with('/') && !text.starts_with("//");
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b))
}
