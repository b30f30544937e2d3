//! Those who must come in, tried against the rules: health checks, the operator's own networks, crawlers and webhooks that
//! prove themselves by their address. Each from several addresses, also those that the rules name, and at every moment from now on at
//! which a rule begins or ends.

use std::net::IpAddr;

use filter_core::engine::Engine;
use filter_core::facts::{ClientFacts, Fact, Facts, Header, Provenance};
use filter_core::fingerprint::Category;
use filter_core::policy::wire::{Condition, Content};
use filter_core::request::Prefix;
use filter_core::signals::infrastructure::NetworkKind;

use super::moments::{moments, walk};
use super::{Context, Lint, Placed};
use crate::Code;

/// Health checks as they are sent: user agent, path, and addresses that they come from: the cluster's or the network's own, and of Google's
/// load balancers 35.191.0.0/16 and 130.211.0.0/22 (kubelet, AWS and Google load balancers, Envoy, HAProxy, Consul; their documentation, 2026-11).
const HEALTH_CHECKS: [(&str, &str, &[[u8; 4]]); 5] = [
    ("kube-probe/1.34", "/healthz", &INSIDE),
    ("ELB-HealthChecker/2.0", "/", &INSIDE),
    ("GoogleHC/1.0", "/", &[[35, 191, 0, 1], [130, 211, 0, 1]]),
    ("Envoy/HC", "/ready", &INSIDE),
    ("Consul Health Check", "/health", &INSIDE),
];

/// An address of each private block (RFC 1918), and the machine's own.
const INSIDE: [[u8; 4]; 4] = [[10, 0, 0, 1], [172, 16, 0, 1], [192, 168, 0, 1], [127, 0, 0, 1]];

/// Addresses that rules name, and that are tried from: a policy's blocks may be thousands.
const NAMED: usize = 256;

/// A browser and a program, as they come from an office.
const OWN: [&str; 2] = ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "curl/8.14.1"];

/// Tries each of them.
pub(super) fn lint(engine: &Engine, rules: &[Placed<'_>], content: &Content, context: &Context, found: &mut Vec<Lint>) {
    let moments = moments(rules, context.now);
    let named = named(rules);
    let mut gate = Gate { engine, rules, moments, found };
    for (agent, path, addresses) in HEALTH_CHECKS {
        for address in addresses.iter().map(|octets| IpAddr::from(*octets)) {
            let (code, about) = (Code::HEALTH_CHECK, "a health check");
            gate.call(&Caller { code, method: "GET", agent, path, address, about });
            // Where the policy says that they go.
            for path in paths(content, "health") {
                gate.call(&Caller { code, method: "GET", agent, path: &path, address, about });
            }
        }
    }
    for block in &context.own {
        let about = format!("`{}/{}`, which is yours,", block.address(), block.length());
        let inside = named.iter().copied().filter(|address| block.contains(*address));
        for address in [block.address(), middle(block), last(block)].into_iter().chain(inside) {
            for agent in OWN {
                gate.call(&Caller { code: Code::OWN_NETWORK, method: "GET", agent, path: "/", address, about: &about });
            }
        }
    }
    let networks = engine.bundle().networks();
    for list in networks.lists().iter().filter(|list| list.kind == NetworkKind::Crawler) {
        let Some(bit) = networks.bit(&list.name) else { continue };
        let inside = named.iter().copied().filter(|address| networks.find(*address) & bit != 0);
        let addresses: Vec<IpAddr> = networks.example(bit).into_iter().chain(inside).collect();
        let names = engine.bundle().names().entries().iter();
        for named in names.filter(|named| named.ranges.as_deref() == Some(&list.name)) {
            let agent =
                format!("Mozilla/5.0 (compatible; {}/1.0; +https://crawler.example)", named.token.trim_matches('*'));
            let about = format!("{} from `{}`, where its operator says it comes from,", named.name, list.name);
            let (code, method, paths) = match named.category {
                Category::Webhook => {
                    (Code::WEBHOOK, "POST", [vec!["/webhook".into()], paths(content, "webhook")].concat())
                }
                _ => (Code::VERIFIED_CRAWLER, "GET", vec!["/".to_owned()]),
            };
            for (address, path) in addresses.iter().flat_map(|address| paths.iter().map(|path| (*address, path))) {
                gate.call(&Caller { code, method, agent: &agent, path, address, about: &about });
            }
        }
    }
}

/// Paths of endpoints that the policy labels so; what is variable in them is `1`.
fn paths(content: &Content, label: &str) -> Vec<String> {
    let labelled = content.endpoints.iter().filter(|endpoint| endpoint.label.as_deref() == Some(label));
    labelled
        .map(|endpoint| {
            let segments = endpoint.path.split('/').map(|segment| match segment.starts_with('{') || segment == "**" {
                true => "1",
                false => segment,
            });
            segments.collect::<Vec<_>>().join("/")
        })
        .collect()
}

/// The first address of each block that a rule names.
fn named(rules: &[Placed<'_>]) -> Vec<IpAddr> {
    let mut named = Vec::new();
    for rule in rules.iter().filter(|rule| !rule.is_allow) {
        walk(rule.when, &mut |condition| {
            if let Condition::Address(test) = condition {
                let blocks = test.blocks.iter().filter_map(|block| block.parse::<Prefix>().ok());
                named.extend(blocks.map(|block| block.address()));
            }
        });
    }
    named.truncate(NAMED);
    named
}

/// The last address of a block.
fn last(block: &Prefix) -> IpAddr {
    match block.address() {
        IpAddr::V4(v4) => {
            (v4.to_bits() | u32::MAX.checked_shr(u32::from(block.length())).unwrap_or(0)).to_be_bytes().into()
        }
        IpAddr::V6(v6) => {
            (v6.to_bits() | u128::MAX.checked_shr(u32::from(block.length())).unwrap_or(0)).to_be_bytes().into()
        }
    }
}

/// The first address of a block's second half.
fn middle(block: &Prefix) -> IpAddr {
    let half = u32::from(block.length()).saturating_add(1);
    let bit = |bits: u32| 1u128.checked_shl(bits.saturating_sub(half)).filter(|_| half <= bits).unwrap_or(0);
    match block.address() {
        IpAddr::V4(v4) => (v4.to_bits() | u32::try_from(bit(32)).unwrap_or(0)).to_be_bytes().into(),
        IpAddr::V6(v6) => (v6.to_bits() | bit(128)).to_be_bytes().into(),
    }
}

/// Somebody who must come in.
struct Caller<'c> {
    code: Code,
    method: &'c str,
    agent: &'c str,
    path: &'c str,
    address: IpAddr,
    about: &'c str,
}

struct Gate<'g> {
    engine: &'g Engine,
    rules: &'g [Placed<'g>],
    /// When they are tried; the first is now.
    moments: Vec<u64>,
    found: &'g mut Vec<Lint>,
}

