//! The variables that conditions can ask about.

use filter_core::policy::vocabulary::Vocabulary;
use filter_core::policy::wire::{ClaimTest, Condition, Ja4Test, NamedTest, PillarTest, Range, Text};
use filter_core::signals::SIGNALS;

use super::Scope;

/// One variable.
#[derive(Debug)]
pub struct Variable {
    /// Its path: `request.method`.
    pub path: &'static str,
    /// What it is, for people.
    pub about: &'static str,
    pub(super) kind: Kind,
}

/// What a variable holds, and the core's test of it.
#[derive(Debug)]
pub(super) enum Kind {
    Bool(fn() -> Condition),
    /// A whole number from 0 to the greatest.
    Number(u32, fn(Range) -> Condition),
    /// A number that only names something.
    Asn,
    /// One of a closed set of words.
    Word(Vocabulary, fn(Vec<String>) -> Condition),
    /// One of the names that the policy or the request brings; none known: any.
    Name(&'static str, fn(&Scope<'_>) -> Option<Vec<String>>, fn(Vec<String>) -> Condition),
    Text(fn(Text) -> Condition),
    Host,
    Path,
    /// A set of names.
    Set(&'static str, fn(&Scope<'_>) -> Vec<String>, fn(String) -> Condition),
    Address(&'static [&'static str]),
    Headers,
    Lists,
}

impl Variable {
    /// Its type in a word or two, for people.
    pub fn kind(&self) -> &'static str {
        match self.kind {
            Kind::Bool(_) => "bool",
            Kind::Number(..) | Kind::Asn => "number",
            Kind::Word(..) => "word",
            Kind::Name(..) => "name",
            Kind::Text(_) | Kind::Host | Kind::Path => "text",
            Kind::Set(..) => "set of names",
            Kind::Address(_) => "address",
            Kind::Headers => "map of texts",
            Kind::Lists => "map of lists",
        }
    }

    /// The words it can have, where they are a closed set.
    pub fn words(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Word(vocabulary, _) => vocabulary.words(),
            _ => &[],
        }
    }
}

macro_rules! variables {
    ($($path:literal, $kind:expr, $about:literal;)* counts $($($name:literal)+, $what:literal;)*) => {
        /// Every variable, in the order of the line; then what memory holds.
        pub const VARIABLES: &[Variable] = &[
            $(Variable { path: $path, about: $about, kind: $kind },)*
            $($(Variable { path: $name, about: $what, kind: Kind::Number(u32::MAX, |range| count($name, range)) },)+)*
        ];
    };
}

