#![allow(clippy::arithmetic_side_effects, reason = "a test may overflow: it fails then")]

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::*;
use crate::limits;
use crate::policy::wire::{self, Content, Manifest};
use crate::policy::{Settings, Slot};
use crate::signals::infrastructure::wire as numbers;

const SHIPPED: [&str; 2] = [
    include_str!("../../../../../policies/bundles/default.json"),
    include_str!("../../../../../policies/bundles/strict.json"),
];

fn content(line: &str) -> Content {
    crate::policy::check_content(line).unwrap()
}

/// The bundle of this content in both forms.
fn both(content: &Content) -> (String, Vec<u8>) {
    let text = wire::write(content, 7).unwrap();
    let first = text.lines().next().unwrap();
    let compact = [first.as_bytes(), b"\n", &compact::write(content).unwrap()].concat();
    (text, compact)
}

fn refused(bytes: &[u8]) -> String {
    Bundle::parse(bytes).unwrap_err().to_string()
}

fn refused_or_not(bytes: &[u8]) -> String {
    Bundle::parse(bytes).map_or_else(|problems| problems.to_string(), |_| String::new())
}

/// `{"otherwise":"allow"}` with this form beside, vouched for.
fn with_form(form: &[u8]) -> Vec<u8> {
    let manifest = Manifest { bincode: Some(compact::digest(form)), ..Manifest::of("{}", 1) };
    [serde_json::to_string(&manifest).unwrap().as_bytes(), b"\n", form].concat()
}

#[test]
fn both_forms_are_one_bundle() {
    for text in SHIPPED {
        let content = content(text.lines().nth(1).unwrap());
        let (text, compact) = both(&content);
        let base64 = BASE64_STANDARD.encode(compact::write(&content).unwrap());
        let base64 = format!("{}\n{base64}\n", text.lines().next().unwrap());
        let expected = Bundle::parse(text.as_bytes()).unwrap();
        assert!(compact.len() * 5 < text.len() * 4, "{} bytes", compact.len());
        for bytes in [&compact[..], base64.as_bytes()] {
            let bundle = Bundle::parse(bytes).unwrap();
            assert_eq!(bundle.names().entries(), expected.names().entries());
            assert_eq!(format!("{bundle:?}"), format!("{expected:?}"), "everything else");
            assert!(!bundle.tests().is_empty());
        }
    }
}

/// Those that no shipped bundle has.
#[test]
fn every_table_comes_along() {
    let text = r#"{"networks":{"lists":[{"name":"a","kind":"vpn"}],"sets":["1"],"v4":"AQEA","v6":"AQEA","asn_v4":"AQEC","asn_v6":"AQED","country_v4":"AQEE","country_v6":"AQEF"},
        "breached":[{"name":"b","kind":"pairs","keys":3,"bits":8,"seed":"00fe","segment":4,"table":"AAECAwQFBgcICQoL"}],
        "lists":{"l":["x"]},"otherwise":"allow"}"#;
    let (text, compact) = both(&content(text));
    let forms = [text.as_bytes(), &compact].map(|bytes| format!("{:?}", Bundle::parse(bytes).unwrap()));
    assert_eq!(forms[0], forms[1]);
    assert!(forms[0].contains("value: 5"), "the last table's");
}

