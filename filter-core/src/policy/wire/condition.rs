//! Conditions as written: a small tree, one member an object.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

/// Which requests a rule is about.
///
/// Every test that takes a list means *one of these*. A test over a fact that the host cannot see is unknown, and a rule
/// matches only where its condition is true: `not` of unknown is unknown, `any` needs one true, `all` needs all true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// `"always"`
    Always,
    /// `{"all":[...]}`: every one holds.
    All(Vec<Condition>),
    /// `{"any":[...]}`: at least one holds.
    Any(Vec<Condition>),
    /// `{"not":...}`: known not to hold.
    Not(Box<Condition>),
    /// `{"score":{"at_least":50}}`: the whole score, 0 to 100.
    Score(Range),
    /// `{"pillar":{"name":"tools","at_least":50}}`: one pillar's score.
    Pillar(PillarTest),
    /// `{"signal":["user_agent_missing"]}`: one of these fired.
    Signal(Vec<String>),
    /// `{"class":["bot"]}`: human, good_bot, tool, bot, unknown.
    Class(Vec<String>),
    /// `{"kind":["navigation"]}`: navigation, form_post, fetch, asset, preflight, websocket, unknown.
    Kind(Vec<String>),
    /// `{"endpoint":["login"]}`: ids of the bundle's endpoints.
    Endpoint(Vec<String>),
    /// `{"label":["login"]}`: labels of the bundle's endpoints.
    Label(Vec<String>),
    /// `{"method":["POST"]}`: exact, methods are case-sensitive.
    Method(Vec<String>),
    /// `{"host":{"is":"shop.example"}}`: the authority in lower case, without port. A suffix starts with a dot.
    Host(Text),
    /// `{"path":{"prefix":"/admin/"}}`: the normalised path without query.
    Path(Text),
    /// `{"query":{"contains":"debug="}}`: the query as sent.
    Query(Text),
    /// `{"header":{"name":"x-api-key"}}`: a header is present, or its first value matches.
    Header(HeaderTest),
    /// `{"address":{"kinds":["tor"]}}`: where the client's address lies.
    Address(AddressTest),
    /// `{"provenance":["peer","hop"]}`: where the client address came from.
    Provenance(Vec<String>),
    /// `{"asn":[64500]}`: autonomous system, where the host or the bundle knows it.
    Asn(Vec<u32>),
    /// `{"country":["DE"]}`: ISO 3166-1 alpha-2, upper case.
    Country(Vec<String>),
    /// `{"claim":{"engine":["chromium"],"major":{"below":80}}}`: what the user agent says. Anybody can claim anything.
    Claim(ClaimTest),
    /// `{"named":{"category":["attack_tool"]}}`: automation that names itself in its user agent.
    Named(NamedTest),
    /// `{"crawler":["impostor"]}`: verified, impostor, unverifiable.
    Crawler(Vec<String>),
    /// `{"http":["1.0","1.1"]}`: protocol version: 1.0, 1.1, 2, 3.
    Http(Vec<String>),
    /// `{"tls":["1.2"]}`: TLS version; false on a plain connection.
    Tls(Vec<String>),
    /// `{"ja4":{"value":{"prefix":"t13d"}}}`
    Ja4(Ja4Test),
    /// `{"secure":true}`: the client's own connection was encrypted.
    Secure(bool),
    /// `{"time":{"below":1798761600}}`: when the request came, in seconds since the epoch.
    Time(Range),
    /// `{"week":{"at_least":0,"below":480}}`: when it came, in minutes since Monday 00:00 UTC.
    Week(Range),
    /// `{"share":{"name":"rule","below":500}}`: in which of 10,000 parts of all clients this one is; parts are dealt anew for each
    /// name, by the address (of IPv6 its /64). Unknown where nobody vouches for the address.
    Share(PillarTest),
    /// `{"count":{"name":"client.requests_1m","at_least":100}}`: what memory holds about the request's client, address, network, tool,
    /// account, endpoint or site, this request counted. Unknown where nothing is remembered.
    Count(PillarTest),
}

/// Bounds on a number; at least one is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Least that matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
    /// Least that does not match any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<u32>,
}

/// Bounds on a number that has a name: one pillar's score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PillarTest {
    /// Of pillars: tools, infrastructure, credentials, behaviour.
    pub name: String,
    /// Least that matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
    /// Least that does not match any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<u32>,
}

/// One test on a text. Bytes are compared exactly, except in hosts, which are in lower case. A text that is absent is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Text {
    /// It is this.
    Is(String),
    /// It is one of these.
    OneOf(Vec<String>),
    /// It is in the bundle's list of this name.
    In(String),
    /// It starts with this.
    Prefix(String),
    /// It ends with this.
    Suffix(String),
    /// It holds this.
    Contains(String),
    /// It is this, where each `*` stands for any bytes.
    Glob(String),
}

/// A header is there, or its first value passes a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderTest {
    /// Name in lower case.
    pub name: String,
    /// The test on its value; none: the header is present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Text>,
}

/// The client's address is in one of these, and came from one of the allowed places.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressTest {
    /// Blocks such as `192.0.2.0/24`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<String>,
    /// Names of the bundle's network lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
    /// Kinds of network lists: hosting, vpn, tor, proxy, relay, cdn, crawler, reputation, custom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Where the address must have come from; by default anywhere but `unverified`. Else the test is unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provenance: Vec<String>,
}

/// What the user agent says; everything that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimTest {
    /// Product families.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub family: Vec<String>,
    /// Engines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub engine: Vec<String>,
    /// Operating systems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platform: Vec<String>,
    /// Major version of the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub major: Option<Range>,
}

/// Automation that names itself; everything that is given must hold. Nothing given: any name of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedTest {
    /// Names as in the table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub name: Vec<String>,
    /// Categories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category: Vec<String>,
    /// Operators as in the table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operator: Vec<String>,
}

/// The TLS client fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ja4Test {
    /// The test.
    pub value: Text,
    /// Who must have computed it: spec, envoy. None given: either. Else the test is unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
}
