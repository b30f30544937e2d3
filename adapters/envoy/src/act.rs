//! A verdict carried out: headers set or removed, the request answered or let go, and what is written about it.

use filter_core::action::{Reply, is_own_header};
use filter_core::engine::Verdict;
use filter_core::policy::Action as Decided;
use filter_core::request::HeaderName;

use crate::facts::Forged;
use crate::hostcalls::{self, Level, Map};
use crate::store::Active;
use crate::tarpit::Pit;
use crate::{metrics, pairs};

/// Access logs print it as `%FILTER_STATE(wasm.weir.verdict:PLAIN)%`.
const VERDICT: &[u8] = b"weir.verdict";

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// It goes on.
    Passes,
    /// It was answered here.
    Answered,
    /// It waits in the tarpit, and goes on then.
    Held,
    /// It waits in the tarpit, and is answered here then.
    HeldThenAnswered,
}

impl Done {
    /// Its answer is ours: it says nothing about the client that the score does not.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Done::Answered | Done::HeldThenAnswered)
    }
}

/// Does what the verdict says.
pub(crate) fn carry_out(active: &Active, verdict: &Verdict<'_>, forged: &Forged<'_>, pit: &mut Pit<'_>) -> Done {
    active.counters.count(&active.engine, verdict);
    if verdict.is_reported() || verdict.is_sampled(|| request_id(verdict)) {
        report(verdict);
    }
    if let Decided::Allow | Decided::Monitor = verdict.action() {
        remove(forged);
        return Done::Passes;
    }
    act(verdict, forged, pit)
}

/// Writes the event.
#[cold]
fn report(verdict: &Verdict<'_>) {
    if hostcalls::logs(Level::Info) {
        hostcalls::log(Level::Info, &verdict.event(request_id(verdict)));
    }
}

/// Does what is more than to let the request pass.
#[cold]
fn act(verdict: &Verdict<'_>, forged: &Forged<'_>, pit: &mut Pit<'_>) -> Done {
    let action = verdict.action();
    if action.interferes() || *action == Decided::Tag {
        note(verdict);
    }
    match action {
        Decided::Allow | Decided::Monitor => {}
        Decided::Tag | Decided::Route(_) => {
            remove(forged);
            for (name, value) in verdict.request_headers() {
                if let Err(refusal) = hostcalls::set_request_header(name.as_bytes(), value.as_bytes()) {
                    hostcalls::log(Level::Warn, &format!("weir: header `{name}` could not be set: {refusal}"));
                }
            }
            if matches!(action, Decided::Route(_))
                && let Err(refusal) = hostcalls::clear_route_cache()
            {
                hostcalls::log(Level::Warn, &format!("weir: the route could not be chosen again: {refusal}"));
            }
            return Done::Passes;
        }
        Decided::Block(_) | Decided::Limit(_) | Decided::Redirect(_) => {
            if verdict.reply().is_some_and(|reply| answer(&reply)) {
                return Done::Answered;
            }
        }
        Decided::Tarpit(tarpit) => {
            // Before it waits: nothing of the request is looked at again.
            remove(forged);
            let rule = verdict.rule().map_or("otherwise", |rule| &rule.id);
            let after = if tarpit.passes { None } else { verdict.reply() };
            let held = if after.is_some() { Done::HeldThenAnswered } else { Done::Held };
            if pit.hold(tarpit, rule, after) {
                return held;
            }
            metrics::tarpit_full();
            return if verdict.reply().is_some_and(|reply| answer(&reply)) { Done::Answered } else { Done::Passes };
        }
    }
    remove(forged);
    Done::Passes
}

/// Removes inbound headers that only Weir may send.
pub(crate) fn remove(forged: &Forged<'_>) {
    remove_from(Map::Request, forged.names());
}

/// The same for trailers, whatever was made of the request.
pub(crate) fn remove_trailers() {
    let wire = hostcalls::header_map(Map::RequestTrailers).unwrap_or_default();
    remove_from(Map::RequestTrailers, pairs::read(&wire).map(|(name, _)| name).filter(|name| is_own_header(name)));
}

fn remove_from<'a>(map: Map, names: impl Iterator<Item = &'a [u8]>) {
    for name in names {
        if let Err(refusal) = hostcalls::remove_header(map, name) {
            hostcalls::log(Level::Warn, &format!("weir: a forged header could not be removed: {refusal}"));
        }
    }
}

/// Sends the core's reply; `false` where the host does not take it, and the request goes on.
pub(crate) fn answer(reply: &Reply) -> bool {
    let headers = reply.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let Some(headers) = pairs::write(headers) else { return false };
    let details = reply.details.as_bytes();
    match hostcalls::reply(u32::from(reply.status), details, &headers, &reply.body, reply.grpc_status) {
        Ok(()) => true,
        Err(refusal) => {
            hostcalls::log(Level::Error, &format!("weir: an answer could not be sent, the request passes: {refusal}"));
            false
        }
    }
}

/// Envoy's id of the request, which its access log and the origin see too.
pub(crate) fn request_id<'a>(verdict: &Verdict<'a>) -> &'a str {
    let id = verdict.request.header(HeaderName::XRequestId).present();
    id.and_then(|id| core::str::from_utf8(id).ok()).unwrap_or_default()
}

/// Leaves the verdict for access logs. Costs a host call and a filter state object, so only where there was an action.
fn note(verdict: &Verdict<'_>) {
    let rule = verdict.rule().map_or("none", |rule| &rule.id);
    let (action, score) = (verdict.action().as_str(), verdict.score.value);
    let text = format!("action={action};rule={rule};class={};score={score}", verdict.score.class.as_str());
    // Without it the access log shows a dash; nothing else depends on it.
    let _ = hostcalls::set_property(VERDICT, text.as_bytes());
}
