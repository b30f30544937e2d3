//! The committed bundles are what their sources make.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use policy_compiler::build;

fn home() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Run with `UPDATE_BUNDLES=1` to write them.
#[test]
fn rebuilding_gives_the_same_bytes() {
    for name in ["default", "strict"] {
        let built = build(&home().join(name).with_extension("json")).unwrap_or_else(|problems| panic!("{problems}"));
        println!("{name}: {}", built.report);
        assert!(built.bytes.len() <= 400_000, "{name}: {} bytes are too many for the edge", built.bytes.len());
        let path = home().join("bundles").join(name).with_extension("json");
        if std::env::var_os("UPDATE_BUNDLES").is_some() {
            std::fs::write(&path, &built.bytes).unwrap();
        }
        let committed = std::fs::read(&path).unwrap_or_default();
        assert!(committed == built.bytes, "{} is out of date; run the test with UPDATE_BUNDLES=1", path.display());
    }
}

/// A source and its data files in a folder of its own.
fn problems_of(test: &str, files: &[(&str, &str)]) -> Vec<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let problems = build(&folder.join("policy.json")).unwrap_err();
    let shown =
        |problem: &policy_compiler::Diagnostic| problem.to_string().replace(&format!("{}/", folder.display()), "");
    problems.iter().map(shown).collect()
}

#[test]
fn everything_wrong_is_told_at_once() {
    let problems = problems_of(
        "everything",
        &[
            (
                "policy.json",
                r#"{"serial":1,"names":["n.json","missing.json"],"networks":["lists"],"otherwise":"allow"}"#,
            ),
            (
                "n.json",
                r#"{"sources":[{"url":"x","licence":"","date":"2026"}],"names":[
                  {"token":"a","name":"A","category":"seo","ranges":"nowhere"},{"token":"*a","name":"B","category":"seo"}]}"#,
            ),
            ("lists/one.txt", "# kind: hosting\n# source: s (MIT, 2026-11)\n10.0.0.1/8\n"),
            ("lists/two.txt", "# kind: wrong\n10.0.0.0/8\n"),
            ("lists/three.txt", "# kind: vpn\n10.0.0.0/8\n"),
        ],
    );
    let expected = [
        "lists/one.txt:3:1: W0403 `10.0.0.1/8`: bits are set below the mask; write the block's first address",
        "lists/three.txt:1:1: W0403 no source; the head needs a line such as `# source: https://example.org/list (CC0-1.0, 2026-11)`",
        "lists/two.txt:1:1: W0403 no known kind of network; the head needs a line such as `# kind: hosting`",
        "missing.json:1:1: W0402 No such file or directory (os error 2); check the path; it is relative to the policy source",
        "n.json:1:1: W0402 a source without address, licence or date; say where the facts came from, and when",
        "n.json:2:80: W0402 token `a` stands twice; remove one",
    ];
    assert_eq!(problems, expected);
}

#[test]
fn unreadable_json_has_a_position() {
    let problems = problems_of(
        "unreadable",
        &[("policy.json", "{\n  // one member is misspelt\n  \"serial\": 1,\n  \"rulez\": [],\n}")],
    );
    assert_eq!(problems.len(), 2);
    assert!(problems[0].contains("missing member `otherwise`"), "{problems:?}");
    assert!(problems[1].starts_with("policy.json:4:12: W0102 unknown member `rulez`; expected"), "{problems:?}");
}

#[test]
fn proof_of_who_it_is_lets_only_the_wanted_pass() {
    use filter_core::engine::Engine;
    use filter_core::facts::{ClientFacts, Fact, Facts, Header, Provenance};
    use filter_core::policy::{Bundle, Settings};
    let cases = [
        ("google_common", "Googlebot/2.1", Some("verified-search")),
        ("openai_user", "ChatGPT-User/1.0", Some("verified-on-behalf")),
        ("stripe", "Stripe/1.0", Some("verified-service")),
        ("anthropic", "ClaudeBot/1.0", None),
        ("shodan", "Shodan", None),
        ("uptimerobot", "UptimeRobot/2.0", None),
    ];
    for name in ["default", "strict"] {
        let bundle = std::fs::read(home().join("bundles").join(name).with_extension("json")).unwrap();
        let settings = Settings {
            allow_unsigned: true,
            keys: Some(filter_core::keys::Keys::derive(b"a secret of a test")),
            ..Settings::default()
        };
        let engine = Engine::new(Bundle::parse(&bundle).unwrap(), &settings).unwrap();
        for (list, agent, expected) in cases {
            let list = std::fs::read_to_string(home().join("data/networks").join(list).with_extension("txt")).unwrap();
            let block = list.lines().find(|line| !line.starts_with('#')).unwrap();
            let address = block.split('/').next().unwrap().parse().unwrap();
            let headers = [Header { name: b"user-agent", value: agent.as_bytes() }];
            let client =
                ClientFacts { address: Fact::Present(address), provenance: Provenance::Peer, ..ClientFacts::default() };
            let facts = Facts {
                method: b"GET",
                authority: b"shop.example",
                path: b"/",
                headers: &headers,
                client,
                ..Facts::default()
            };
            let verdict = engine.judge(&facts, 0);
            let proof = verdict.seen().origin.crawler;
            assert!(matches!(proof, filter_core::signals::CrawlerProof::Verified(_)), "{agent}: {proof:?}");
            let allowed = verdict.rule().map(|rule| rule.id.as_str()).filter(|id| id.starts_with("verified"));
            assert_eq!(allowed, expected, "{name}: {agent}");
        }
    }
}
