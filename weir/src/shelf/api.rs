//! Calls of a vendor's API: the token, patience where it is asked for, and errors that say what to do.

use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use ureq::http::{Response, Uri};
use ureq::{Agent, Body};

use super::ShelfError;
use super::place::LONGEST;

/// A vendor that says "later" is asked so often again,
const TRIES: u32 = 4;
/// each time after so long at most.
const PATIENCE: Duration = Duration::from_secs(30);
/// An error's text has so many characters at most.
const SAID: usize = 200;

/// An API with its token. Where it is can be said, for tests and gateways, in the variable that the vendor's own tool reads.
pub(super) struct Api {
    agent: Agent,
    base: String,
    /// For messages.
    vendor: &'static str,
    header: &'static str,
    token: String,
}

/// The variables that hold the vendors' tokens.
pub(super) const TOKENS: [&str; 2] = ["FASTLY_API_TOKEN", "CLOUDFLARE_API_TOKEN"];

/// What a vendor calls its things.
pub(super) struct Names {
    pub(super) vendor: &'static str,
    /// Where the API is.
    pub(super) base: &'static str,
    /// The variable that says otherwise.
    pub(super) base_variable: &'static str,
    pub(super) token_variable: &'static str,
    /// What the token must be allowed to.
    pub(super) scope: &'static str,
    pub(super) header: &'static str,
    /// Stands before the token.
    pub(super) scheme: &'static str,
}

/// An answer's status, the header that was asked for, and body.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) header: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Api {
    /// Reads the token, and where the API is, from `variable`: the environment, as a rule.
    pub(super) fn new(names: &Names, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, ShelfError> {
        let set = |name| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let token = set(names.token_variable).ok_or_else(|| {
            let (name, vendor, scope) = (names.token_variable, names.vendor, names.scope);
            ShelfError::Place(format!(
                "`{name}` is not set, and no --token-file given; give an API token of {vendor} that has {scope}"
            ))
        })?;
        let base = set(names.base_variable).unwrap_or_else(|| names.base.to_owned());
        let is_here = |uri: &Uri| uri.host().is_some_and(|host| ["127.0.0.1", "localhost", "[::1]"].contains(&host));
        let uri: Option<Uri> = base.parse().ok();
        if !uri.is_some_and(|uri| uri.scheme_str() == Some("https") || is_here(&uri)) {
            let name = names.base_variable;
            return Err(ShelfError::Place(format!("`{name}` is no `https` URL, and the token would be seen; mend it")));
        }
        let agent = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(60)))
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .into();
        let token = [names.scheme, &token].concat();
        let base = base.trim_end_matches('/').to_owned();
        Ok(Api { agent, base, vendor: names.vendor, header: names.header, token })
    }

    /// `GET`, with one header of the answer.
    pub(super) fn get(&self, path: &str, header: &str) -> Result<Answer, ShelfError> {
        let url = format!("{}{path}", self.base);
        self.patiently(&url, header, || self.agent.get(&url).header(self.header, &self.token).call())
    }

    /// `PUT`, with headers of ours.
    pub(super) fn put(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answer, ShelfError> {
        let url = format!("{}{path}", self.base);
        self.patiently(&url, "", || {
            let request = self.agent.put(&url).header(self.header, &self.token);
            let request = request.header("content-type", "application/octet-stream");
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send(body)
        })
    }

    /// What an answer that cannot be gone on with says.
    pub(super) fn failed(&self, what: &str, answer: &Answer, remedy: &str) -> ShelfError {
        let said = said(&answer.body);
        let said = if said.is_empty() { String::new() } else { format!(" (`{said}`)") };
        ShelfError::Place(format!("{} answered {} to {what}{said}; {remedy}", self.vendor, answer.status))
    }

    fn patiently(
        &self,
        url: &str,
        header: &str,
        call: impl Fn() -> Result<Response<Body>, ureq::Error>,
    ) -> Result<Answer, ShelfError> {
        let mut pause = Duration::from_secs(1);
        for left in (0..TRIES).rev() {
            // The error may name the URL, which holds no secret.
            let mut answer = call().map_err(|error| ShelfError::Place(format!("`{url}`: {error}; try again")))?;
            let header_of = |answer: &Response<Body>, name: &str| {
                answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
            };
            let status = answer.status().as_u16();
            if status == 429 {
                // A date is possible, too (RFC 9110, 10.2.3): then our own pauses do.
                let asked = header_of(&answer, "retry-after").and_then(|value| value.trim().parse().ok());
                let wait = asked.map_or(pause, Duration::from_secs);
                if left == 0 || wait > PATIENCE {
                    let (vendor, seconds) = (self.vendor, wait.as_secs());
                    let why = format!("{vendor} answers 429, too many requests; try again in {seconds} s");
                    return Err(ShelfError::Place(why));
                }
                sleep(wait);
                pause = pause.saturating_mul(2);
                continue;
            }
            let header = header_of(&answer, header);
            let body = answer.body_mut().with_config().limit(LONGEST).read_to_vec();
            let body = body.map_err(|error| ShelfError::Place(format!("`{url}`: {error}; try again")))?;
            return Ok(Answer { status, header, body });
        }
        Err(ShelfError::Place(format!("{} does not answer; try again later", self.vendor)))
    }
}

/// The vendor's own words, in short: a member of its JSON, else the text.
fn said(body: &[u8]) -> String {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let words = ["/errors/0/message", "/errors/0/detail", "/detail", "/msg", "/title"];
    let words = words.iter().find_map(|place| value.pointer(place)?.as_str());
    let text = words.map_or_else(|| String::from_utf8_lossy(body).into_owned(), str::to_owned);
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).take(SAID).collect()
}

impl std::fmt::Debug for Api {
    /// Says nothing of the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Api({})", self.base)
    }
}
