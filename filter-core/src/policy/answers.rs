//! Which answers say that what was tried there failed or passed: a login, a payment, a code.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::condition::{Case, Text};
use super::login;
use super::problem::Problem;
use super::wire::{self, AnswerTest};
use crate::bytes::contains_ignore_case;
use crate::facts::{Fact, Outcome};
use crate::limits;
use crate::scan;
use crate::state::{Act, LoginResult};

/// What an endpoint's answers say. Where nothing is taught: by status and `location`.
#[derive(Clone, Debug)]
pub struct Answers {
    failed: Box<[Test]>,
    passed: Box<[Test]>,
    kind: Kind,
}

/// What is tried there, where nothing is taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Login,
    SignUp,
    Other,
}

#[derive(Clone, Debug)]
struct Test {
    status: Box<[u16]>,
    location: Option<Text>,
    header: Option<(Box<[u8]>, Option<Text>)>,
    json: Option<(Box<[u8]>, Option<Text>)>,
    /// Least, and least that does not fit any more.
    size: Option<(u64, u64)>,
}

impl Answers {
    /// Checks what one endpoint says; problems are added to `problems`.
    pub(super) fn compile(wire: &wire::Endpoint, place: &str, problems: &mut Vec<Problem>) -> Self {
        let outcome = wire.outcome.clone().unwrap_or_default();
        let mut compiled = |tests: Vec<AnswerTest>, name: &str| -> Box<[Test]> {
            if tests.len() > TESTS {
                let at = format!("{place}/outcome/{name}");
                problems.push(Problem::new(at, "too many", format!("at most {TESTS} are allowed")));
            }
            let tests = tests.into_iter().enumerate();
            tests.map(|(at, test)| Test::compile(test, &format!("{place}/outcome/{name}/{at}"), problems)).collect()
        };
        let (failed, passed) = (compiled(outcome.failed, "failed"), compiled(outcome.passed, "passed"));
        let kind = match wire.label.as_deref() {
            Some(login::LOGIN) => Kind::Login,
            Some(login::SIGN_UP) => Kind::SignUp,
            _ => Kind::Other,
        };
        Answers { failed, passed, kind }
    }

    /// The policy says what answers mean here.
    pub fn is_taught(&self) -> bool {
        !self.failed.is_empty() || !self.passed.is_empty()
    }

    /// Bytes of the answer's beginning that tell; 0: none.
    pub fn prefix(&self) -> usize {
        let reads = self.failed.iter().chain(&self.passed).any(|test| test.json.is_some());
        if reads { limits::ANSWER_PREFIX } else { 0 }
    }

    /// What came of it where no endpoint is known; see [`Self::result`].
    pub fn untaught(act: Act, outcome: &Outcome<'_>) -> Option<LoginResult> {
        usual(outcome.status.present()?, act, outcome, Kind::Other)
    }

    /// What came of it; `None` where the answer does not say.
    pub fn result(&self, act: Act, outcome: &Outcome<'_>) -> Option<LoginResult> {
        let status = outcome.status.present()?;
        if !self.is_taught() {
            return usual(status, act, outcome, self.kind);
        }
        // Someone's fault, but not the client's.
        let is_answer = status < 500 && status != 429;
        let failed = any(&self.failed, status, outcome);
        let passed = any(&self.passed, status, outcome);
        match (failed, passed) {
            (Some(true), _) => Some(LoginResult::Failed),
            (Some(false), Some(true)) => Some(LoginResult::Passed),
            (Some(false), _) if self.passed.is_empty() && is_answer => Some(LoginResult::Passed),
            (_, Some(false)) if self.failed.is_empty() && is_answer => Some(LoginResult::Failed),
            _ => None,
        }
    }
}

/// Tests on one side.
const TESTS: usize = 16;

/// Kleene's logic: one that holds is enough, and one that is unknown leaves it open.
fn any(tests: &[Test], status: u16, outcome: &Outcome<'_>) -> Option<bool> {
    let mut is_known = true;
    for test in tests {
        match test.holds(status, outcome) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => is_known = false,
        }
    }
    is_known.then_some(false)
}

/// What answers mean where nothing is taught: a refusal is a 4xx, or sends back to the login; a page in answer to a form may be
/// either.
fn usual(status: u16, act: Act, outcome: &Outcome<'_>, kind: Kind) -> Option<LoginResult> {
    match status {
        400 | 403 | 422 => Some(LoginResult::Failed),
        // Elsewhere a session that ended; apps run into it over and over.
        401 if kind != Kind::Other => Some(LoginResult::Failed),
        // A name is taken, a card declined, a code unknown.
        409 if kind != Kind::Login => Some(LoginResult::Failed),
        402 | 404 | 410 if kind == Kind::Other => Some(LoginResult::Failed),
        200..=299 => (act != Act::Form).then_some(LoginResult::Passed),
        301..=303 | 307 | 308 => {
            let location = outcome.header(b"location").present()?;
            let back = AGAIN.iter().any(|word| contains_ignore_case(location, word));
            Some(if back { LoginResult::Failed } else { LoginResult::Passed })
        }
        _ => None,
    }
}

