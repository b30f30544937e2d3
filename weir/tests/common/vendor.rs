//! The vendors' REST APIs for key-value stores, as far as bundles need them, on loopback: statuses, headers and bodies as published.
//!
//! Fastly: <https://www.fastly.com/documentation/reference/api/services/resources/kv-store-item/>; the header `generation` on reads,
//! `if-generation-match` and `add` on writes, 412 where they do not hold, as in its npm package `fastly` 13.0.0.
//! Cloudflare: <https://developers.cloudflare.com/api/resources/kv/subresources/namespaces/subresources/values/>, errors with code and
//! message, 10009 for a key and 10013 for a namespace that is not there. Both read 2026-11.

#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

/// The one token that may.
pub(crate) const TOKEN: &str = "sesame-open-0123456789";

/// Store, account and namespace that are there.
pub(crate) const STORE: &str = "abcdefghij0123456789";
pub(crate) const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const NAMESPACE: &str = "fedcba9876543210fedcba9876543210";

/// What happened, and what is there.
#[derive(Default)]
pub(crate) struct State {
    /// Values by key, each with its generation.
    pub(crate) values: BTreeMap<String, (Vec<u8>, u64)>,
    /// Keys in the order they were written.
    pub(crate) written: Vec<String>,
    /// So many requests are answered 429.
    pub(crate) busy: u32,
    /// What such an answer says of `retry-after`.
    pub(crate) retry_after: Option<&'static str>,
    /// Requests, answered or not.
    pub(crate) asked: u32,
    /// Somebody else writes the history when the next manifest has been written.
    pub(crate) is_disturbed: bool,
    generation: u64,
}