variables! {
    "request.method", Kind::Name("method", |_| None, Condition::Method), "the method as sent; methods are case-sensitive";
    "request.host", Kind::Host, "the authority in lower case, without port";
    "request.path", Kind::Path, "the normalised path without query";
    "request.query", Kind::Text(Condition::Query), "the query as sent, without `?`; empty where there is none";
    "request.headers", Kind::Headers, "first values by name in lower case: `request.headers['x-api-key']`, `'cookie' in request.headers`";
    "request.version", Kind::Word(Vocabulary::HttpVersion, Condition::Http), "the protocol's version between client and edge";
    "request.kind", Kind::Word(Vocabulary::RequestKind, Condition::Kind), "what the request is for, by its method and headers";
    "request.secure", Kind::Bool(|| Condition::Secure(true)), "whether the client's own connection was encrypted";
    "client.address", Kind::Address(&[]), "the client's address, unknown where nobody vouches for it";
    "client.claimed_address", Kind::Address(&["peer", "hop", "cdn", "unverified"]), "the same, also where nobody vouches for it; only for rules that monitor or tag";
    "client.provenance", Kind::Word(Vocabulary::Provenance, Condition::Provenance), "where the address came from";
    "client.networks", Kind::Set("network list", network_lists, in_list), "names of the network lists that hold the address";
    "client.network_kinds", Kind::Set("network list of this kind", network_kinds, in_kind), "kinds of the network lists that hold the address; people behind a relay and crawlers at home count as in no hosting, vpn, tor, proxy or reputation list";
    "client.asn", Kind::Asn, "the origin autonomous system's number";
    "client.country", Kind::Name("country", |_| None, Condition::Country), "the country's code, two upper-case letters (ISO 3166-1)";
    "tls.version", Kind::Word(Vocabulary::TlsVersion, Condition::Tls), "the TLS version, none on a plain connection";
    "tls.ja4", Kind::Text(|value| ja4(value, &[])), "the TLS client fingerprint, whoever computed it";
    "tls.ja4_spec", Kind::Text(|value| ja4(value, &["spec"])), "the same by the specification, unknown where another computed it";
    "tls.ja4_envoy", Kind::Text(|value| ja4(value, &["envoy"])), "the same as Envoy computes it, unknown where another did";
    "claim.family", Kind::Word(Vocabulary::Family, |family| Condition::Claim(ClaimTest { family, ..ClaimTest::default() })), "the product that the user agent names. Anybody can claim anything";
    "claim.engine", Kind::Word(Vocabulary::Engine, |engine| Condition::Claim(ClaimTest { engine, ..ClaimTest::default() })), "the engine of that product";
    "claim.platform", Kind::Word(Vocabulary::Platform, |platform| Condition::Claim(ClaimTest { platform, ..ClaimTest::default() })), "the operating system that the user agent names";
    "claim.major", Kind::Number(u32::MAX, |range| Condition::Claim(ClaimTest { major: Some(range), ..ClaimTest::default() })), "the major version that the user agent names";
    "bot.named", Kind::Bool(|| Condition::Named(NamedTest::default())), "whether the user agent names a program of the name tables";
    "bot.name", Kind::Name("program", |scope| Some(bot_names(scope)), |name| Condition::Named(NamedTest { name, ..NamedTest::default() })), "which one";
    "bot.operator", Kind::Name("operator", |scope| Some(bot_operators(scope)), |operator| Condition::Named(NamedTest { operator, ..NamedTest::default() })), "who runs it";
    "bot.category", Kind::Word(Vocabulary::Category, |category| Condition::Named(NamedTest { category, ..NamedTest::default() })), "what it is for";
    "bot.proof", Kind::Word(Vocabulary::Proof, Condition::Crawler), "whether the name is true, for crawlers whose operators publish their addresses";
    "endpoint.id", Kind::Name("endpoint", |scope| Some(endpoint_ids(scope)), Condition::Endpoint), "the endpoint, of those that the policy describes";
    "endpoint.label", Kind::Name("endpoint with the label", |scope| Some(endpoint_labels(scope)), Condition::Label), "its label";
    "signals", Kind::Set("signal", |_| SIGNALS.iter().map(|signal| signal.id.to_owned()).collect(), |id| Condition::Signal(vec![id])), "ids of the signals that fired";
    "score", Kind::Number(100, Condition::Score), "the whole score, 0 to 100";
    "pillars.tools", Kind::Number(100, |range| pillar("tools", range)), "the tools pillar's score, 0 to 100";
    "pillars.infrastructure", Kind::Number(100, |range| pillar("infrastructure", range)), "the infrastructure pillar's score";
    "pillars.credentials", Kind::Number(100, |range| pillar("credentials", range)), "the credentials pillar's score";
    "pillars.behaviour", Kind::Number(100, |range| pillar("behaviour", range)), "the behaviour pillar's score";
    "class", Kind::Word(Vocabulary::Class, Condition::Class), "what the score and the proof come to";
    "lists", Kind::Lists, "the policy's lists of texts by name: `request.path in lists.paths`";
    counts
    "client.requests_4s" "client.requests_1m" "client.requests_17m" "client.requests_5h", "requests of the client (its session, else address and user agent) lately; see Counts";
    "client.failed_logins", "logins that failed";
    "client.failed_accounts", "distinct accounts on which logins failed";
    "client.addresses", "distinct addresses it came from";
    "client.paths", "distinct paths it asked for";
    "client.endpoints", "distinct endpoints it asked for";
    "client.missing", "distinct paths that were not there";
    "address.requests_4s" "address.requests_1m" "address.requests_17m" "address.requests_5h", "requests from the address (IPv6: its /64)";
    "address.failed_logins", "logins that failed";
    "address.failed_accounts", "distinct accounts on which logins failed";
    "address.clients", "distinct clients";
    "address.tools", "distinct programs";
    "network.requests_4s" "network.requests_1m" "network.requests_17m" "network.requests_5h", "requests from the network: autonomous system, else IPv4 /24 or IPv6 /48";
    "network.failed_logins", "logins that failed in the last 30 to 60 minutes";
    "network.failed_accounts", "distinct accounts on which logins failed in that time";
    "network.addresses", "distinct addresses";
    "network.tools", "distinct programs";
    "tool.requests_4s" "tool.requests_1m" "tool.requests_17m" "tool.requests_5h", "requests of the program, by how they are put together, wherever it runs";
    "tool.failed_logins", "logins that failed in the last 30 to 60 minutes";
    "tool.failed_accounts", "distinct accounts on which logins failed in that time";
    "tool.addresses", "distinct addresses it runs at";
    "tool.networks", "distinct networks";
    "tool.paths", "distinct paths";
    "account.requests_4s" "account.requests_1m" "account.requests_17m" "account.requests_5h", "requests that log in to the account";
    "account.failures_4s" "account.failures_1m" "account.failures_17m" "account.failures_5h", "its failed logins, likewise";
    "account.clients", "distinct clients that log in to it";
    "account.addresses", "distinct addresses";
    "account.networks", "distinct networks";
    "account.tools", "distinct programs";
    "endpoint.requests_4s" "endpoint.requests_1m" "endpoint.requests_17m" "endpoint.requests_5h", "requests to the endpoint, from everybody";
    "endpoint.failures_4s" "endpoint.failures_1m" "endpoint.failures_17m" "endpoint.failures_5h", "its answers of 401 and 403, likewise";
    "endpoint.clients", "distinct clients";
    "site.requests_4s" "site.requests_1m" "site.requests_17m" "site.requests_5h", "requests to the host, from everybody";
    "site.failed_logins", "logins that failed in the last 30 to 60 minutes";
    "site.failed_accounts", "distinct accounts on which logins failed in that time";
    "site.clients", "distinct clients";
    "site.addresses", "distinct addresses";
}

