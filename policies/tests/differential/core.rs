//! Our side: the compiler and the core.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use filter_core::engine::Engine;
use filter_core::policy::wire::{self, Content};
use filter_core::policy::{Bundle, Settings};
use policy_compiler::cel::{Scope, compile};
use policy_compiler::flatten;
use serde_json::json;

use crate::requests::{NOW, Sent};

/// What expressions can name.
pub(crate) const LISTS: [(&str, &[&str]); 2] =
    [("paths", &["/", "/login", "/api/users/42"]), ("values", &["", "k-123", "DE", "debug=1"])];

/// Blocks by network list: two of a kind overlap.
pub(crate) const NETWORKS: [(&str, &str, &[&str]); 5] = [
    ("cloud", "hosting", &["192.0.2.0/24", "2001:db8::/32"]),
    ("googlebot", "crawler", &["198.51.100.0/24"]),
    ("exits", "tor", &["192.0.2.128/25"]),
    ("relay", "relay", &["192.0.2.200/32"]),
    ("edge", "cdn", &["2001:db8:1::/48"]),
];

fn content() -> Content {
    let lists: BTreeMap<&str, &[&str]> = LISTS.into_iter().collect();
    let blocks: Vec<Vec<_>> =
        NETWORKS.iter().map(|(_, _, blocks)| blocks.iter().map(|block| block.parse().unwrap()).collect()).collect();
    let flat = flatten(&blocks.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let networks: Vec<_> = NETWORKS.iter().map(|(name, kind, _)| json!({"name": name, "kind": kind})).collect();
    serde_json::from_value(json!({
        "names": [
            {"token": "sqlmap/", "name": "sqlmap", "category": "attack_tool"},
            {"token": "curl/", "name": "curl", "category": "command_line"},
            {"token": "googlebot/", "name": "Googlebot", "category": "search_engine", "operator": "Google", "ranges": "googlebot"},
        ],
        "networks": {
            "lists": networks,
            "sets": flat.sets.iter().map(|set| format!("{set:x}")).collect::<Vec<_>>(),
            "v4": BASE64_STANDARD.encode(&flat.v4),
            "v6": BASE64_STANDARD.encode(&flat.v6),
        },
        "endpoints": [
            {"id": "user", "path": "/api/users/{id}", "label": "account"},
            {"id": "login", "path": "/login", "label": "signin"},
            {"id": "home", "path": "/"},
        ],
        "lists": lists,
        "otherwise": "allow",
    }))
    .unwrap()
}

/// An engine whose first rule has the condition, and whose second its negation.
pub(crate) fn engine(when: &str) -> Result<Engine, String> {
    let mut content = content();
    let scope = Scope {
        endpoints: &content.endpoints,
        lists: &content.lists,
        networks: &content.networks.lists,
        names: &content.names,
    };
    let lowered = compile(when, &scope).map_err(|faults| format!("{} {}", faults[0].code, faults[0].message))?;
    let rule = |id: &str, when: wire::Condition| wire::Rule {
        id: id.to_owned(),
        when,
        then: wire::Action::Monitor,
        mode: wire::Mode::Enforce,
        note: None,
    };
    let condition = lowered.condition();
    content.rules = vec![rule("yes", condition.clone()), rule("no", wire::Condition::Not(Box::new(condition)))];
    let bundle = wire::write(&content, 1).unwrap();
    let bundle = Bundle::parse(bundle.as_bytes()).map_err(|problems| {
        let text = problems.to_string();
        if text.contains("nested too deeply") { format!("W0224 {text}") } else { text }
    })?;
    Ok(Engine::new(bundle, &Settings { allow_unsigned: true, ..Settings::default() }).unwrap())
}

/// What the core says of a request; `None` where it is unknown.
pub(crate) fn holds(engine: &Engine, sent: &Sent) -> Option<bool> {
    let mut kept = sent.kept.clone();
    sent.with(|facts| {
        let verdict = engine.decide(engine.plan(facts, NOW), kept.records());
        verdict.rule().map(|rule| rule.id == "yes")
    })
}
