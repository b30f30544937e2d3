//! Why one request was judged as it was, for a person.

mod render;
mod unseen;
#[cfg(test)]
mod tests;

pub use unseen::unseen;

use std::io;

use filter_core::engine::{Engine, Verdict};
use filter_core::facts::Fact;
use filter_core::fingerprint::Claim;
use filter_core::score::Weights;
use filter_core::signals::CrawlerProof;
use serde_json::{Value, json};

use crate::case::{self, Comparison};
use crate::host::Host;
use crate::replay::{Memory, Step, walk};
use crate::source::{Source, show_time};
use crate::trace::Request;

/// What is told about one request. [`Display`](std::fmt::Display) writes it with colours; print it through `anstream`.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The event: score, class, action, rule, reasons.
    pub event: Value,
    /// What the event does not say, where the request is at hand: name and text, in order.
    pub about: Vec<(&'static str, String)>,
    /// Log-odds before anything was seen, in milli-nats; `None` for an event alone.
    pub prior: Option<i32>,
    /// Facts that could not be seen.
    pub unseen: Vec<&'static str>,
    /// Whether what came before counted; `None` for an event alone: its host knew.
    pub remembered: Option<bool>,
    /// How the verdict compares with the one in the case.
    pub comparison: Option<String>,
}

impl Explanation {
    /// Explains an event alone.
    pub fn of_event(event: Value) -> Self {
        Explanation { event, about: Vec::new(), prior: None, unseen: Vec::new(), remembered: None, comparison: None }
    }

    /// Judges a request on its own, as if nothing had come before, and explains.
    pub fn of_request(engine: &Engine, request: &Request) -> Self {
        let lent = request.facts();
        let facts = lent.facts();
        Self::of_verdict(engine, request, &engine.judge(&facts, request.t))
    }

    /// Judges the lines of a file in order, as `weir replay` does, and explains the first request that is the one. `None`: there is none.
    ///
    /// # Errors
    /// Where the file cannot be read that far.
    pub fn of_replayed(
        engine: &Engine,
        source: &mut Source,
        host: Option<&Host>,
        is_it: impl Fn(u64, &str) -> bool,
    ) -> io::Result<Option<Self>> {
        let (mut memory, mut found) = (Memory::of(engine), None);
        let walked = walk(source, engine, host, &mut memory, None, &mut |step| match step {
            Step::Asked(line, request, verdict) if is_it(line, &request.id) => {
                found = Some(Self::of_verdict(engine, request, verdict));
                Err(io::Error::other("the rest is of no interest"))
            }
            _ => Ok(()),
        });
        match found {
            Some(found) => Ok(Some(found)),
            None => walked.map(|()| None),
        }
    }

    fn of_verdict(engine: &Engine, request: &Request, verdict: &Verdict<'_>) -> Self {
        let facts = request.facts();
        let Weights { prior, .. } = engine.bundle().weights();
        let comparison = request.case.as_ref().map(|case| match case::compare(case, engine, verdict) {
            Comparison::Same => "the same verdict as recorded".to_owned(),
            Comparison::Changed(text) => format!("another bundle, another verdict: {text}"),
            Comparison::Broken(text) => format!("not the recorded verdict: {text}"),
        });
        Explanation {
            event: case::event(verdict, &request.id),
            about: about(request, verdict),
            prior: Some(*prior),
            unseen: unseen(&facts.facts()),
            remembered: Some(verdict.ticket().is_some()),
            comparison,
        }
    }

    /// The same for programs.
    pub fn to_json(&self) -> Value {
        let about: serde_json::Map<_, _> =
            self.about.iter().map(|(name, text)| ((*name).to_owned(), text.clone().into())).collect();
        json!({
            "verdict": self.event,
            "request": about,
            "prior": self.prior,
            "unseen": self.unseen,
            "remembered": self.remembered,
            "comparison": self.comparison,
        })
    }
}

fn about(request: &Request, verdict: &Verdict<'_>) -> Vec<(&'static str, String)> {
    let mut about = vec![("request", line(request))];
    if request.t > 0 {
        about.push(("time", show_time(request.t)));
    }
    let client = &verdict.request.client;
    if let Fact::Present(address) = client.address {
        let lists: Vec<_> = verdict.origin.lists().map(|list| list.name.as_str()).collect();
        let lists = if lists.is_empty() { String::new() } else { format!(", in {}", lists.join(", ")) };
        about.push(("from", format!("{address} ({}){lists}", client.provenance.as_str())));
    }
    about.push(("claims", claim(&verdict.fingerprint.claim)));
    if let Some(named) = verdict.fingerprint.named {
        let proof = match verdict.origin.crawler {
            CrawlerProof::NotClaimed => "",
            CrawlerProof::Verified(_) => ", verified by its address",
            CrawlerProof::Impostor(_) => ", but from an address that is not its operator's",
            CrawlerProof::Unverifiable(_) => ", which nothing proves",
        };
        about.push(("names itself", format!("{} ({}){proof}", named.name, named.category.as_str())));
    }
    about.push(("kind", verdict.request.kind.as_str().to_owned()));
    about
}

fn line(request: &Request) -> String {
    let text = |fact: &Fact<crate::trace::Text>| match fact {
        Fact::Present(text) => Some(text.as_bytes().escape_ascii().to_string()),
        Fact::Unknown | Fact::Absent => None,
    };
    let scheme = text(&request.scheme).map(|scheme| format!("{scheme}://")).unwrap_or_default();
    let version = text(&request.version).map(|version| format!(" HTTP/{version}")).unwrap_or_default();
    let (method, authority) = (request.method.as_bytes().escape_ascii(), request.authority.as_bytes().escape_ascii());
    format!("{method} {scheme}{authority}{}{version}", request.path.as_bytes().escape_ascii())
}

fn claim(claim: &Claim<'_>) -> String {
    let mut text = claim.family.as_str().replace('_', " ");
    if let Some(major) = claim.major {
        text.push_str(&format!(" {major}"));
    }
    if claim.is_browser() {
        text.push_str(&format!(" on {} ({}", claim.platform.as_str(), claim.engine.as_str()));
        text.push_str(&claim.engine_major.map(|major| format!(" {major})")).unwrap_or_else(|| ")".into()));
    }
    if !claim.user_agent.is_empty() {
        text.push_str(&format!(": {}", claim.user_agent.escape_ascii()));
    }
    text
}
