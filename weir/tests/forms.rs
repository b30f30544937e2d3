//! Bundles in two lines and in the compact form, through every verb that takes one.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use common::{Desk, data, run};
use filter_core::policy::{check_content, compact, wire};

/// A signed bundle in both forms.
fn desk() -> (Desk, String, String) {
    let desk = Desk::new();
    let policy = r#"{"serial": 3, "lists": {"paths": ["/a"]},
      "limits": [{"id": "slow", "key": ["address"], "requests": 5, "seconds": 60}],
      "rules": [{"id": "listed", "when": "request.path in lists.paths", "then": {"limit": {"by": "slow"}}}], "otherwise": "allow",
      "tests": [{"name": "others pass", "request": {"path": "/b"}, "expect": {"rule": "otherwise"}}]}"#;
    std::fs::write(desk.path("policy.json"), policy).unwrap();
    assert_eq!(run(&["keygen", &desk.path("own")], b"").code, 0);
    let (lines, packed) = (desk.path("lines.json"), desk.path("packed.bin"));
    let key = desk.path("own.key");
    let ran = run(&["build", &desk.path("policy.json"), "-o", &lines, "--compact", &packed, "--key", &key], b"");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    (desk, lines, packed)
}

#[test]
fn every_verb_takes_either_form() {
    let (desk, lines, packed) = desk();
    let base64 = desk.path("packed.txt");
    assert_eq!(run(&["pack", &lines, "--base64", "-o", &base64], b"").code, 0);
    let trust = desk.path("own.pub");
    for form in [&packed, &base64] {
        for verb in [&["inspect"][..], &["check"], &["test", "--coverage"], &["verify", "--trust", &trust]] {
            let said = |file: &str| {
                let ran = run(&[verb, &[file]].concat(), b"");
                assert_eq!(ran.code, 0, "{verb:?} {file}: {}{}", ran.out, ran.err);
                let same = ran.out.replace(file, "FILE").replace(", in the compact form; the two lines have", ",");
                same.replace(",,", ",")
            };
            assert_eq!(said(form), said(&lines), "{verb:?}");
        }
        let same = run(&["diff", &lines, form], b"");
        assert!(same.code == 0 && same.out == "both mean the same\n", "{}{}", same.out, same.err);
        let again = desk.path("again.bin");
        assert_eq!(run(&["pack", form, "-o", &again], b"").code, 0);
        assert_eq!(std::fs::read(&again).unwrap(), std::fs::read(&packed).unwrap());
        let told = run(&["replay", "--bundle", form, &data("access.log")], b"");
        assert_eq!(told.code, 0, "{}", told.err);
        let shelf = desk.path(&format!("shelf-{}", form.len()));
        let pushed = run(&["push", form, &shelf], b"");
        assert_eq!(pushed.code, 0, "{}{}", pushed.out, pushed.err);
        let there = std::fs::read(format!("{shelf}/default.json")).unwrap();
        assert_eq!(there, std::fs::read(&lines).unwrap(), "hosts poll the two lines");
    }
    let text = run(&["inspect", &packed], b"").out;
    for part in ["in the compact form", "limit      {", "when {\"path\":{\"in\":\"paths\"}}", "tests      1"] {
        assert!(text.contains(part), "`{part}` is missing in\n{text}");
    }
}

#[test]
fn a_bundle_that_vouches_for_another_compact_form_is_refused() {
    let (desk, lines, _) = desk();
    let text = std::fs::read_to_string(&lines).unwrap();
    let (first, second) = text.trim_end().split_once('\n').unwrap();
    let mut other = check_content(second).unwrap();
    other.rules.clear();
    let form = compact::write(&other).unwrap();
    let manifest: wire::Manifest = serde_json::from_str(first).unwrap();
    let forged = wire::Manifest { bincode: Some(compact::digest(&form)), key: None, signature: None, ..manifest };
    let first = serde_json::to_string(&forged).unwrap();
    let [bad_lines, bad_packed] = ["bad.json", "bad.bin"].map(|name| desk.path(name));
    std::fs::write(&bad_lines, format!("{first}\n{second}\n")).unwrap();
    std::fs::write(&bad_packed, [first.as_bytes(), b"\n", &form].concat()).unwrap();
    for (file, said) in [
        (&bad_lines, "/manifest/bincode: the compact form that it names is not this content's"),
        (&bad_packed, "/manifest/id: the two lines that it names say other things than this compact form"),
    ] {
        for verb in [&["inspect"][..], &["pack", "-o", &desk.path("x")], &["push", "--ecds", &desk.path("x")]] {
            let ran = run(&[verb, &[file]].concat(), b"");
            assert_eq!(ran.code, 1, "{verb:?}: {}{}", ran.out, ran.err);
            assert!(ran.out.contains(said) && ran.out.contains("build it again with `weir build`"), "{}", ran.out);
        }
        let checked = run(&["check", "-o", "json", file], b"");
        let found: serde_json::Value = serde_json::from_str(&checked.out).unwrap();
        let place = said.split(':').next().unwrap();
        assert_eq!((checked.code, found[0]["place"].as_str()), (1, Some(place)), "{}", checked.out);
    }
}

#[test]
fn a_diff_says_who_signed_and_which_addresses_came_and_went() {
    let (desk, lines, _) = desk();
    let policy = |blocks: &str, name: &str| {
        std::fs::create_dir_all(desk.path("nets")).unwrap();
        let list = format!("# exits: ours\n# kind: tor\n# source: ours (2026-11-22)\n{blocks}\n");
        std::fs::write(desk.path("nets/exits.txt"), list).unwrap();
        let text = r#"{"serial": 4, "networks": ["nets"], "otherwise": "allow"}"#;
        std::fs::write(desk.path("nets.json"), text).unwrap();
        let to = desk.path(name);
        let ran = run(&["build", &desk.path("nets.json"), "-o", &to], b"");
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        to
    };
    let old = policy("192.0.2.0/24\n2001:db8::/32", "old.json");
    let many: Vec<String> = (0..30).map(|n| format!("198.51.100.{}", n * 2)).collect();
    let new = policy(&format!("192.0.2.0/25\n2001:db8::/32\n{}", many.join("\n")), "new.json");
    let ran = run(&["diff", &old, &new], b"");
    assert!(
        ran.out.contains("~ addresses of list exits\n    - [\"192.0.2.128/25\"]\n    + [\"198.51.100.0\","),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("\"198.51.100.38\"] and 10 more"), "{}", ran.out);
    let inspected = run(&["inspect", &new], b"").out;
    let list = inspected.lines().find(|line| line.starts_with("network    exits, tor, "));
    assert!(list.is_some_and(|line| line.ends_with(", 32 ranges")), "{inspected}");
    let signer = run(&["diff", &new, &lines], b"").out;
    assert!(signer.contains("~ bundle signed with key\n    - \"none\"\n    + \""), "{signer}");
    assert!(signer.contains("~ bundle serial\n    - 4\n    + 3"), "{signer}");
}
