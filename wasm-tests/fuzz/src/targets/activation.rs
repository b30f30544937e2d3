//! A host that trusts one key and is offered anything: what it takes bears that key's signature over these very bytes, is
//! newer than what served, and is not quarantined; whatever else comes, the last good bundle serves.

use std::sync::OnceLock;

use ed25519_compact::{KeyPair, Seed};
use filter_core::engine::Engine;
use filter_core::facts::Facts;
use filter_core::keys::Keys;
use filter_core::limits;
use filter_core::policy::{Activation, Settings, Slot, TrustedKey, seal, wire};

use super::Target;
use crate::fields::{Fields, join};
use crate::parts::{RULES, SECRET};

pub(super) const TARGET: Target = Target { name: "activation", check, seeds, rounds: 300 };

/// Serial of the bundle that serves first.
const SERVING: u64 = 100;

fn pair(number: u8) -> KeyPair {
    KeyPair::from_seed(Seed::new([number; 32]))
}

fn signed(content: &str, serial: u64, number: u8) -> String {
    let pair = pair(number);
    let key = TrustedKey::from_bytes(*pair.pk);
    seal(&wire::Manifest::of(content, serial), content, &key, |message| *pair.sk.sign(message, None)).unwrap()
}

/// What the trusted key has signed, ever.
fn genuine() -> &'static [String] {
    static GENUINE: OnceLock<Vec<String>> = OnceLock::new();
    GENUINE.get_or_init(|| {
        let nested = format!(
            r#"{{"rules":[{{"id":"r","when":{}"always"{},"then":"tag"}}],"otherwise":"allow"}}"#,
            r#"{"not":"#.repeat(400),
            "}".repeat(400)
        );
        let deep = "[".repeat(100_000);
        let large = format!(r#"{{"lists":{{"l":["{}"]}},"otherwise":"allow"}}"#, "x".repeat(limits::BUNDLE));
        vec![
            signed(RULES, SERVING, 1),
            signed(r#"{"otherwise":"tag"}"#, SERVING + 1, 1),
            signed(r#"{"otherwise":"monitor"}"#, SERVING - 1, 1),
            signed(r#"{"otherwise":"allow"}"#, SERVING + 2, 1),
            signed(&nested, SERVING + 3, 1),
            signed(&deep, SERVING + 4, 1),
            signed(&large, SERVING + 5, 1),
        ]
    })
}

fn settings() -> &'static Settings {
    static SETTINGS: OnceLock<Settings> = OnceLock::new();
    SETTINGS.get_or_init(|| Settings {
        trusted_keys: vec![TrustedKey::from_bytes(*pair(1).pk)],
        quarantined: vec![wire::Manifest::of(r#"{"otherwise":"allow"}"#, 0).id],
        keys: Some(Keys::derive(SECRET)),
        ..Settings::default()
    })
}

fn seeds() -> Vec<Vec<u8>> {
    let small = genuine().iter().take(5).map(String::as_bytes);
    let others =
        [signed(RULES, SERVING + 9, 2), wire::write(&serde_json::from_str(RULES).unwrap(), SERVING + 9).unwrap()];
    let mut seeds: Vec<Vec<u8>> = small.map(|text| join([b"t".as_slice(), text])).collect();
    seeds.extend(others.iter().map(|text| join([b"t".as_slice(), text.as_bytes()])));
    // Genuine ones by number, one after the other: replays, gaps, what is nested deeply and what is too large.
    seeds.push(join([b"g".as_slice(), &[1, 0, 2, 1, 3, 4, 5, 6]]));
    // A first line over another second line.
    seeds.push(join([b"x".as_slice(), &[1], &[0]]));
    seeds
}

fn check(data: &[u8]) {
    let mut slot: Slot<Engine> = Slot::default();
    let genuine = genuine();
    offer(&mut slot, genuine[0].as_bytes()).unwrap();
    let mut fields = Fields::of(data);
    match fields.bytes() {
        b"g" => fields.bytes().iter().take(32).for_each(|number| {
            let text = &genuine[usize::from(*number) % genuine.len()];
            offered(&mut slot, text.as_bytes());
        }),
        b"x" => {
            let mut line = |place: usize| {
                let text = &genuine[fields.number() as usize % genuine.len()];
                text.lines().nth(place).unwrap()
            };
            let text = format!("{}\n{}\n", line(0), line(1));
            offered(&mut slot, text.as_bytes());
        }
        _ => offered(&mut slot, fields.rest()),
    }
}

fn offered(slot: &mut Slot<Engine>, text: &[u8]) {
    let before = slot.highest().clone();
    match offer(slot, text) {
        Ok(Activation::Unchanged) => assert_eq!(*slot.highest(), before),
        Ok(Activation::Activated) => {
            assert!(slot.highest().serial > before.serial);
            let trimmed = |text: &[u8]| String::from_utf8_lossy(text).trim_end().to_owned();
            let same_lines =
                |one: &str, other: &str| one.lines().map(str::trim_end).eq(other.lines().map(str::trim_end));
            let is_genuine = genuine().iter().any(|one| same_lines(one.trim_end(), &trimmed(text)));
            assert!(is_genuine, "nobody signed this");
            assert!(!settings().quarantined.contains(&slot.highest().id));
        }
        Err(said) => {
            assert!(!said.is_empty());
            assert_eq!(*slot.highest(), before);
        }
    }
    let engine = slot.serving().expect("the last good one");
    assert_eq!((engine.bundle().serial(), engine.bundle().id()), (slot.highest().serial, slot.highest().id.as_str()));
    let facts = Facts { method: b"GET", authority: b"shop.example", path: b"/healthz", ..Facts::default() };
    engine.judge(&facts, 0);
}

fn offer(slot: &mut Slot<Engine>, text: &[u8]) -> Result<Activation, String> {
    slot.offer(text, settings(), 0, |bundle| Engine::new(bundle, settings())).map_err(|problems| problems.to_string())
}
