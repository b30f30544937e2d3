//! Keys, signed bundles and what hosts with keys say about them, as a person runs the verbs.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail"
)]

mod common;

use common::{Desk, run};

const POLICY: &str = r#"{"serial":3,"rules":[{"id":"all","when":"true","then":{"block":{}}}],"otherwise":"allow"}"#;

/// A desk with two keys and a policy.
fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::write(desk.path("policy.json"), POLICY).unwrap();
    for name in ["one", "two"] {
        let ran = run(&["keygen", &desk.path(name)], b"");
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    desk
}

fn build(desk: &Desk, more: &[&str]) -> String {
    let (source, bundle) = (desk.path("policy.json"), desk.path("built.json"));
    let ran = run(&[&["build", &source, "-o", &bundle], more].concat(), b"");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    bundle
}

fn text(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_secret_half_is_for_its_owner_alone() {
    let desk = desk();
    let (secret, public) = (desk.path("one.key"), desk.path("one.pub"));
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&secret).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    let inside = text(&secret);
    let body = inside.lines().nth(1).unwrap();
    let ran = run(&["keygen", &desk.path("third")], b"");
    assert!(ran.out.contains("ed25519:") && !ran.out.contains("PRIVATE"), "{}", ran.out);
    assert!(ran.out.contains(text(&desk.path("third.pub")).trim()));
    assert!(!ran.out.contains(text(&desk.path("third.key")).lines().nth(1).unwrap()));
    let again = run(&["keygen", &desk.path("one")], b"");
    assert_eq!(again.code, 2);
    assert!(again.err.contains("is there already") && text(&secret).contains(body), "{}", again.err);
    assert!(text(&public).starts_with("ed25519:") && !text(&public).contains(body));
    #[cfg(unix)]
    {
        std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        let open = run(&["build", &desk.path("policy.json"), "-o", &desk.path("b.json"), "--key", &secret], b"");
        assert!(open.code == 2 && open.err.contains("chmod 600") && !open.err.contains(body), "{}", open.err);
    }
}

#[test]
fn a_signed_bundle_is_verified_by_those_who_trust_its_key() {
    let desk = desk();
    let bundle = build(&desk, &["--key", &desk.path("one.key"), "--expires", "2999-01-01"]);
    let before = text(&bundle);
    assert_eq!(
        before,
        text(&build(&desk, &["--key", &desk.path("one.key"), "--expires", "2999-01-01"])),
        "the same again"
    );
    let verify = |keys: &[&str]| {
        let trust: Vec<String> = keys.iter().flat_map(|key| ["--trust".to_owned(), desk.path(key)]).collect();
        let trust: Vec<&str> = trust.iter().map(String::as_str).collect();
        run(&[&["verify", bundle.as_str()], &trust[..]].concat(), b"")
    };
    let known = verify(&["one.pub"]);
    assert!(known.code == 0 && known.out.contains("(serial 3), signed with key"), "{}{}", known.out, known.err);
    assert_eq!(verify(&["two.pub", "one.pub"]).code, 0, "while a key is replaced");
    let unknown = verify(&["two.pub"]);
    assert!(unknown.code == 1 && unknown.out.contains("is not trusted here"), "{}", unknown.out);
    assert_eq!(verify(&["one.key"]).code, 2, "a secret key is no public one");
    let changed = text(&bundle).replace("\"serial\":3", "\"serial\":4");
    std::fs::write(&bundle, changed).unwrap();
    let changed = verify(&["one.pub"]);
    assert!(changed.code == 1 && changed.out.contains("the signature is not that of key"), "{}", changed.out);
}

#[test]
fn times_are_told() {
    let desk = desk();
    let key = desk.path("one.key");
    let verify = |more: &[&str]| {
        let bundle = build(&desk, &[&["--key", &key], more].concat());
        run(&["verify", &bundle, "--trust", &desk.path("one.pub")], b"")
    };
    let early = verify(&["--not-before", "2999-01-01"]);
    assert!(early.code == 1 && early.out.contains("hosts refuse it before 2999-01-01T00:00:00"), "{}", early.out);
    let stale = verify(&["--expires", "2020-01-01"]);
    assert!(stale.code == 0 && stale.out.contains("stale since 2020-01-01T00:00:00"), "{}", stale.out);
    let swapped = [
        "build",
        &desk.path("policy.json"),
        "-o",
        &desk.path("x.json"),
        "--not-before",
        "2999-01-01",
        "--expires",
        "2998-01-01",
    ];
    let swapped = run(&swapped, b"");
    assert!(swapped.code == 2 && swapped.err.contains("would expire before it may begin"), "{}", swapped.err);
}

#[test]
fn host_settings_with_keys_are_checked_with_their_bundle() {
    let desk = desk();
    let bundle = build(&desk, &["--key", &desk.path("one.key"), "--serial", "8"]);
    let settings = |key: &str| {
        let keys = [text(&desk.path(key)).trim().to_owned()];
        let settings = serde_json::json!({"bundle": text(&bundle), "trusted_keys": keys}).to_string();
        std::fs::write(desk.path("settings.json"), &settings).unwrap();
        run(&["check", &desk.path("settings.json")], b"")
    };
    let good = settings("one.pub");
    assert!(good.code == 0 && good.out.contains("(serial 8), 1 rules"), "{}{}", good.out, good.err);
    let judged = run(&["replay", "-s", &desk.path("settings.json"), &common::data("access.log")], b"");
    assert_eq!(judged.code, 0, "{}", judged.err);
    let bad = settings("two.pub");
    assert!(bad.code == 1 && bad.out.contains("is not trusted here"), "{}", bad.out);
    let judged = run(&["replay", "-s", &desk.path("settings.json"), &common::data("access.log")], b"");
    assert!(judged.code == 1 && judged.err.contains("is not trusted here"), "{}", judged.err);
}

/// Keys and signatures are OpenSSL's too: made there, read here, and the other way round.
#[test]
fn openssl_agrees() {
    use base64::Engine as _;
    use std::process::Command;
    let desk = desk();
    let theirs = desk.path("theirs.key");
    let made = Command::new("openssl").args(["genpkey", "-algorithm", "ed25519", "-out", &theirs]).output();
    if !made.is_ok_and(|made| made.status.success()) {
        return eprintln!("SKIPPED: there is no openssl that knows ed25519");
    }
    build(&desk, &["--key", &theirs]);
    let bundle = build(&desk, &["--key", &desk.path("one.key")]);
    let line = text(&bundle).lines().next().unwrap().to_owned();
    let (open, tail) = line.split_once(",\"signature\":\"").unwrap();
    let payload = format!("{open}}}");
    let message = format!("DSSEv1 34 application/vnd.weir.manifest+json {} {payload}", payload.len());
    let signature = base64::prelude::BASE64_STANDARD.decode(tail.trim_end_matches("\"}")).unwrap();
    let (message_file, signature_file, public) = (desk.path("message"), desk.path("signature"), desk.path("one.pem"));
    std::fs::write(&message_file, message).unwrap();
    std::fs::write(&signature_file, signature).unwrap();
    let openssl = |arguments: &[&str]| Command::new("openssl").args(arguments).output().unwrap();
    let key = openssl(&["pkey", "-in", &desk.path("one.key"), "-pubout", "-out", &public]);
    assert!(key.status.success(), "{}", String::from_utf8_lossy(&key.stderr));
    let checked = [
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        &public,
        "-rawin",
        "-in",
        &message_file,
        "-sigfile",
        &signature_file,
    ];
    let checked = openssl(&checked);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}
