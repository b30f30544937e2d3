//! A rule with a guard holds where it holds without.

use alloc::format;
use alloc::string::ToString;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::engine::Engine;
use crate::facts::{Facts, Header, HeaderOrder};
use crate::policy::{Bundle, Settings, wire};
use crate::request::ClientAddressSettings;

fn bundle(when: &Value, others: usize) -> Bundle {
    let other = |n| json!({"id": format!("other-{n}"), "when": {"path": {"is": "/nowhere"}}, "then": "monitor"});
    let mut rules: Vec<Value> = (0..others).map(other).collect();
    rules.push(json!({"id": "asked", "when": when, "then": "monitor"}));
    let content = json!({"lists": {"two": ["/ab", "b"]}, "rules": rules, "otherwise": "allow"});
    let content: wire::Content = serde_json::from_value(content).unwrap();
    Bundle::parse(wire::write(&content, 1).unwrap().as_bytes()).unwrap_or_else(|e| panic!("{when}: {e}"))
}

/// Whether the rule holds for a request.
fn holds(bundle: Bundle, path: &str, value: &str) -> bool {
    let engine = Engine::new(bundle, &Settings { allow_unsigned: true, ..Settings::default() }).unwrap();
    let headers = [Header { name: b"accept", value: value.as_bytes() }];
    let (authority, headers) = (value.as_bytes(), &headers[..]);
    let facts = Facts {
        method: b"GET",
        authority,
        path: path.as_bytes(),
        headers,
        header_order: HeaderOrder::Kept,
        ..Facts::default()
    };
    engine.judge(&facts, 0).rule().is_some()
}

/// Lets texts of these forms begin as they must; in lower case where that is a dot.
fn begin(text: &Value, with: &str, forms: &[&str]) -> Value {
    let mut text = text.to_string();
    for form in forms {
        text = text.replace(&format!(r#""{form}":""#), &format!(r#""{form}":"{with}"#));
    }
    serde_json::from_str(&if with == "." { text.to_ascii_lowercase() } else { text }).unwrap()
}

fn condition() -> impl Strategy<Value = Value> {
    let text = ("[/abAB]{1,3}|(ab){17}", 0..7).prop_map(|(part, form)| match form {
        0 | 1 => json!({"is": part}),
        2 => json!({"prefix": part}),
        3 => json!({"suffix": part}),
        4 => json!({"contains": part}),
        5 => json!({"in": "two"}),
        _ => json!({"glob": format!("{part}*b")}),
    });
    let leaf = ("path|query|host|header|unknown", text).prop_map(|(subject, text)| match &*subject {
        "header" => json!({"header": {"name": "accept", "value": text}}),
        "unknown" => json!({"ja4": {"value": text}}),
        "host" => json!({"host": begin(&text, ".", &["suffix"])}),
        "path" => json!({"path": begin(&text, "/", &["is", "prefix", "glob"])}),
        _ => json!({subject: text}),
    });
    let score = (0u8..100).prop_map(|least| json!({"score": {"at_least": least}}));
    let below = (1u8..=100).prop_map(|most| json!({"score": {"below": most}}));
    prop_oneof![8 => leaf, 1 => score, 1 => below].prop_recursive(3, 12, 3, |part| {
        prop_oneof![
            prop::collection::vec(part.clone(), 1..4).prop_map(|parts| json!({"all": parts})),
            prop::collection::vec(part.clone(), 1..5).prop_map(|parts| json!({"any": parts})),
            part.prop_map(|part| json!({"not": part})),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]
    #[test]
    fn guards_change_nothing(when in condition(), path in "/[abAB/]{0,3}([?][abAB]{0,3})?|/?(ab){15,18}", value in "[/abAB.]{0,3}|(ab){15,18}") {
        let alone = bundle(&when, 0);
        prop_assert!(alone.rules().len() < FEW);
        let holds_alone = holds(alone, &path, &value);
        prop_assert_eq!(holds(bundle(&when, FEW), &path, &value), holds_alone, "{} {}", path, value);
    }
}

#[test]
fn rules_about_other_texts_are_passed_over() {
    let cases: [(Value, &str, bool); 12] = [
        (json!({"score": {"at_least": 50}}), "/", true),
        (json!({"score": {"at_least": 51}}), "/", false),
        (json!({"score": {"below": 50}}), "/", false),
        (json!({"path": {"prefix": "/api/"}}), "/api/users", true),
        (json!({"path": {"prefix": "/api/"}}), "/apt/users", false),
        (json!({"path": {"suffix": ".php"}}), "/index.php", true),
        (json!({"path": {"suffix": ".php"}}), "/index.html", false),
        (json!({"path": {"is": "/a"}}), "/a/b", false),
        (json!({"path": {"glob": "/a*/long"}}), "/a/short", false),
        (json!({"any": [{"path": {"is": "/a"}}, {"query": {"prefix": "q="}}]}), "/b?q=1", true),
        (json!({"any": [{"path": {"is": "/a"}}, {"query": {"prefix": "q="}}]}), "/b?r=1", false),
        (json!({"all": [{"score": {"at_least": 0}}, {"path": {"is": "/a"}}]}), "/b", false),
    ];
    for (when, path, expected) in cases {
        let bundle = bundle(&when, FEW);
        let guards = Guards::new(bundle.rules().iter().map(|rule| &rule.when)).unwrap();
        let facts = Facts { path: path.as_bytes(), ..Facts::default() };
        let texts = guards.texts(&Request::new(&facts, &ClientAddressSettings::default()), 50);
        let asked: Vec<bool> = guards.ask(&texts).collect();
        assert_eq!(asked.last(), Some(&expected), "{when} {path}");
        assert!(asked[..FEW].iter().all(|may_hold| !may_hold), "no request here goes there");
    }
}