/// Words in the address of a page that asks again.
const AGAIN: [&[u8]; 7] = [b"login", b"signin", b"sign-in", b"sign_in", b"error", b"fail", b"denied"];

impl Test {
    fn compile(wire: AnswerTest, place: &str, problems: &mut Vec<Problem>) -> Self {
        let mut wrong = |at: &str, message: &str, remedy: &str| {
            problems.push(Problem::new(format!("{place}{at}"), message, remedy))
        };
        if wire == AnswerTest::default() {
            wrong("", "it tests nothing", "give `status`, `location`, `header`, `json` or `size`");
        }
        if let Some(status) = wire.status.iter().find(|status| !(100..=599).contains(*status)) {
            wrong("/status", &format!("`{status}` is no status"), "give codes from 100 to 599");
        }
        if let Some(header) = wire.header.as_ref().filter(|header| header.name != header.name.to_ascii_lowercase()) {
            wrong("/header/name", &format!("`{}` is no header name", header.name), "write it in lower case");
        }
        if let Some(json) = wire.json.as_ref().filter(|json| !json.pointer.starts_with('/')) {
            wrong("/json/pointer", &format!("`{}` is no JSON pointer", json.pointer), "start it with `/`");
        }
        let patterns = [
            ("/location", &wire.location),
            ("/header/value", &wire.header.as_ref().and_then(|header| header.value.clone())),
            ("/json/value", &wire.json.as_ref().and_then(|json| json.value.clone())),
        ];
        for (at, _) in
            patterns.iter().filter(|(_, text)| text.as_ref().is_some_and(|text| text.len() > limits::CONTAINS))
        {
            wrong(at, "it is too long", "at most 64 bytes are allowed");
        }
        let size = wire.size.map(|range| {
            if range == wire::Range::default() {
                wrong("/size", "no bounds", "give `at_least` or `below`");
            }
            (range.at_least.map_or(0, u64::from), range.below.map_or(u64::MAX, u64::from))
        });
        let pattern = |text: Option<String>| text.as_deref().map(Text::pattern);
        let bytes = |text: String| text.into_bytes().into_boxed_slice();
        Test {
            status: wire.status.into(),
            location: pattern(wire.location),
            header: wire.header.map(|header| (bytes(header.name), pattern(header.value))),
            json: wire.json.map(|json| (bytes(json.pointer), pattern(json.value))),
            size,
        }
    }

    fn holds(&self, status: u16, outcome: &Outcome<'_>) -> Option<bool> {
        let text = |fact: Fact<&[u8]>, pattern: Option<&Text>| {
            let value = fact.known()?;
            Some(value.is_some_and(|value| pattern.is_none_or(|pattern| pattern.matches(value, Case::Exact))))
        };
        let parts = [
            Some(self.status.is_empty() || self.status.contains(&status)),
            self.location.as_ref().map_or(Some(true), |pattern| text(outcome.header(b"location"), Some(pattern))),
            self.header.as_ref().map_or(Some(true), |(name, pattern)| text(outcome.header(name), pattern.as_ref())),
            self.json.as_ref().map_or(Some(true), |(pointer, pattern)| member(outcome, pointer, pattern.as_ref())),
            match (self.size, outcome.size) {
                (None, _) => Some(true),
                (Some((least, below)), Fact::Present(size)) => Some(least <= size && size < below),
                (Some(_), _) => None,
            },
        ];
        if parts.contains(&Some(false)) {
            Some(false)
        } else {
            parts.contains(&None).then_some(()).map_or(Some(true), |()| None)
        }
    }
}

