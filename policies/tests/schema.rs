//! The committed schema is what the types say, and fits what the reader takes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

/// Run with `UPDATE_SCHEMA=1` to write it.
#[test]
fn the_committed_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policy.schema.json");
    let made = policy_compiler::schema();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == made, "{} is out of date; run the test with UPDATE_SCHEMA=1", path.display());
}

/// The names that an object of the schema takes, and those it needs.
fn names(object: &Value) -> (BTreeSet<&str>, BTreeSet<&str>) {
    assert_eq!(object["additionalProperties"], false, "unknown members are refused");
    let known = object["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let needed = object["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap()).collect();
    (known, needed)
}

/// What the schema takes is what the reader says that it expects.
#[test]
fn the_schema_knows_the_reader_s_members() {
    let schema: Value = serde_json::from_str(&policy_compiler::schema()).unwrap();
    let (known, needed) = names(&schema);
    assert_eq!(needed, ["otherwise", "serial"].into());
    let (rule, rule_needs) = names(&schema["$defs"]["Rule"]);
    assert_eq!(rule_needs, ["id", "then", "when"].into());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.json");
    std::fs::write(
        &path,
        r#"{"serial":1,"x":1,"rules":[{"id":"a","when":"true","then":"tag","x":1}],"otherwise":"tag"}"#,
    )
    .unwrap();
    let found = policy_compiler::build(&path).unwrap_err();
    let expected: Vec<BTreeSet<&str>> =
        found.iter().map(|one| one.remedy.split('`').skip(1).step_by(2).collect()).collect();
    assert_eq!(expected, [known, rule]);
}