#[test]
fn the_first_line_vouches_for_the_form() {
    let (text, compact) = both(&content(r#"{"otherwise":"allow","tests":{"t":["=action: allow"]}}"#));
    assert_eq!(Bundle::parse(&compact).unwrap().id(), Bundle::parse(text.as_bytes()).unwrap().id());
    let mut other = compact.clone();
    *other.last_mut().unwrap() ^= 1;
    assert!(
        refused(&other).starts_with("/manifest/bincode: the compact form's SHA-512/256 is `"),
        "{}",
        refused(&other)
    );
    assert!(refused(&compact[..compact.len() - 1]).starts_with("/manifest/bincode: "));
    let none = serde_json::to_string(&Manifest::of(text.lines().nth(1).unwrap(), 7)).unwrap();
    let start = text.find('\n').unwrap();
    assert_eq!(
        refused(&[none.as_bytes(), &compact[start..]].concat()),
        "/manifest/bincode: the first line vouches for no compact form; build the bundle again, or give its two lines"
    );
    let broken = format!("{}\nV0JDAQ!!\n", text.lines().next().unwrap());
    assert!(refused(broken.as_bytes()).starts_with("/manifest/bincode: "), "no base64");
    assert!(Bundle::parse(format!("{none}\n{}", text.lines().nth(1).unwrap()).as_bytes()).is_ok(), "an earlier one");
}

#[test]
fn what_a_signer_got_wrong_is_said() {
    let rest = |rest: &str| {
        let content = Content { rules: Vec::new(), ..content(r#"{"otherwise":"allow"}"#) };
        let form = compact::write(&content).unwrap();
        let mut open = compact::open(&form).unwrap();
        open.rest = rest.as_bytes();
        let body = bincode::encode_to_vec(open, bincode::config::standard()).unwrap();
        with_form(&[&form[..4], &body].concat())
    };
    assert!(Bundle::parse(&rest(r#"{"otherwise":"allow"}"#)).is_ok());
    let cases = [
        (with_form(b"WBC\x02"), "/content: this version does not know the compact form; use a newer version"),
        (with_form(b"WBC\x01\x01"), "/content: this version does not know"),
        (rest(r#"{"otherwise":"deny"}"#), "/content/otherwise (line 1, column 19): unknown word `deny`"),
        (rest(&format!("{}1{}", "[".repeat(9_000), "]".repeat(9_000))), "/content"),
    ];
    for (bytes, expected) in cases {
        assert!(refused(&bytes).starts_with(expected), "{}", refused(&bytes));
    }
}

#[test]
fn a_large_one_comes_in_pieces_of_bounded_work() {
    let mut ranges = Vec::new();
    for _ in 0..100_000u32 {
        [2u128, 1, 0].iter().for_each(|number| numbers::write(*number, &mut ranges));
    }
    let v4 = BASE64_STANDARD.encode(&ranges);
    let line = format!(
        r#"{{"networks":{{"lists":[{{"name":"all","kind":"custom"}}],"sets":["1"],"v4":"{v4}"}},"otherwise":"allow"}}"#
    );
    let (_, compact) = both(&content(&line));
    let mut slot: Slot<Bundle> = Slot::default();
    let settings = Settings::default();
    let mut loading = slot.begin(&compact, &settings, 0).unwrap().unwrap().keep().unwrap();
    drop(compact);
    let (mut pieces, mut most) = (0, 0);
    let bundle = loop {
        let before = (loading.hashed, loading.networks.len());
        pieces += 1;
        if let Some(bundle) = loading.step().unwrap() {
            break bundle;
        }
        most = most.max(loading.networks.len() - before.1);
        assert!(loading.hashed - before.0 <= PIECE);
    };
    assert!(most <= PIECE / 4, "{most} ranges at once");
    assert!(pieces > 5, "{pieces} pieces");
    slot.finish(bundle, Ok).unwrap();
    let networks = slot.serving().unwrap().networks();
    assert_eq!(["0.0.0.2", "0.0.0.3", "0.4.147.223"].map(|text| networks.find(text.parse().unwrap())), [1, 0, 1]);
    assert!(slot.begin(b"x", &settings, 0).is_err());
}

#[test]
fn what_came_in_between_is_not_undone() {
    let of = |serial| wire::write(&content(r#"{"otherwise":"allow"}"#), serial).unwrap();
    let (mut slot, settings) = (Slot::default(), Settings::default());
    let (older, newer) = (of(3), of(4));
    let mut loading = slot.begin(older.as_bytes(), &settings, 0).unwrap().unwrap();
    slot.offer(newer.as_bytes(), &settings, 0, Ok).unwrap();
    let bundle = loading.step().unwrap().unwrap();
    let refused = slot.finish(bundle, Ok).unwrap_err().to_string();
    assert!(refused.starts_with("/manifest/serial: serial 3 is older than 4"), "{refused}");
    assert_eq!(slot.serving().map(|bundle: &alloc::sync::Arc<Bundle>| bundle.serial()), Some(4));
}

#[test]
fn what_was_checked_here_is_not_checked_again() {
    let (_, compact) = both(&content(r#"{"otherwise":"allow","tests":{"t":["=action: block"]}}"#));
    let mut slot: Slot<Bundle> = Slot::default();
    let mut other = compact.clone();
    let first = other.iter().position(|byte| *byte == b'\n').unwrap();
    let digit = other[..first].windows(11).position(|part| part == b"\"bincode\":\"").unwrap() + 11;
    other[digit] = if other[digit] == b'0' { b'1' } else { b'0' };
    assert!(slot.offer(&other, &Settings::default(), 0, Ok).is_err());
    slot.restore(&other, &Settings::default(), 0, Ok).unwrap();
    assert!(slot.serving().unwrap().tests().is_empty(), "golden tests are not read");
}

#[test]
fn a_word_that_many_share_is_short() {
    let of = |change: fn(&mut wire::NamedEntry, String), length: usize| {
        let mut content =
            content(r#"{"names":[{"token":"a","name":"a","category":"http_library"}],"otherwise":"allow"}"#);
        change(&mut content.names[0], "x".repeat(length));
        content.names.push(wire::NamedEntry { token: "b".into(), ..content.names[0].clone() });
        content
    };
    let changes: [fn(&mut wire::NamedEntry, String); 4] = [
        |entry, text| entry.name = text,
        |entry, text| entry.operator = Some(text),
        |entry, text| entry.category = text,
        |entry, text| entry.ranges = Some(text),
    ];
    for (place, change) in changes.into_iter().enumerate() {
        let long = of(change, limits::DETAIL + 1);
        let form = compact::write(&long).unwrap();
        assert_eq!(compact::open(&form).unwrap().names.each(&mut |_| panic!("{place} is copied")), None);
        let said = "/content/names: the compact form's names are cut or too long; build the bundle again";
        assert_eq!(refused(&with_form(&form)), said);
        let said = refused(wire::write(&long, 1).unwrap().as_bytes());
        assert!(said.starts_with("/content/names/0") && said.len() < 2_000, "{said}");
        assert!(said.contains("of more than 160 bytes") || said.contains("xxx...`"), "{said}");
        let fits = refused_or_not(&with_form(&compact::write(&of(change, limits::DETAIL)).unwrap()));
        assert!(!fits.contains("too long"), "{fits}");
        assert_eq!(fits.is_empty(), place < 2, "{fits}");
    }
}

#[test]
fn who_trusts_no_key_has_no_signer() {
    let (text, compact) = both(&content(r#"{"otherwise":"allow"}"#));
    let unsigned = [text.as_bytes(), &compact];
    for bytes in unsigned {
        let at = bytes.iter().position(|byte| *byte == b'}').unwrap();
        let claims = [&bytes[..at], br#","key":"0123456789abcdef""#, &bytes[at..]].concat();
        let signer = |settings: &Settings| {
            let mut slot: Slot<Bundle> = Slot::default();
            slot.restore(&claims, settings, 0, Ok).unwrap();
            slot.serving().unwrap().signer().map(String::from)
        };
        assert_eq!(signer(&Settings::default()), None, "anybody can write a key's name");
        let trusted_keys = alloc::vec![crate::policy::TrustedKey::from_bytes([7; 32])];
        let signed = signer(&Settings { trusted_keys, ..Settings::default() });
        assert_eq!(signed.as_deref(), Some("0123456789abcdef"), "it was checked before");
        let mut slot: Slot<crate::engine::Engine> = Slot::default();
        let settings = Settings::default();
        let refused = slot.restore(&claims, &settings, 0, |bundle| crate::engine::Engine::new(bundle, &settings));
        assert!(refused.unwrap_err().to_string().starts_with("/allow_unsigned: nothing says who may sign bundles"));
    }
}