/// Variables that the language has words for and the core no facts yet, with what to write in their place.
pub(super) const NOT_YET: &[(&str, &str)] = &[
    ("rates", "write `client.requests_1m > 100`, or another of its kind"),
    ("distinct", "write `address.clients > 10`, or another of its kind"),
    ("account", "write `account.failures_17m > 5`, or another of its kind"),
    ("session", "write `client.requests_1m > 100`; `settings.identity` says what a session is"),
    ("tool", "test `tls.ja4` or `claim`"),
    ("time", "give the rule a `schedule` or `expires`"),
    ("client.labels", "test `client.networks`"),
    ("client.organisation", "test `client.asn`"),
];

/// Names that authors try, and the variable that they mean.
pub(super) const MEANT: &[(&str, &str)] = &[
    ("always", "true"),
    ("never", "false"),
    ("request.user_agent", "request.headers['user-agent']"),
    ("request.useragent", "request.headers['user-agent']"),
    ("user_agent", "request.headers['user-agent']"),
    ("client.ip", "client.address"),
    ("request.url", "request.path"),
    ("request.uri", "request.path"),
    ("request.cookie", "request.headers['cookie']"),
    ("request.cookies", "request.headers['cookie']"),
    ("request.id", "request.headers['x-request-id']"),
    ("request.header", "request.headers"),
    ("request.authority", "request.host"),
    ("crawler", "bot.proof"),
    ("bot.verified", "bot.proof == 'verified'"),
    ("score.value", "score"),
    ("score.class", "class"),
    ("bot.class", "class"),
];

fn in_list(name: String) -> Condition {
    let lists = vec![name];
    Condition::Address(filter_core::policy::wire::AddressTest { lists, ..Default::default() })
}

fn in_kind(kind: String) -> Condition {
    let kinds = vec![kind];
    Condition::Address(filter_core::policy::wire::AddressTest { kinds, ..Default::default() })
}

fn ja4(value: Text, by: &[&str]) -> Condition {
    Condition::Ja4(Ja4Test { value, by: by.iter().map(|by| (*by).to_owned()).collect() })
}

fn count(name: &str, range: Range) -> Condition {
    Condition::Count(PillarTest { name: name.to_owned(), at_least: range.at_least, below: range.below })
}

fn pillar(name: &str, range: Range) -> Condition {
    Condition::Pillar(PillarTest { name: name.to_owned(), at_least: range.at_least, below: range.below })
}

fn network_lists(scope: &Scope<'_>) -> Vec<String> {
    scope.networks.iter().map(|list| list.name.clone()).collect()
}

fn network_kinds(scope: &Scope<'_>) -> Vec<String> {
    distinct(scope.networks.iter().map(|list| list.kind.clone()))
}

fn bot_names(scope: &Scope<'_>) -> Vec<String> {
    scope.names.iter().map(|entry| entry.name.clone()).collect()
}

fn bot_operators(scope: &Scope<'_>) -> Vec<String> {
    distinct(scope.names.iter().filter_map(|entry| entry.operator.clone()))
}

fn endpoint_ids(scope: &Scope<'_>) -> Vec<String> {
    scope.endpoints.iter().map(|endpoint| endpoint.id.clone()).collect()
}

fn endpoint_labels(scope: &Scope<'_>) -> Vec<String> {
    distinct(scope.endpoints.iter().filter_map(|endpoint| endpoint.label.clone()))
}

fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let names: std::collections::BTreeSet<String> = names.collect();
    names.into_iter().collect()
}