/// Whether a JSON answer's member is there and fits.
fn member(outcome: &Outcome<'_>, pointer: &[u8], pattern: Option<&Text>) -> Option<bool> {
    let body = outcome.body.present()?;
    // Compressed, or a page.
    body.iter().find(|byte| !byte.is_ascii_whitespace()).filter(|byte| matches!(byte, b'{' | b'['))?;
    let mut found = None;
    scan::json(body, &mut |value| {
        if value.path == pointer {
            found = Some(match pattern {
                Some(pattern) => pattern.matches(value.raw, Case::Exact),
                None => value.raw != b"null",
            });
        }
    });
    // What is not in the part that was read may be in the rest.
    found.or((body.len() < limits::ANSWER_PREFIX).then_some(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Header;

    fn answers(json: &str) -> (Answers, Vec<String>) {
        let wire: wire::Endpoint = serde_json::from_str(json).unwrap();
        let mut problems = Vec::new();
        let answers = Answers::compile(&wire, "", &mut problems);
        (answers, problems.iter().map(|problem| format!("{problem}")).collect())
    }

    fn result(
        label: &str,
        outcome: &str,
        act: Act,
        status: u16,
        location: &str,
        size: u64,
        body: &str,
    ) -> Option<LoginResult> {
        let json = format!(r#"{{"id":"l","path":"/l","label":"{label}","outcome":{outcome}}}"#);
        let (answers, problems) = answers(&json);
        assert_eq!(problems, [""; 0]);
        let headers = [Header { name: b"Location", value: location.as_bytes() }];
        let headers = if location.is_empty() { &headers[..0] } else { &headers };
        let outcome = Outcome {
            status: Fact::Present(status),
            size: Fact::Present(size),
            headers,
            headers_known: true,
            body: if body.is_empty() { Fact::Unknown } else { Fact::Present(body.as_bytes()) },
            ..Outcome::default()
        };
        answers.result(act, &outcome)
    }

    const PASSED: Option<LoginResult> = Some(LoginResult::Passed);
    const FAILED: Option<LoginResult> = Some(LoginResult::Failed);

    #[test]
    fn untaught_answers() {
        let cases = [
            (Act::Call, 200, "", PASSED),
            (Act::Call, 401, "", FAILED),
            (Act::Form, 200, "", None),
            (Act::Form, 302, "/account", PASSED),
            (Act::Form, 303, "https://shop.example/Login?failed=1", FAILED),
            (Act::Form, 302, "", None),
            (Act::Call, 429, "", None),
            (Act::Call, 503, "", None),
            (Act::Call, 409, "", None),
        ];
        for (act, status, location, expected) in cases {
            let found = result("login", "{}", act, status, location, 0, "");
            assert_eq!(found, expected, "{act:?} {status} {location}");
        }
        let cases = [
            ("sign_up", 409, FAILED),
            ("sign_up", 404, None),
            ("payment", 402, FAILED),
            ("payment", 401, None),
            ("coupon", 404, FAILED),
            ("coupon", 200, PASSED),
        ];
        for (label, status, expected) in cases {
            assert_eq!(result(label, "{}", Act::Call, status, "", 0, ""), expected, "{label} {status}");
        }
    }

    #[test]
    fn taught_answers() {
        let json = r#"{"failed":[{"json":{"pointer":"/error"}},{"json":{"pointer":"/ok","value":"false"}}]}"#;
        let size = r#"{"failed":[{"status":[200],"size":{"at_least":4000,"below":5000}}]}"#;
        let both = r#"{"failed":[{"location":"*error*"}],"passed":[{"location":"/home*"}]}"#;
        let header = r#"{"passed":[{"header":{"name":"location","value":"/home"}}]}"#;
        let cases = [
            (json, 200, "", 9, r#"{"error":"no"}"#, FAILED),
            (json, 200, "", 9, r#"{"error":null,"ok":false}"#, FAILED),
            (json, 200, "", 9, r#"{"ok":true}"#, PASSED),
            (json, 200, "", 9, "", None),
            (json, 200, "", 9, "<html>", None),
            (json, 500, "", 9, r#"{"ok":true}"#, None),
            (size, 200, "", 4_100, "", FAILED),
            (size, 200, "", 5_000, "", PASSED),
            (size, 429, "", 5_000, "", None),
            (both, 302, "/x?error=1", 0, "", FAILED),
            (both, 302, "/home/me", 0, "", PASSED),
            (both, 302, "/x", 0, "", None),
            (header, 302, "/home", 0, "", PASSED),
            (header, 302, "/x", 0, "", FAILED),
        ];
        for (rule, status, location, size, body, expected) in cases {
            assert_eq!(
                result("login", rule, Act::Form, status, location, size, body),
                expected,
                "{rule}: {status} {location} {size} {body}"
            );
        }
    }

    #[test]
    fn what_is_refused() {
        let cases = [
            (
                r#"{"id":"a","path":"/a","label":"login","outcome":{"failed":[{}]}}"#,
                "/outcome/failed/0: it tests nothing; give `status`, `location`, `header`, `json` or `size`",
            ),
            (
                r#"{"id":"a","path":"/a","outcome":{"passed":[{"json":{"pointer":"ok"}}]}}"#,
                "/outcome/passed/0/json/pointer: `ok` is no JSON pointer; start it with `/`",
            ),
        ];
        for (json, expected) in cases {
            assert_eq!(answers(json).1, [expected], "{json}");
        }
    }
}
