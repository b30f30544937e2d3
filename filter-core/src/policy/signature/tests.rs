//! Signed bundles: what holds, and every way around it.
#![allow(clippy::string_slice, clippy::unwrap_used, reason = "a test: ASCII, and it may fail")]

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use ed25519_compact::{KeyPair, Seed};

use super::*;
use crate::engine::Engine;
use crate::policy::{Activation, Bundle, Settings, Slot, wire};

const CONTENT: &str = r#"{"otherwise":"allow"}"#;

fn pair(number: u8) -> (KeyPair, TrustedKey) {
    let pair = KeyPair::from_seed(Seed::new([number; 32]));
    let key = TrustedKey::from_bytes(*pair.pk);
    (pair, key)
}

fn sealed(manifest: &wire::Manifest, content: &str, number: u8) -> String {
    let (pair, key) = pair(number);
    seal(manifest, content, &key, |message| *pair.sk.sign(message, None)).unwrap()
}

fn signed(serial: u64, number: u8) -> String {
    sealed(&wire::Manifest::of(CONTENT, serial), CONTENT, number)
}

fn trusting(numbers: &[u8]) -> Settings {
    Settings { trusted_keys: numbers.iter().map(|number| pair(*number).1).collect(), ..Settings::default() }
}

fn offer(slot: &mut Slot<Engine>, text: &str, settings: &Settings) -> Result<Activation, String> {
    slot.offer(text.as_bytes(), settings, 0, |bundle| Engine::new(bundle, settings)).map_err(|error| error.to_string())
}

#[test]
fn the_encoding_is_dsses() {
    // The worked example of the protocol's text, with our type.
    assert_eq!(encoded("hello world"), b"DSSEv1 34 application/vnd.weir.manifest+json 11 hello world");
    assert_eq!(TYPE.len(), 34);
}

