//! A verdict carried out: what becomes of the request, and what is written about it.

use filter_core::engine::Verdict;
use filter_core::policy::{Action, Tarpit};
use wasm_bindgen::JsValue;
use web_sys::{Response, ResponseInit};

use crate::log;
use crate::tarpit::Tarpits;

/// What is to become of a request.
#[derive(Default)]
pub(crate) struct Done {
    /// Seconds that it is held before.
    pub(crate) hold: u32,
    /// It is answered here; `None`: it goes on.
    pub(crate) answer: Option<Response>,
    /// Headers of ours on its way.
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// Does what the verdict says; `id` is what the request is called.
pub(crate) fn carry_out(verdict: &Verdict<'_>, id: &str, writes_events: bool, tarpits: &mut Tarpits, now: u64) -> Done {
    if writes_events && (verdict.is_reported() || verdict.is_sampled(|| id)) {
        log::event(&verdict.event(id));
    }
    match verdict.action() {
        Action::Allow | Action::Monitor => Done::default(),
        // A Worker's origin is its zone's: there is no other to route to.
        Action::Tag | Action::Route(_) => Done { headers: verdict.request_headers(), ..Done::default() },
        Action::Block(_) | Action::Limit(_) | Action::Redirect(_) => {
            Done { answer: answer(verdict), ..Done::default() }
        }
        Action::Tarpit(tarpit) => {
            let rule = verdict.rule().map_or("otherwise", |rule| &rule.id);
            let Tarpit { seconds, passes, .. } = tarpit;
            let is_held = tarpits.take(tarpit, rule, now);
            Done {
                hold: if is_held { *seconds } else { 0 },
                answer: if *passes && is_held { None } else { answer(verdict) },
                ..Done::default()
            }
        }
    }
}

/// The core's reply; `None` where the host does not take it, and the request goes on.
fn answer(verdict: &Verdict<'_>) -> Option<Response> {
    let reply = verdict.reply()?;
    let headers = reply.headers.iter().map(|(name, value)| (*name, value.as_str()));
    response(reply.status, headers, &reply.body)
        .inspect_err(|error| log::say(&format!("an answer could not be made, the request passes: {error:?}")))
        .ok()
}

/// An answer of ours.
pub(crate) fn response<'a>(
    status: u16,
    headers: impl Iterator<Item = (&'a str, &'a str)>,
    body: &[u8],
) -> Result<Response, JsValue> {
    let init = ResponseInit::new();
    init.set_status(status);
    // The host refuses a body where there may be none.
    let may_have_body = !matches!(status, 204 | 205 | 304);
    let response = match may_have_body {
        true => Response::new_with_opt_js_u8_array_and_init(Some(&js_sys::Uint8Array::from(body)), &init)?,
        false => Response::new_with_opt_str_and_init(None, &init)?,
    };
    let lines = response.headers();
    for (name, value) in headers {
        lines.append(name, value)?;
    }
    Ok(response)
}