impl Gate<'_> {
    fn call(&mut self, caller: &Caller<'_>) {
        let Caller { method, agent, path, address, .. } = *caller;
        let lines =
            [("host", "shop.example"), ("user-agent", agent), ("accept", "*/*"), ("content-type", "application/json")];
        let count = if method == "POST" { lines.len() } else { lines.len().saturating_sub(1) };
        let headers: Vec<Header<'_>> = lines
            .iter()
            .take(count)
            .map(|(name, value)| Header { name: name.as_bytes(), value: value.as_bytes() })
            .collect();
        let facts = Facts {
            method: method.as_bytes(),
            scheme: Fact::Present(b"http"),
            authority: b"shop.example",
            path: path.as_bytes(),
            version: Fact::Present(b"1.1"),
            headers: &headers,
            client: ClientFacts {
                address: Fact::Present(address),
                provenance: Provenance::Peer,
                ..ClientFacts::default()
            },
            ..Facts::default()
        };
        for moment in self.moments.clone() {
            self.knock(caller, &facts, moment);
        }
    }

    fn knock(&mut self, caller: &Caller<'_>, facts: &Facts<'_>, moment: u64) {
        let Caller { code, agent, address, about, .. } = *caller;
        let verdict = self.engine.judge(facts, moment);
        if !verdict.action().interferes() {
            return;
        }
        let id = verdict.rule().map(|rule| rule.id.as_str());
        let rule = self.rules.iter().find(|rule| !rule.is_allow && Some(rule.id) == id);
        // Who writes a crawler's name or kind into a rule means it.
        let is_crawler = matches!(code, Code::VERIFIED_CRAWLER | Code::WEBHOOK);
        if is_crawler && rule.is_some_and(|rule| names(rule.when)) {
            return;
        }
        let place = rule.map_or_else(|| "/otherwise".to_owned(), |rule| format!("{}/when", rule.place));
        // One finding a rule and kind is enough.
        if self.found.iter().any(|lint| lint.code == code && lint.place == place) {
            return;
        }
        let rule = id.map_or_else(|| "`otherwise`".to_owned(), |id| format!("`{id}`"));
        let is_now = self.moments.first() == Some(&moment);
        let when = i64::try_from(moment).ok().and_then(|t| jiff::Timestamp::from_millisecond(t).ok());
        let when = when.filter(|_| !is_now).map_or_else(String::new, |when| format!(" at {when}"));
        self.found.push(Lint {
            code,
            place,
            message: format!(
                "{rule} blocks {about} with user agent `{agent}`, address {address} and score {}{when}",
                verdict.score.value
            ),
            remedy: "let it pass by an allow rule on what it proves: its address, or `bot.proof == 'verified'`".into(),
        });
    }
}

/// Whether a condition asks for programs by name, operator or kind. By kind it could hit search engines and webhooks unawares: those
/// bring visitors and money.
fn names(condition: &Condition) -> bool {
    let is_vital = |category: &String| matches!(category.as_str(), "search_engine" | "webhook");
    match condition {
        Condition::Named(test) if test.name.is_empty() && test.operator.is_empty() => {
            !test.category.is_empty() && !test.category.iter().any(is_vital)
        }
        Condition::Named(_) => true,
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(names),
        _ => false,
    }
}
