//! Those who must come in, tried against the rules: health checks, the operator's own networks, crawlers and webhooks that
//! prove themselves by their address.

use std::net::IpAddr;

use filter_core::engine::Engine;
use filter_core::facts::{ClientFacts, Fact, Facts, Header, Provenance};
use filter_core::fingerprint::Category;
use filter_core::policy::wire::Condition;
use filter_core::signals::infrastructure::NetworkKind;

use super::{Context, Lint, Placed};
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
pub(super) fn lint(engine: &Engine, rules: &[Placed<'_>], context: &Context, found: &mut Vec<Lint>) {
    let mut gate = Gate { engine, rules, found };
    let inside = IpAddr::from([10, 0, 0, 1]);
    for (agent, path) in HEALTH_CHECKS {
        gate.call(&Caller {
            code: Code::HEALTH_CHECK,
            method: "GET",
            agent,
            path,
            address: inside,
            about: "a health check",
        });
    }
    for block in &context.own {
        for agent in OWN {
            let about = format!("`{}/{}`, which is yours,", block.address(), block.length());
            let address = block.address();
            gate.call(&Caller { code: Code::OWN_NETWORK, method: "GET", agent, path: "/", address, about: &about });
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
        let (code, method, path) = match named.category {
            Category::Webhook => (Code::WEBHOOK, "POST", "/webhook"),
            _ => (Code::VERIFIED_CRAWLER, "GET", "/"),
        };
        gate.call(&Caller { code, method, agent: &agent, path, address, about: &about });
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
    found: &'g mut Vec<Lint>,
}

impl Gate<'_> {
    fn call(&mut self, caller: &Caller<'_>) {
        let Caller { code, method, agent, path, address, about } = *caller;
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
        let verdict = self.engine.judge(&facts, 0);
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
        self.found.push(Lint {
            code,
            place,
            message: format!("{rule} blocks {about} with user agent `{agent}` and score {}", verdict.score.value),
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