/// Both APIs, with one store behind them.
#[derive(Clone)]
pub(crate) struct Vendor {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// Status, header lines, body.
type Reply = (u16, String, Vec<u8>);

impl Vendor {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let vendor = Vendor { address: listener.local_addr().unwrap(), state: Arc::default() };
        let serving = vendor.clone();
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| drop(serving.answer(stream))));
        vendor
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Values by key.
    pub(crate) fn values(&self) -> BTreeMap<String, Vec<u8>> {
        self.state().values.iter().map(|(key, (value, _))| (key.clone(), value.clone())).collect()
    }

    /// Values that are text.
    pub(crate) fn texts(&self) -> BTreeMap<String, String> {
        let state = self.state();
        let text =
            |(key, (value, _)): (&String, &(Vec<u8>, u64))| Some((key.clone(), String::from_utf8(value.clone()).ok()?));
        state.values.iter().filter_map(text).collect()
    }

    /// The variables that say where it is, and with which token.
    pub(crate) fn variables(&self, token: &str) -> [(&'static str, String); 4] {
        [
            ("FASTLY_API_ENDPOINT", format!("http://{}", self.address)),
            ("FASTLY_API_TOKEN", token.to_owned()),
            ("CLOUDFLARE_API_BASE_URL", format!("http://{}/client/v4", self.address)),
            ("CLOUDFLARE_API_TOKEN", token.to_owned()),
        ]
    }

    fn answer(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut out = stream.try_clone()?;
        let mut lines = BufReader::new(stream);
        loop {
            let mut start = String::new();
            if lines.read_line(&mut start)? == 0 {
                return Ok(());
            }
            let mut headers = BTreeMap::new();
            loop {
                let mut line = String::new();
                lines.read_line(&mut line)?;
                let Some((name, value)) = line.trim().split_once(": ") else { break };
                headers.insert(name.to_lowercase(), value.to_owned());
            }
            let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
            let mut body = vec![0; length];
            lines.read_exact(&mut body)?;
            let (status, more, content) = self.reply(&start, &headers, body);
            write!(out, "HTTP/1.1 {status} x\r\n{more}content-length: {}\r\n\r\n", content.len())?;
            out.write_all(&content)?;
        }
    }

    fn reply(&self, start: &str, headers: &BTreeMap<String, String>, body: Vec<u8>) -> Reply {
        let mut state = self.state();
        state.asked += 1;
        if state.busy > 0 {
            state.busy -= 1;
            let after = state.retry_after.map(|after| format!("retry-after: {after}\r\n")).unwrap_or_default();
            return (429, after, Vec::new());
        }
        let mut words = start.split_whitespace();
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let fastly = format!("/resources/stores/kv/{STORE}/keys/");
        let cloudflare = format!("/client/v4/accounts/{ACCOUNT}/storage/kv/namespaces/{NAMESPACE}/values/");
        if path.starts_with("/client/v4/") {
            if headers.get("authorization") != Some(&format!("Bearer {TOKEN}")) {
                return error(403, 10_000, "Authentication error");
            }
            match path.strip_prefix(&cloudflare) {
                Some(key) => state.cloudflare(method, &decoded(key), body),
                None => error(404, 10_013, "get: 'namespace not found'"),
            }
        } else if headers.get("fastly-key").map(String::as_str) != Some(TOKEN) {
            (401, json(), br#"{"msg":"Provided credentials are missing or invalid"}"#.to_vec())
        } else {
            match path.strip_prefix(&fastly) {
                Some(key) => state.fastly(method, &decoded(key), query, headers, body),
                None => problem(404, "Store not found"),
            }
        }
    }
}

impl State {
    fn fastly(
        &mut self,
        method: &str,
        key: &str,
        query: &str,
        headers: &BTreeMap<String, String>,
        body: Vec<u8>,
    ) -> Reply {
        let generation = self.values.get(key).map(|(_, generation)| *generation);
        if method == "GET" {
            return match self.values.get(key) {
                Some((value, generation)) => (200, format!("generation: {generation}\r\n"), value.clone()),
                None => problem(404, "Item not found"),
            };
        }
        let expected = headers.get("if-generation-match").map(|value| value.parse().ok());
        let is_refused = expected.is_some_and(|expected| expected != generation);
        if is_refused || (query == "add=true" && generation.is_some()) {
            return problem(412, "Precondition failed");
        }
        self.write(key, body);
        (200, String::new(), Vec::new())
    }

    fn cloudflare(&mut self, method: &str, key: &str, body: Vec<u8>) -> Reply {
        if method == "GET" {
            return match self.values.get(key) {
                Some((value, _)) => (200, "content-type: application/octet-stream\r\n".to_owned(), value.clone()),
                None => error(404, 10_009, "get: 'key not found'"),
            };
        }
        self.write(key, body);
        (200, json(), br#"{"result":null,"success":true,"errors":[],"messages":[]}"#.to_vec())
    }

    fn write(&mut self, key: &str, body: Vec<u8>) {
        // Generations are large, and only equality says anything.
        self.generation += 1_700_000_000_000_007;
        self.values.insert(key.to_owned(), (body, self.generation));
        self.written.push(key.to_owned());
        if key.starts_with("manifest/")
            && std::mem::take(&mut self.is_disturbed)
            && let Some((value, generation)) = self.values.get_mut("default.history")
        {
            value.push(b'\n');
            *generation += 1;
        }
    }
}

fn decoded(key: &str) -> String {
    assert!(!key.contains('/'), "a key is one segment: {key}");
    key.replace("%2F", "/")
}

fn json() -> String {
    "content-type: application/json\r\n".to_owned()
}

fn problem(status: u16, title: &str) -> Reply {
    (status, json(), format!(r#"{{"type":"about:blank","title":"{title}","status":{status}}}"#).into_bytes())
}

fn error(status: u16, code: u32, message: &str) -> Reply {
    let body = format!(
        r#"{{"result":null,"success":false,"errors":[{{"code":{code},"message":"{message}"}}],"messages":[]}}"#
    );
    (status, json(), body.into_bytes())
}