#[test]
fn a_key_has_one_form_and_one_id() {
    let (_, key) = pair(1);
    let text = key.to_string();
    assert_eq!(TrustedKey::parse(&text), Some(key.clone()));
    assert_eq!((text.len(), key.id().len()), (8 + 44, 16));
    for wrong in ["", "ed25519:", &text[8..], &text[..51], &text.replace("ed25519", "rsa"), &format!("{text} ")] {
        assert_eq!(TrustedKey::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn a_trusted_signature_loads_and_names_its_key() {
    let text = signed(1, 1);
    for settings in [trusting(&[1]), trusting(&[2, 1])] {
        let bundle = Bundle::trusted(text.as_bytes(), &settings.trusted_keys).unwrap();
        assert_eq!(bundle.signer(), Some(pair(1).1.id().as_str()));
        assert!(Engine::new(bundle, &settings).is_ok());
    }
    // A desk reads it without asking; a host that trusts nobody does not run what the desk read.
    let bundle = Bundle::parse(text.as_bytes()).unwrap();
    assert_eq!(bundle.signer(), None);
    let refused = Engine::new(bundle, &Settings::default()).unwrap_err().to_string();
    assert!(refused.starts_with("/allow_unsigned: nothing says who may sign bundles; "), "{refused}");
}

#[test]
fn no_way_down() {
    let settings = trusting(&[1]);
    let good = signed(5, 1);
    let (first, _) = good.split_once('\n').unwrap();
    let id = pair(1).1.id();
    let not_this = format!(
        "/manifest/signature: the signature is not that of key `{id}` over this line; give what `weir build` wrote, unchanged"
    );
    let unsigned =
        "/manifest/signature: the bundle is not signed; sign it with a key this host trusts: `weir build --key FILE`";
    let other = pair(2).1.id();
    let with = |line: &str| format!("{line}\n{CONTENT}\n");
    let plain = wire::write(&serde_json::from_str(CONTENT).unwrap(), 6).unwrap();
    let tail_at = first.rfind(",\"signature\"").unwrap();
    let (head, tail) = first.split_at(tail_at);
    let signature = tail.split('"').nth(3).unwrap();
    // The same key over the same words, without the encoding that says what they are for.
    let bare = {
        let (pair, _) = pair(1);
        let signature = BASE64_STANDARD.encode(*pair.sk.sign(format!("{head}}}"), None));
        format!("{head},\"signature\":\"{signature}\"}}")
    };
    let cases: Vec<(&str, String, String)> = alloc::vec![
        ("no signature", plain, unsigned.into()),
        ("signature cut out", with(&format!("{head}}}")), unsigned.into()),
        ("key cut out", with(&first.replace(&format!("\"key\":\"{id}\","), "").replace(&format!(",\"key\":\"{id}\""), "")), unsigned.into()),
        (
            "another key",
            signed(6, 2),
            format!("/manifest/key: key `{other}` is not trusted here; trusted: {id}; sign it with one of those, or add the key"),
        ),
        ("another key under a trusted one's name", signed(6, 2).replace(&other, &id), not_this.clone()),
        ("serial raised", good.replace("\"serial\":5", "\"serial\":6"), not_this.clone()),
        ("white space before the signature", with(&format!("{head} {tail}")), not_this.clone()),
        ("white space within", with(&first.replacen(',', ", ", 1)), not_this.clone()),
        ("empty signature", with(&format!("{head},\"signature\":\"\"}}")), not_this.clone()),
        ("short signature", with(&first.replace(signature, &signature[..84])), not_this.clone()),
        ("signature of the words alone", with(&bare), not_this.clone()),
        (
            "signature that is not last",
            with(&format!("{{\"signature\":\"{signature}\",{}}}", &head[1..])),
            not_this.clone(),
        ),
        (
            "other content",
            format!("{first}\n{}\n", CONTENT.replace("allow", "tag")),
            {
                let tag = wire::content_id(CONTENT.replace("allow", "tag").as_bytes());
                let id = wire::content_id(CONTENT.as_bytes());
                format!("/manifest/id: the second line's SHA-256 is `{tag}`, not `{id}`; give what `weir build` wrote, unchanged")
            },
        ),
        (
            "an older format",
            good.replace("\"format\":1", "\"format\":0"),
            "/manifest/format: format 0 is not known; this version reads format 1; use a newer one, or build the bundle for this one".into(),
        ),
        (
            "an older serial",
            signed(4, 1),
            "/manifest/serial: serial 4 is older than 5, which served already; build the old content again under a new serial".into(),
        ),
    ];
    let mut slot = Slot::default();
    assert_eq!(offer(&mut slot, &good, &settings), Ok(Activation::Activated));
    for (name, text, expected) in cases {
        assert_eq!(offer(&mut slot, &text, &settings), Err(expected), "{name}");
        assert_eq!(slot.serving().unwrap().bundle().serial(), 5, "{name}");
    }
    assert_eq!(offer(&mut slot, &signed(6, 1), &settings), Ok(Activation::Activated));
}

#[test]
fn a_signature_has_one_form() {
    let good = signed(5, 1);
    let signature = good.split("\"signature\":\"").nth(1).unwrap().split('"').next().unwrap().to_string();
    let mut bytes = BASE64_STANDARD.decode(&signature).unwrap();
    // S + L is the same number modulo L; RFC 8032, 5.1.7 refuses it.
    let order: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0u16;
    for (byte, more) in bytes[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(more) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    let forged = good.replace(&signature, &BASE64_STANDARD.encode(&bytes));
    assert!(offer(&mut Slot::default(), &forged, &trusting(&[1])).is_err());
    assert!(offer(&mut Slot::default(), &good, &trusting(&[1])).is_ok());
}

#[test]
fn a_weak_key_signs_nothing() {
    // The neutral point: with it R = S*B holds for every message, were it not refused.
    let mut weak = [0u8; 32];
    weak[0] = 1;
    let key = TrustedKey::from_bytes(weak);
    let settings = Settings { trusted_keys: alloc::vec![key.clone()], ..Settings::default() };
    let mut signature = [0u8; 64];
    signature[0] = 1;
    let text = seal(&wire::Manifest::of(CONTENT, 1), CONTENT, &key, |_| signature).unwrap();
    assert!(offer(&mut Slot::default(), &text, &settings).is_err());
}

#[test]
fn times_are_signed_and_an_expired_bundle_serves_on() {
    let settings = trusting(&[1]);
    let manifest = wire::Manifest { not_before: Some(1_000), expires: Some(2_000), ..wire::Manifest::of(CONTENT, 1) };
    let text = sealed(&manifest, CONTENT, 1);
    let mut slot: Slot<Engine> = Slot::default();
    let mut at = |text: &str, now| slot.offer(text.as_bytes(), &settings, now, |bundle| Engine::new(bundle, &settings));
    let refused = at(&text, 999).unwrap_err().to_string();
    assert_eq!(refused, "/manifest/not_before: it may not begin before 1000, now is 999; offer it again then");
    assert!(at(&text.replace("1000", "0999"), 999).is_err(), "no number starts with 0");
    assert!(at(&text.replace("\"not_before\":1000,", ""), 999).is_err());
    assert!(at(&text, 5_000).is_ok(), "a host may start with an expired bundle");
    let bundle = slot.serving().unwrap().bundle();
    assert!(!bundle.is_stale(1_999) && bundle.is_stale(2_000));
}
