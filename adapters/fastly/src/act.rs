//! A verdict carried out: what becomes of the request, and what is written about it.

use core::time::Duration;

use filter_core::engine::Verdict;
use filter_core::policy::{Action, Tarpit};

use crate::hostcalls::response::Response;
use crate::{log, tarpit};

/// What is to become of a request.
pub(crate) enum Outcome {
    /// It goes on.
    Pass(Way),
    /// It is answered here.
    Answer(Response),
}

/// How a request goes on.
#[derive(Default)]
pub(crate) struct Way {
    /// Headers of ours.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Another backend.
    pub(crate) to: Option<String>,
}

/// What a verdict comes to.
pub(crate) struct Done {
    /// How long the request is held before.
    pub(crate) hold: Option<Duration>,
    pub(crate) outcome: Outcome,
    /// The event line, where one is due.
    pub(crate) event: Option<String>,
}

/// Does what the verdict says; `id` is what the request is called.
pub(crate) fn carry_out(verdict: &Verdict<'_>, id: &str, writes_events: bool) -> Done {
    let is_due = writes_events && (verdict.is_reported() || verdict.is_sampled(|| id));
    let event = is_due.then(|| verdict.event(id));
    let pass = || Outcome::Pass(Way::default());
    let answer = || answer(verdict).map_or_else(pass, Outcome::Answer);
    let mut hold = None;
    let outcome = match verdict.action() {
        Action::Allow | Action::Monitor => pass(),
        Action::Tag => Outcome::Pass(Way { headers: verdict.request_headers(), to: None }),
        Action::Route(to) => Outcome::Pass(Way { headers: verdict.request_headers(), to: Some(to.clone()) }),
        Action::Block(_) | Action::Limit(_) | Action::Redirect(_) => answer(),
        Action::Tarpit(Tarpit { seconds, most, passes, .. }) => {
            let time = Duration::from_secs(u64::from(*seconds));
            let rule = verdict.rule().map_or("otherwise", |rule| &rule.id);
            hold = tarpit::takes(rule, id, *most, time).then_some(time);
            if *passes && hold.is_some() { pass() } else { answer() }
        }
    };
    Done { hold, outcome, event }
}

/// The core's reply; `None` where the host does not take it, and the request goes on.
fn answer(verdict: &Verdict<'_>) -> Option<Response> {
    let reply = verdict.reply()?;
    let headers = reply.headers.iter().map(|(name, value)| (*name, value.as_str()));
    match Response::make(reply.status, headers, &reply.body) {
        Ok(response) => Some(response),
        Err(refusal) => {
            log::say(&format!("an answer could not be made, the request passes: {refusal}"));
            None
        }
    }
}
