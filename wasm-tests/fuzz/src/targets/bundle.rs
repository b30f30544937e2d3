//! Bundles in both forms: refused with reasons, or loaded and able to judge; content that is understood is written and read again as
//! the same.

use filter_core::engine::Engine;
use filter_core::facts::Facts;
use filter_core::keys::Keys;
use filter_core::policy::{Bundle, Settings, check_content, compact, wire};

use super::{Target, decide};
use crate::fields::{Fields, join};
use crate::parts::{DEFAULT, RULES, SECRET};

pub(super) const TARGET: Target = Target { name: "bundle", check, seeds, rounds: 2500 };

fn seeds() -> Vec<Vec<u8>> {
    let whole = wire::write(&serde_json::from_str(RULES).unwrap(), 1).unwrap();
    let cases = include_str!("../../../../filter-core/src/policy/condition/cases.json");
    let cases: serde_json::Value = serde_json::from_str(cases).unwrap();
    let mut all =
        vec![join([b"w", whole.as_bytes()]), join([b"c", RULES.as_bytes()]), join([&b"d"[..], b"\x10", b"x"])];
    conditions(&cases, &mut all);
    let filter =
        r#"{"name":"b","kind":"pairs","keys":3,"bits":8,"seed":"00fe","segment":4,"table":"AAECAwQFBgcICQoL"}"#;
    all.push(join([b"c", format!(r#"{{"breached":[{filter}],"otherwise":"allow"}}"#).as_bytes()]));
    for content in [RULES, r#"{"otherwise":"allow"}"#, TABLES] {
        all.push(join([&b"b"[..], &compact::write(&serde_json::from_str(content).unwrap()).unwrap()]));
    }
    all
}

const TABLES: &str = r#"{"names":[{"token":"curl/","name":"curl","category":"command_line","operator":"o"},
    {"token":"*bot","name":"bot","category":"other_crawler","ranges":"a","generic":true}],
    "networks":{"lists":[{"name":"a","kind":"crawler"},{"name":"b","kind":"vpn"}],"sets":["1","3"],"v4":"AwERAhIB","v6":"MTEB"},
    "otherwise":"allow","tests":{"t":["@method: GET","=action: allow"]}}"#;

/// Each condition of the committed cases, as the one rule of a bundle.
fn conditions(cases: &serde_json::Value, all: &mut Vec<Vec<u8>>) {
    let groups = cases.as_array().into_iter().flatten();
    for when in groups.filter_map(|group| group["cases"].as_array()).flatten().map(|case| &case[0]) {
        let content = format!(r#"{{"rules":[{{"id":"r","when":{when},"then":"monitor"}}],"otherwise":"allow"}}"#);
        all.push(join([b"c", content.as_bytes()]));
    }
}

fn check(data: &[u8]) {
    let mut fields = Fields::of(data);
    match fields.bytes() {
        b"w" => load(fields.rest()),
        b"d" => patched(fields),
        b"b" => compact(fields.rest()),
        _ => content(fields.rest()),
    }
}

/// Bytes as a second line, under a manifest that vouches for them.
fn content(line: &[u8]) {
    let Ok(text) = std::str::from_utf8(line) else { return };
    let manifest = serde_json::to_string(&wire::Manifest::of(text, 1)).unwrap();
    load(format!("{manifest}\n{text}").as_bytes());
    let Ok(content) = check_content(text) else { return };
    let written = serde_json::to_string(&content).unwrap();
    let again: wire::Content = serde_json::from_str(&written).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), written);
}

/// Bytes as a compact form, under a manifest that vouches for them; in base64 it is the same.
fn compact(form: &[u8]) {
    let manifest = wire::Manifest { bincode: Some(compact::digest(form)), ..wire::Manifest::of("{}", 1) };
    let manifest = serde_json::to_string(&manifest).unwrap();
    load(&[manifest.as_bytes(), b"\n", form].concat());
    load(format!("{manifest}\n{}", compact::text(form)).as_bytes());
}

/// The default bundle's content with bytes replaced: a place and what stands there, again and again. It is large and slow to
/// load: only a window of it is moved, and rarely.
fn patched(mut fields: Fields<'_>) {
    let mut line = DEFAULT.lines().nth(1).unwrap().as_bytes().to_vec();
    while let (place, Some(bytes)) = (fields.number() as usize, fields.next()) {
        let place = place % line.len();
        let end = (place + bytes.len()).min(line.len());
        line.splice(place..end, bytes.iter().copied());
    }
    let Ok(text) = std::str::from_utf8(&line) else { return };
    let manifest = serde_json::to_string(&wire::Manifest::of(text, 1)).unwrap();
    load(format!("{manifest}\n{text}").as_bytes());
}

fn load(text: &[u8]) {
    let bundle = match Bundle::parse(text) {
        Ok(bundle) => bundle,
        Err(problems) => return assert!(problems.iter().all(|problem| !problem.to_string().is_empty())),
    };
    let settings = Settings { allow_unsigned: true, keys: Some(Keys::derive(SECRET)), ..Settings::default() };
    let engine = Engine::new(bundle, &settings).unwrap();
    let facts = Facts { method: b"GET", authority: b"shop.example", path: b"/api/users/7", ..Facts::default() };
    decide::sound(&engine.judge(&facts, 0));
}
