//! Golden tests as an author writes them.

use std::path::PathBuf;

use filter_core::signals::vectors::BASES;
use schemars::JsonSchema;
use serde::Deserialize;

/// What the policy must do with one request, or with several in the order of time. Tests travel in the bundle: every host runs
/// them before the bundle serves.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// What it shows, in a few words; no other test has this name.
    pub name: String,
    /// Why it exists, for people; does not travel.
    #[serde(default)]
    #[allow(dead_code, reason = "for people")]
    pub note: Option<String>,
    /// When the first request comes, in UTC: `2026-11-30T23:59:59Z`. None given: `2026-11-22T12:00:00Z`, a Sunday.
    #[serde(default)]
    pub at: Option<String>,
    /// The request, judged on its own, but for a login that is looked into. One of `request`, `requests` and `trace` is needed.
    #[serde(default)]
    pub request: Option<TestRequest>,
    /// Requests in order, remembered from one to the next. Each begins as the one before, with what it says changed.
    #[serde(default)]
    pub requests: Vec<TestRequest>,
    /// Requests out of a recorded trace.
    #[serde(default)]
    pub trace: Option<Trace>,
    /// What is expected of the last request.
    #[serde(default)]
    pub expect: Option<Expect>,
}

/// One request. What is left out is unknown; but a request that is like none other is a `GET` of `https://shop.example/` by
/// 203.0.113.7, its headers in order.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestRequest {
    /// A real browser's recorded request to begin with.
    #[serde(default)]
    #[schemars(extend("enum" = BASES.iter().map(|(name, _)| *name).collect::<Vec<_>>()))]
    pub like: Option<String>,
    /// Method.
    #[serde(default)]
    pub method: Option<String>,
    /// `https` or `http`; by `http` there is no TLS.
    #[serde(default)]
    pub scheme: Option<String>,
    /// The site's host name.
    #[serde(default)]
    pub host: Option<String>,
    /// Path and query. With `times`, `{n}` in it is the number from 1.
    #[serde(default)]
    pub path: Option<String>,
    /// `1.0`, `1.1`, `2` or `3`.
    #[serde(default)]
    pub version: Option<String>,
    /// Pseudo headers by first letters, such as `masp`.
    #[serde(default)]
    pub pseudo_order: Option<String>,
    /// Headers in order, as `name: value`. In a request that begins as another, those of the same name are replaced in their place.
    #[serde(default)]
    pub headers: Vec<String>,
    /// Names of headers that are taken out.
    #[serde(default)]
    pub without: Vec<String>,
    /// What is left of the headers' order and case: `kept`, `lost` or `original`.
    #[serde(default)]
    pub header_order: Option<String>,
    /// The body's first bytes. It travels in the bundle: take made-up names and passwords.
    #[serde(default)]
    pub body: Option<String>,
    /// The connection's other end.
    #[serde(default)]
    pub client: Option<TestClient>,
    /// The TLS session.
    #[serde(default)]
    pub tls: Option<TestTls>,
    /// HTTP/2 settings fingerprint.
    #[serde(default)]
    pub h2: Option<String>,
    /// Time since the request before, as `800ms`, `2s`, `5m`.
    #[serde(default)]
    pub after: Option<String>,
    /// How often it is sent, `after` apart; expectations are about the last.
    #[serde(default)]
    pub times: Option<u32>,
    /// What the origin answers.
    #[serde(default)]
    pub answer: Option<Answer>,
    /// What is expected of this request.
    #[serde(default)]
    pub expect: Option<Expect>,
}

/// The connection's other end.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestClient {
    /// IPv4 or IPv6 address.
    #[serde(default)]
    pub address: Option<String>,
    /// Where the address came from: `peer`, `hop`, `cdn`, `unverified`.
    #[serde(default)]
    pub provenance: Option<String>,
    /// Origin autonomous system's number.
    #[serde(default)]
    pub asn: Option<u32>,
    /// Who announces the address.
    #[serde(default)]
    pub organisation: Option<String>,
    /// Country, two upper-case letters.
    #[serde(default)]
    pub country: Option<String>,
}

/// The TLS session.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestTls {
    /// `1.0` to `1.3`.
    #[serde(default)]
    pub version: Option<String>,
    /// JA4 of the ClientHello.
    #[serde(default)]
    pub ja4: Option<String>,
    /// Who computed it: `spec` or `envoy`.
    #[serde(default)]
    pub ja4_by: Option<String>,
    /// JA3 digest.
    #[serde(default)]
    pub ja3: Option<String>,
    /// Cipher suite.
    #[serde(default)]
    pub cipher: Option<String>,
}

/// What the origin answers; it counts where requests are remembered.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers, as `name: value`.
    #[serde(default)]
    pub headers: Vec<String>,
    /// The body's first bytes.
    #[serde(default)]
    pub body: Option<String>,
    /// Bytes of the whole body; those of `body`, where nothing is said.
    #[serde(default)]
    pub size: Option<u64>,
}

/// Where a test's requests were recorded.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// Trace (JSON Lines), relative to the source's folder.
    pub file: PathBuf,
    /// Only the request of this id; none given: all of them.
    #[serde(default)]
    pub id: Option<String>,
}

/// What is expected of a verdict; what is left out may be anything.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// What is done: `allow`, `monitor`, `tag`, `block` ...
    #[serde(default)]
    pub action: Option<String>,
    /// Id of the rule that acts; `otherwise` where none does.
    #[serde(default)]
    pub rule: Option<String>,
    /// Class.
    #[serde(default)]
    pub class: Option<String>,
    /// Id of the endpoint; `none` where there is none.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Status of the answer that a block gives.
    #[serde(default)]
    pub status: Option<u16>,
    /// Bounds of the score.
    #[serde(default)]
    pub score: Option<ScoreBounds>,
    /// Signals that fire.
    #[serde(default)]
    pub signals: Vec<String>,
    /// Signals that do not fire.
    #[serde(default)]
    pub no_signals: Vec<String>,
    /// Rules in shadow that match.
    #[serde(default)]
    pub shadow: Vec<String>,
    /// Rules in shadow that do not match.
    #[serde(default)]
    pub no_shadow: Vec<String>,
}

/// Bounds of a score, 0 to 100.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreBounds {
    /// Least.
    #[serde(default)]
    pub at_least: Option<u8>,
    /// Greatest.
    #[serde(default)]
    pub at_most: Option<u8>,
}
