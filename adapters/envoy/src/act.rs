//! A verdict carried out: headers set or removed, the request answered or let go, and what is written about it.

use filter_core::engine::Verdict;
use filter_core::policy::Action as Decided;
use filter_core::request::HeaderName;
use proxy_wasm::types::Action;

use crate::facts::Forged;
use crate::hostcalls::{self, Level};
use crate::pairs;
use crate::store::Active;

/// Access logs print it as `%FILTER_STATE(wasm.weir.verdict:PLAIN)%`.
const VERDICT: &[u8] = b"weir.verdict";

/// Does what the verdict says.
pub(crate) fn carry_out(active: &Active, verdict: &Verdict<'_>, forged: &Forged<'_>) -> Action {
    active.counters.count(&active.engine, verdict);
    let id = request_id(verdict);
    if (verdict.is_reported() || verdict.is_sampled(id)) && hostcalls::logs(Level::Info) {
        hostcalls::log(Level::Info, &verdict.event(id));
    }
    match verdict.action() {
        Decided::Allow | Decided::Monitor => {
            remove(forged);
            Action::Continue
        }
        Decided::Tag => {
            remove(forged);
            note(verdict);
            for (name, value) in verdict.request_headers() {
                if let Err(refusal) = hostcalls::set_request_header(name.as_bytes(), value.as_bytes()) {
                    hostcalls::log(Level::Warn, &format!("weir: header `{name}` could not be set: {refusal}"));
                }
            }
            Action::Continue
        }
        Decided::Block(_) => {
            note(verdict);
            if answer(verdict) {
                return Action::Pause;
            }
            remove(forged);
            Action::Continue
        }
    }
}

/// Removes inbound headers that only Weir may send.
pub(crate) fn remove(forged: &Forged<'_>) {
    for name in forged.names() {
        if let Err(refusal) = hostcalls::remove_request_header(name) {
            hostcalls::log(Level::Warn, &format!("weir: a forged header could not be removed: {refusal}"));
        }
    }
}

/// Sends the core's reply; `false` where the host does not take it, and the request goes on.
fn answer(verdict: &Verdict<'_>) -> bool {
    let Some(reply) = verdict.reply() else { return false };
    let headers = reply.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let Some(headers) = pairs::write(headers) else { return false };
    let details = reply.details.as_bytes();
    match hostcalls::reply(u32::from(reply.status), details, &headers, &reply.body, reply.grpc_status) {
        Ok(()) => true,
        Err(refusal) => {
            hostcalls::log(Level::Error, &format!("weir: a block could not be sent, the request passes: {refusal}"));
            false
        }
    }
}

/// Envoy's id of the request, which its access log and the origin see too.
fn request_id<'a>(verdict: &Verdict<'a>) -> &'a str {
    let id = verdict.request.header(HeaderName::XRequestId).present();
    id.and_then(|id| core::str::from_utf8(id).ok()).unwrap_or_default()
}

/// Leaves the verdict for access logs. Costs a host call and a filter state object, so only where there was an action.
fn note(verdict: &Verdict<'_>) {
    let rule = verdict.rule().map_or("none", |rule| &rule.id);
    let (action, score) = (verdict.action().as_str(), verdict.score.value);
    let text = format!("action={action};rule={rule};class={};score={score}", verdict.score.class.as_str());
    // The access log then shows a dash; nothing else depends on it.
    let _ = hostcalls::set_property(VERDICT, text.as_bytes());
}
