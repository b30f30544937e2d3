//! Host settings: refused with reasons, or fit to run an engine with.

use filter_core::engine::Engine;
use filter_core::policy::{Bundle, Settings, wire};

use super::Target;
use crate::parts::RULES;
use crate::seeds;

pub(super) const TARGET: Target = Target { name: "settings", check, seeds, rounds: 4000 };

fn seeds() -> Vec<Vec<u8>> {
    seeds::texts(&[
        r#"{"bundle":"{}\n{}","allow_unsigned":true,"secret":"correct horse battery staple","node":"edge-1","event_share":0.25}"#,
        r#"{"poll":{"cluster":"hub","path":"/bundle","interval":30},"trusted_keys":[],"client_address":{"trusted_hops":2}}"#,
        r#"{"poll":{"url":"https://hub.example/b"},"client_address":{"trusted_proxies":["10.0.0.0/8","::1"],"header":"cf-connecting-ip"}}"#,
        r#"{"allow_unsigned":true,"secret":"correct horse battery staple","client_address":{"trusted_hops":255,"header":"x"}}"#,
    ])
}

fn check(data: &[u8]) {
    let settings = match Settings::parse(data) {
        Ok(settings) => settings,
        Err(problems) => return assert!(problems.iter().all(|problem| !problem.to_string().is_empty())),
    };
    let content: wire::Content = serde_json::from_str(RULES).unwrap();
    let bundle = Bundle::parse(wire::write(&content, 1).unwrap().as_bytes()).unwrap();
    let sufficient = settings.allow_unsigned && settings.keys.is_some();
    assert_eq!(Engine::new(bundle, &settings).is_ok(), sufficient);
}
