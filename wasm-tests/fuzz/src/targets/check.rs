//! `weir check`: every finding has a place inside the text, and can be shown.

use std::path::Path;

use serde_json::Value;
use weir::check::{Kind, check as find, locate};

use super::Target;
use crate::fields::{Fields, join};
use crate::parts::RULES;

pub(super) const TARGET: Target = Target { name: "check", check, seeds, rounds: 2000 };

fn seeds() -> Vec<Vec<u8>> {
    let settings = r#"{"allow_unsigned":1,
  "secret":"short é", "client_address":{"trusted_proxies":["10.0.0.1/8"]}, "poll":{"cluster":"x"}}"#;
    let bundle = format!("{{\"format\":1,\"id\":\"00\",\"serial\":1}}\n{RULES}\n");
    let pointer = b"/client_address/trusted_proxies/0";
    [settings, &bundle, RULES, "{\"rules\":[{\"id\":7}]}"].map(|text| join([pointer, text.as_bytes()])).to_vec()
}

fn check(data: &[u8]) {
    let mut fields = Fields::of(data);
    let pointer = fields.text();
    let Ok(text) = std::str::from_utf8(fields.rest()) else { return };
    let (span, there) = locate(text, &pointer);
    let part = text.get(span).expect("inside, and between characters");
    assert!(!there || pointer.is_empty() || pointer.starts_with('/'), "{pointer}");
    if let (true, Ok(whole)) = (there, serde_json::from_str::<Value>(text)) {
        let part: Value = serde_json::from_str(part).expect("a value of a sound text is sound");
        // A name may stand there twice: then the first is shown, and the last is what counts.
        let is_once = whole.to_string().matches('"').count() == text.matches('"').count();
        assert!(!is_once || whole.pointer(&pointer) == Some(&part), "{pointer}");
    }
    // A policy is read from its file again.
    let Some(kind) = Kind::detect(text).filter(|kind| *kind != Kind::Policy) else { return };
    let Err(findings) = find(kind, Path::new("a file"), text) else { return };
    assert!(!findings.is_empty());
    for finding in findings {
        assert!(text.get(finding.span.clone()).is_some(), "{finding:?}");
        assert!(!finding.render().is_empty());
        assert!(finding.to_json().is_object());
    }
}
