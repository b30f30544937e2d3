//! Somebody at the site: one program at one address, with what it keeps, and what the site answers.

use std::net::IpAddr;

use filter_core::facts::{Fact, Provenance};

use super::Step;
use super::program::{Kind, Program};
use crate::trace::{Client, Response, Text};

/// A visitor; his requests go to `steps`.
#[derive(Debug)]
pub(super) struct Visitor<'s> {
    /// Milliseconds since the epoch.
    pub t: u64,
    name: String,
    program: Program,
    address: IpAddr,
    cookie: Option<String>,
    /// The page that is open.
    page: Option<String>,
    count: u64,
    steps: &'s mut Vec<Step>,
}

/// What every page embeds.
const SCRIPTS: [&str; 3] = ["/static/app.js", "/static/shop.js", "/static/menu.js"];

impl<'s> Visitor<'s> {
    pub(super) fn new(name: String, program: Program, address: IpAddr, t: u64, steps: &'s mut Vec<Step>) -> Self {
        Visitor { t, name, program, address, cookie: None, page: None, count: 0, steps }
    }

    /// Time passes.
    pub(super) fn wait(&mut self, milliseconds: u64) {
        self.t = self.t.saturating_add(milliseconds);
    }

    /// Opens a page; a browser loads what the first one embeds.
    pub(super) fn page(&mut self, path: &str, status: u16) {
        let is_first = self.count == 0;
        self.ask(Kind::Page, path, "", status, &[("content-type", "text/html")]);
        self.page = (self.program != Program::Python).then(|| path.to_owned());
        if is_first && self.program != Program::Python {
            for script in SCRIPTS {
                let start = self.t;
                self.t = start.saturating_add(40 + self.count * 3);
                self.ask(Kind::Script, script, "", 200, &[("content-type", "text/javascript"), ("etag", "\"1\"")]);
                self.t = start;
            }
        }
    }

    /// A page's script reads.
    pub(super) fn read(&mut self, path: &str, status: u16) {
        self.ask(Kind::Read, path, "", status, &[("content-type", "application/json")]);
    }

    /// A page's script sends.
    pub(super) fn call(&mut self, path: &str, body: &str, status: u16) {
        self.ask(Kind::Call, path, body, status, &[("content-type", "application/json")]);
    }

    /// A login, as this program sends it.
    pub(super) fn log_in(&mut self, user: &str, password: &str, passes: bool) {
        if self.program.has_forms() {
            let body = format!("email={}&password={}", user.replace('@', "%40"), password.replace(' ', "+"));
            let location = if passes { "/account" } else { "/login?error=1" };
            self.ask(Kind::Form, "/login", &body, 302, &[("location", location)]);
        } else {
            let body = format!(r#"{{"email":"{user}","password":"{password}"}}"#);
            self.call("/api/login", &body, if passes { 200 } else { 401 });
        }
    }

    fn ask(&mut self, kind: Kind, path: &str, body: &str, status: u16, headers: &[(&str, &str)]) {
        let mut request = self.program.request(kind, self.page.as_deref(), self.cookie.as_deref(), body);
        let id = format!("{}/{}", self.name, self.count);
        self.count = self.count.saturating_add(1);
        (request.t, request.id, request.path) = (self.t, id.clone(), Text::from(path));
        request.body = if body.is_empty() { Fact::Absent } else { Fact::Present(body.as_bytes().to_vec()) };
        request.client =
            Client { address: Fact::Present(self.address), provenance: Provenance::Peer, ..Client::default() };
        let mut answer: Vec<(Text, Text)> =
            headers.iter().map(|(name, value)| (Text::from(*name), Text::from(*value))).collect();
        if self.cookie.is_none() && matches!(kind, Kind::Page | Kind::Form) {
            let cookie = format!("session={}", self.name.replace('/', ""));
            answer.push((Text::from("set-cookie"), Text::from(format!("{cookie}; Path=/").as_str())));
            self.cookie = Some(cookie);
        }
        let t = self.t.saturating_add(30 + self.count % 50);
        let answer = Response { t, id, status, headers: answer, body: Fact::Unknown };
        self.steps.push(Step { request, answer });
    }
}
