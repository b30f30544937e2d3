//! A verdict carried out: headers set or removed, the request answered or let go, and what is written about it.

use bytes::Bytes;
use filter_core::action::is_own_header;
use filter_core::engine::Verdict;
use filter_core::policy::{Action, Tarpit};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use crate::body::Body;
use crate::events::Events;
use crate::store::Active;

/// What is to become of a request.
pub(crate) enum Outcome {
    /// It goes on.
    Pass(Way),
    /// It is answered here.
    Answer(Response<Body>),
    /// It is held, then passes or gets the answer; where there is no room it gets the other one at once.
    Hold(Box<Hold>),
}

/// A request that is to be held.
pub(crate) struct Hold {
    pub(crate) tarpit: Tarpit,
    pub(crate) rule: String,
    /// What it gets then; `None`: it passes.
    pub(crate) after: Option<Response<Body>>,
    /// What it gets where there is no room.
    pub(crate) full: Option<Response<Body>>,
}

/// How a request goes on.
#[derive(Default)]
pub(crate) struct Way {
    /// Headers to set.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Name of another origin.
    pub(crate) to: Option<String>,
}

/// Does what the verdict says; `id` is what the request is called.
pub(crate) fn carry_out(active: &Active, verdict: &Verdict<'_>, id: &str, events: Option<&Events>) -> Outcome {
    active.counters.count(&active.engine, verdict);
    if let Some(events) = events.filter(|_| verdict.is_reported() || verdict.is_sampled(|| id)) {
        events.send(verdict.event(id));
    }
    match verdict.action() {
        Action::Allow | Action::Monitor => Outcome::Pass(Way::default()),
        Action::Tag => Outcome::Pass(Way { headers: verdict.request_headers(), to: None }),
        Action::Route(to) => Outcome::Pass(Way { headers: verdict.request_headers(), to: Some(to.clone()) }),
        Action::Block(_) | Action::Limit(_) | Action::Redirect(_) => match answer(verdict) {
            Some(answer) => Outcome::Answer(answer),
            None => Outcome::Pass(Way::default()),
        },
        Action::Tarpit(tarpit) => Outcome::Hold(Box::new(Hold {
            rule: verdict.rule().map_or_else(String::new, |rule| rule.id.clone()),
            after: if tarpit.passes { None } else { answer(verdict) },
            full: answer(verdict),
            tarpit: tarpit.clone(),
        })),
    }
}

/// Removes inbound headers that only Weir may send.
pub(crate) fn remove_own(headers: &mut HeaderMap) {
    let forged: Vec<HeaderName> =
        headers.keys().filter(|name| is_own_header(name.as_str().as_bytes())).cloned().collect();
    for name in forged {
        headers.remove(name);
    }
}

/// Sets headers of ours.
pub(crate) fn set(headers: &mut HeaderMap, ours: Vec<(&'static str, String)>) {
    for (name, value) in ours {
        // Made by the core of printable bytes.
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// The core's reply; `None` where it has none.
fn answer(verdict: &Verdict<'_>) -> Option<Response<Body>> {
    let reply = verdict.reply()?;
    let mut response = Response::new(Body::of(Bytes::from(reply.body)));
    *response.status_mut() = StatusCode::from_u16(reply.status).ok()?;
    for (name, value) in reply.headers {
        response.headers_mut().append(HeaderName::from_static(name), HeaderValue::try_from(value).ok()?);
    }
    Some(response)
}
