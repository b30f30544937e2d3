//! Bundles for tests.

use anyhow::{Context, Result};
use filter_core::policy::{compact, wire};
use serde_json::json;

/// Few records: an interpreter takes its time to clear the memory of many.
pub fn few_records() -> serde_json::Value {
    json!({ "clients": 800, "details": 80, "addresses": 80, "networks": 8, "tools": 8, "accounts": 8, "endpoints": 8, "sites": 8 })
}

/// The two lines of a bundle with these rules and few records; everything else passes.
pub fn with_rules(rules: serde_json::Value, serial: u64) -> String {
    let content = json!({
        "names": [{ "token": "evilbot", "name": "Evilbot", "category": "attack_tool" }],
        "rules": rules,
        "settings": { "limits": few_records() },
        "otherwise": "allow",
    });
    of(content, serial)
}

/// The two lines of a bundle with this content.
pub fn of(content: serde_json::Value, serial: u64) -> String {
    let content: wire::Content = serde_json::from_value(content).unwrap_or_else(|error| panic!("no content: {error}"));
    wire::write(&content, serial).unwrap_or_else(|error| panic!("cannot be written: {error}"))
}

/// What a key-value store holds of a bundle under `default`: its first line, and its content in the compact form alone, where the first
/// line names one, that is wanted and can be made, or in the second line alone. Without the other one: it must not be needed then.
///
/// # Errors
/// Where the text is no bundle.
pub fn stored(bundle: &str, is_compact: bool) -> Result<Vec<(String, Vec<u8>)>> {
    let (pointer, content) = bundle.trim_end().split_once('\n').context("a bundle is two lines")?;
    let manifest: wire::Manifest = serde_json::from_str(pointer)?;
    let form = serde_json::from_str(content).ok().filter(|_| is_compact).and_then(|content| compact::write(&content));
    let item = match manifest.bincode.zip(form) {
        Some((hash, form)) => (format!("compact/{hash}"), form),
        None => (format!("content/{}", manifest.id), content.as_bytes().to_vec()),
    };
    Ok(vec![item, ("default".to_owned(), pointer.as_bytes().to_vec())])
}

/// The same, under `key`.
///
/// # Errors
/// Where the text is no bundle.
pub fn stored_as(key: &str, bundle: &str, is_compact: bool) -> Result<Vec<(String, Vec<u8>)>> {
    let items = stored(bundle, is_compact)?.into_iter();
    Ok(items.map(|(name, value)| (if name == "default" { key.to_owned() } else { name }, value)).collect())
}

/// Blocks what begins with these paths, by rules of that name, and knows where people log in.
pub fn that_blocks(names: &[&str], serial: u64) -> String {
    let rules = names.iter().map(
        |name| json!({ "id": name, "when": { "path": { "prefix": format!("/{name}") } }, "then": { "block": {} } }),
    );
    of(
        json!({
            "endpoints": [{ "id": "log-in", "path": "/login", "methods": ["POST"], "label": "login" }],
            "rules": rules.collect::<Vec<_>>(),
            "settings": { "limits": few_records() },
            "otherwise": "allow",
        }),
        serial,
    )
}

/// A bundle in its compact form.
pub fn packed(text: &str) -> Vec<u8> {
    let opened = weir::bundle::open(text.as_bytes()).unwrap_or_else(|why| panic!("{why}"));
    weir::bundle::pack(&opened, false).unwrap_or_else(|why| panic!("{why}"))
}

/// The same bundle with so many ranges of addresses, two apart.
pub fn with_ranges(text: &str, count: u32) -> String {
    let (first, line) = text.trim_end().split_once('\n').unwrap_or_else(|| panic!("no bundle"));
    let manifest: wire::Manifest = serde_json::from_str(first).unwrap_or_else(|error| panic!("{error}"));
    let mut content: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    let mut ranges = Vec::new();
    for _ in 0..count {
        [2u128, 1, 0].iter().for_each(|number| filter_core::signals::infrastructure::wire::write(*number, &mut ranges));
    }
    let v4 = base64::engine::Engine::encode(&base64::prelude::BASE64_STANDARD, ranges);
    content["networks"] = json!({ "lists": [{ "name": "many", "kind": "custom" }], "sets": ["1"], "v4": v4 });
    of(content, manifest.serial)
}

/// Blocks, tags, monitors and shadows by path, so that a test can ask for each.
pub fn by_path(serial: u64) -> String {
    let rule = |id: &str, then: serde_json::Value| json!({ "id": id, "when": { "path": { "prefix": format!("/{id}") } }, "then": then });
    let mut shadow = rule("shadow", json!({ "block": {} }));
    shadow["mode"] = json!("shadow");
    with_rules(
        json!([
            shadow,
            rule("block", json!({ "block": { "status": 403 } })),
            rule("tag", json!("tag")),
            rule("monitor", json!("monitor")),
        ]),
        serial,
    )
}

/// [`by_path`], with a golden test that expects `action` of a request that it blocks.
pub fn tested(serial: u64, action: &str) -> String {
    let text = by_path(serial);
    let line = text.lines().nth(1).unwrap_or_default();
    let mut content: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    content["tests"] = json!({
        "what is blocked": ["@method: GET", "@authority: shop.example", "@path: /block/1", format!("=action: {action}")],
    });
    of(content, serial)
}

/// Host settings around a bundle; the secret allows tags and keyed ids.
pub fn settings(bundle: &str) -> String {
    json!({ "bundle": bundle, "allow_unsigned": true, "secret": "correct horse battery staple, thirty-two bytes" })
        .to_string()
}

/// Host settings that fetch the bundle from `cluster`.
pub fn polling(cluster: &str, path: &str, start: Option<&str>) -> String {
    let mut settings = json!({
        "poll": { "cluster": cluster, "path": path, "interval": 1 },
        "allow_unsigned": true,
        "secret": "correct horse battery staple, thirty-two bytes",
    });
    if let Some(bundle) = start {
        settings["bundle"] = json!(bundle);
    }
    settings.to_string()
}
