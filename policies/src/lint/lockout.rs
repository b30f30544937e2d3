//! Those who must come in, tried against the rules: health checks, the operator's own networks, crawlers and webhooks that
//! prove themselves by their address.

use std::net::IpAddr;

use filter_core::engine::Engine;
use filter_core::facts::{ClientFacts, Fact, Facts, Header, Provenance};
use filter_core::fingerprint::Category;
use filter_core::signals::infrastructure::NetworkKind;

use super::{Context, Lint};
use crate::Code;

/// Health checks as they are sent: user agent and path (kubelet, AWS and Google load balancers, Envoy, HAProxy, Consul;
/// their documentation, 2026-11).
const HEALTH_CHECKS: [(&str, &str); 5] = [
    ("kube-probe/1.34", "/healthz"),
    ("ELB-HealthChecker/2.0", "/"),
    ("GoogleHC/1.0", "/"),
    ("Envoy/HC", "/ready"),
    ("Consul Health Check", "/health"),
];

/// A browser and a program, as they come from an office.
const OWN: [&str; 2] = ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "curl/8.14.1"];

/// Tries each of them.
pub(super) fn lint(engine: &Engine, context: &Context, found: &mut Vec<Lint>) {
    let inside = IpAddr::from([10, 0, 0, 1]);
    for (agent, path) in HEALTH_CHECKS {
        try_one(engine, Code::HEALTH_CHECK, "GET", agent, path, inside, "a health check", found);
    }
    for block in &context.own {
        for agent in OWN {
            let about = format!("`{}/{}`, which is yours,", block.address(), block.length());
            try_one(engine, Code::OWN_NETWORK, "GET", agent, "/", block.address(), &about, found);
        }
    }
    let networks = engine.bundle().networks();
    for list in networks.lists().iter().filter(|list| list.kind == NetworkKind::Crawler) {
        let Some(address) = networks.bit(&list.name).and_then(|bit| networks.example(bit)) else { continue };
        let mut names = engine.bundle().names().entries().iter();
        let Some(named) = names.find(|named| named.ranges.as_deref() == Some(&list.name)) else { continue };
        let agent =
            format!("Mozilla/5.0 (compatible; {}/1.0; +https://crawler.example)", named.token.trim_matches('*'));
        let about = format!("{} from `{}`, where its operator says it comes from,", named.name, list.name);
        match named.category {
            Category::Webhook => try_one(engine, Code::WEBHOOK, "POST", &agent, "/webhook", address, &about, found),
            _ => try_one(engine, Code::VERIFIED_CRAWLER, "GET", &agent, "/", address, &about, found),
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "one request in its parts")]
fn try_one(
    engine: &Engine,
    code: Code,
    method: &str,
    agent: &str,
    path: &str,
    address: IpAddr,
    about: &str,
    found: &mut Vec<Lint>,
) {
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
        client: ClientFacts { address: Fact::Present(address), provenance: Provenance::Peer, ..ClientFacts::default() },
        ..Facts::default()
    };
    let verdict = engine.judge(&facts, 0);
    if !verdict.action().interferes() {
        return;
    }
    let bundle = engine.bundle();
    let rule = verdict.rule().map(|rule| rule.id.as_str());
    let place = bundle.rules().iter().position(|other| Some(other.id.as_str()) == rule);
    let place = place.map_or_else(|| "/otherwise".to_owned(), |index| format!("/rules/{index}/when"));
    // One finding a rule and kind is enough.
    if found.iter().any(|lint| lint.code == code && lint.place == place) {
        return;
    }
    let rule = rule.map_or_else(|| "`otherwise`".to_owned(), |rule| format!("`{rule}`"));
    found.push(Lint {
        code,
        place,
        message: format!("{rule} blocks {about} with user agent `{agent}` and score {}", verdict.score.value),
        remedy: "let it pass by an allow rule on what it proves: its address, or `bot.proof == 'verified'`".into(),
    });
}
