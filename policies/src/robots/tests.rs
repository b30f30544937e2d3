//! What is written does what robots.txt says, for random files and paths; and what is said of bad ones.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;

use filter_core::engine::Engine;
use filter_core::facts::{ClientFacts, Fact, Facts, Header, Provenance};
use filter_core::policy::{Bundle, Settings};
use proptest::prelude::*;

use super::*;

/// Three crawlers, one of them with a kind of its own, and a tool.
const TABLE: &str = r#"{"sources": [{"url": "x", "licence": "x", "date": "x"}], "names": [
  {"token": "alphabot", "name": "AlphaBot", "category": "search_engine"},
  {"token": "alphabot-image", "name": "AlphaBot-Image", "category": "search_engine"},
  {"token": "betabot", "name": "Betabot", "category": "ai_training"},
  {"token": "gammabot", "name": "Gammabot", "category": "seo"},
  {"token": "curl/", "name": "curl", "category": "command_line"}]}"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("names.json"), TABLE).unwrap();
    folder
}

fn wish<'w>(robots: &'w str, folder: &Path) -> Wish<'w> {
    Wish {
        robots: Some(("robots.txt", robots)),
        names: vec!["names.json".into()],
        folder: folder.to_owned(),
        new_names: "policy.names.json".into(),
        date: "2026-11-22".into(),
        ..Wish::default()
    }
}

/// Makes the policy and builds it, its golden tests with it.
fn engine(wish: &Wish<'_>) -> Engine {
    let made = make(wish).unwrap_or_else(|found| panic!("{found}"));
    let path = wish.folder.join("policy.json");
    std::fs::write(&path, &made.source).unwrap();
    if let Some(names) = &made.new_names {
        std::fs::write(wish.folder.join(&wish.new_names), names).unwrap();
    }
    let built = crate::build(&path).unwrap_or_else(|found| panic!("{found}\n{}", made.source));
    Engine::new(Bundle::parse(&built.bytes).unwrap(), &Settings { allow_unsigned: true, ..Settings::default() })
        .unwrap()
}

/// Whether the policy lets a program fetch a path.
fn passes(engine: &Engine, agent: &str, target: &str) -> bool {
    let headers = [Header { name: b"user-agent", value: agent.as_bytes() }];
    let client = ClientFacts {
        address: Fact::Present([203, 0, 113, 7].into()),
        provenance: Provenance::Peer,
        ..ClientFacts::default()
    };
    let facts = Facts {
        method: b"GET",
        authority: b"shop.example",
        path: target.as_bytes(),
        headers: &headers,
        client,
        ..Facts::default()
    };
    !engine.judge(&facts, 0).action().interferes()
}

/// What robots.txt says, read as plainly as RFC 9309 writes it: the group of the longest name that the crawler's begins with, else of
/// `*`; all its rules; the longest pattern, `Allow` where two are as long.
fn may_fetch(text: &str, name: &str, target: &str) -> bool {
    let groups = read::read("robots.txt", text, &mut Vec::new()).unwrap_or_default();
    let name = name.to_lowercase();
    let fits = |agent: &str| {
        let agent = agent.to_lowercase();
        name.strip_prefix(&agent).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    let agents = groups.iter().flat_map(|group| &group.agents).map(|agent| agent.text.as_str());
    let best = agents.filter(|agent| *agent != "*" && fits(agent)).max_by_key(|agent| agent.len()).unwrap_or("*");
    let of_best = |group: &&read::Group| group.agents.iter().any(|agent| agent.text.eq_ignore_ascii_case(best));
    let rules: Vec<read::Rule> = groups.iter().filter(of_best).flat_map(|group| group.rules.clone()).collect();
    condition::allows(&rules, target)
}

fn pattern() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec!["a", "b", "/", "/a", "*", "*", ".x", "?", "=", "%61"]);
    (prop::collection::vec(piece, 0..5), any::<bool>(), any::<bool>()).prop_map(|(pieces, starred, closed)| {
        format!("{}{}{}", if starred { "*" } else { "/" }, pieces.concat(), if closed { "$" } else { "" })
    })
}

fn group() -> impl Strategy<Value = String> {
    let agents =
        prop::sample::subsequence(vec!["*", "AlphaBot", "alphabot-image", "BetaBot", "deltabot", "curl"], 1..3);
    let rule = (any::<bool>(), pattern())
        .prop_map(|(allow, path)| format!("{}: {path}\n", if allow { "Allow" } else { "Disallow" }));
    (agents, prop::collection::vec(rule, 0..6)).prop_map(|(agents, rules)| {
        let agents: String = agents.iter().map(|agent| format!("User-agent: {agent}\n")).collect();
        format!("{agents}{}", rules.concat())
    })
}

fn target() -> impl Strategy<Value = String> {
    let path = prop::sample::subsequence(vec!["/a", "/b", "/ab", "/a.x", "/robots.txt", "/aa"], 0..3);
    let query = prop::sample::select(vec!["", "", "?a", "?a=b", "?b/a.x", "?a?b"]);
    (path, any::<bool>(), query).prop_map(|(parts, closed, query)| {
        let path = parts.concat();
        format!("{}{}{query}", path, if closed || path.is_empty() { "/" } else { "" })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_policy_says_what_the_file_says(groups in prop::collection::vec(group(), 1..4), targets in prop::collection::vec(target(), 24)) {
        let text = groups.join("\n");
        let folder = folder();
        let engine = engine(&wish(&text, folder.path()));
        for target in &targets {
            for name in ["AlphaBot", "AlphaBot-Image", "Betabot", "Gammabot", "DeltaBot", "curl"] {
                // Whom no group names is held by `*` only where he is a crawler; a name that no table has makes one.
                let is_crawler = name != "curl" && name != "DeltaBot" || text.to_lowercase().contains(&name.to_lowercase());
                let expected = !is_crawler || may_fetch(&text, name, target);
                prop_assert_eq!(passes(&engine, &format!("{name}/1.0"), target), expected, "{} {}\n{}", name, target, text);
            }
            prop_assert!(passes(&engine, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", target));
        }
    }

    // Each builds a policy: fewer than usual.
    #[test]
    fn any_text_is_taken_or_refused(text in "([Uu]ser-agent|Disallow|allow|x)?[:# ]{0,2}[/*$a?é\\\\'\"\n ]{0,8}(\n(User-agent|Disallow|Crawl-delay): [*/a1.$'\"\\\\?é]{0,9}){0,6}") {
        let folder = folder();
        if make(&wish(&text, folder.path())).is_ok() {
            engine(&wish(&text, folder.path()));
        }
    }
}

/// The examples of RFC 9309 (2.2.2, 2.2.3, 5.1) and of the large search engines' pages.
#[test]
fn patterns() {
    for (pattern, target, expected) in [
        ("/fish", "/fish.html", true),
        ("/fish", "/Fish.asp", false),
        ("/fish/", "/fish", false),
        ("/*.php", "/folder/any.php.file.html", true),
        ("/*.php", "/?page=x.php", true),
        ("/*.php$", "/filename.php?parameters", false),
        ("/fish*.php", "/fishheads/catfish.php?id=1", true),
        ("/foo/bar?baz=quz", "/foo/bar?baz=quz", true),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz", true),
        ("/ツ", "/%E3%83%84", true),
        ("/", "/any", true),
        ("*", "/", true),
    ] {
        let pattern = pattern::Pattern::parse(pattern).unwrap();
        assert_eq!(pattern.matches(target), expected, "{pattern:?} {target}");
    }
}

#[test]
fn the_longest_pattern_decides() {
    let folder = folder();
    let engine = engine(&wish(
        "User-Agent: AlphaBot\nAllow: /page\nDisallow: /\n\nUser-agent: betabot\nAllow: /a.gif$\nDisallow: /a\n",
        folder.path(),
    ));
    assert!(passes(&engine, "AlphaBot", "/page/1") && !passes(&engine, "AlphaBot", "/other"));
    assert!(passes(&engine, "AlphaBot-Image", "/page/1") && !passes(&engine, "AlphaBot-Image", "/other"));
    assert!(passes(&engine, "Betabot", "/a.gif") && !passes(&engine, "Betabot", "/a.gif?x"));
    assert!(passes(&engine, "Gammabot", "/other"), "no group is for it");
}

#[test]
fn a_delay_is_a_limit() {
    let folder = folder();
    let made =
        make(&wish("User-agent: AlphaBot\nCrawl-delay: 2.5\nUser-agent: *\nCrawl-delay: 0.5", folder.path())).unwrap();
    let plain: serde_json::Value = serde_json::from_str(&crate::without_comments(&made.source)).unwrap();
    let limits = plain["limits"].as_array().unwrap();
    let told = |limit: &serde_json::Value| ["requests", "seconds", "burst"].map(|part| limit[part].as_u64().unwrap());
    assert_eq!(limits.iter().map(told).collect::<Vec<_>>(), [[2, 1, 5], [1, 3, 5]]);
    assert_eq!(plain["rules"][0]["when"], "bot.name in ['AlphaBot', 'AlphaBot-Image'] && bot.proof != 'impostor'");
    assert_eq!(plain["rules"][0]["then"]["limit"]["by"], "crawl-delay-2.5");
}

/// One file a mistake in `policies/tests/robots`, each beside what is said of it. Run with `UPDATE_BAD=1` to write that; then read it.
#[test]
fn each_mistake_is_told_with_its_place_and_remedy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/robots");
    let mut files: Vec<_> = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "txt"));
    files.sort();
    let (folder, mut codes, mut wrong) = (folder(), std::collections::BTreeSet::new(), Vec::new());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let mut found = Vec::new();
        match make(&Wish { robots: Some((&name, &text)), ..wish("", folder.path()) }) {
            Ok(made) => found.extend(made.notes.iter().map(|note| ("passed over", note.clone()))),
            Err(problems) => found.extend(problems.iter().map(|one| ("refused", one.clone()))),
        }
        let said: String = found
            .iter()
            .map(|(kind, one)| {
                codes.insert(one.code);
                assert!(!one.remedy.is_empty());
                let about: String = text[one.span.clone()].chars().take(60).collect();
                format!(
                    "{kind} {}:{} {} `{about}`\n  {}\n  {}\n",
                    one.line, one.column, one.code, one.message, one.remedy
                )
            })
            .collect();
        let path = file.with_extension("said");
        if std::env::var_os("UPDATE_BAD").is_some() {
            std::fs::write(&path, &said).unwrap();
        }
        if said.is_empty() || said != std::fs::read_to_string(&path).unwrap_or_default() {
            wrong.push(format!("{name}\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<_> =
        Code::ALL.iter().filter(|(code, _)| code.to_string().starts_with("W07") && !codes.contains(code)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

/// Each preset alone, and all together, on the tables that come with Weir: built with its golden tests, and nothing to lint.
#[test]
fn presets_are_built_tested_and_linted() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let alone = PRESETS.iter().map(|preset| vec![preset]);
    let all = PRESETS.iter().filter(|preset| preset.id != "ai-payment").collect();
    for (presets, mode) in alone.map(|one| (one, Mode::Enforce)).chain([(all, Mode::Shadow)]) {
        {
            let folder = tempfile::tempdir().unwrap();
            let wish = Wish {
                presets: presets.clone(),
                mode,
                names: ["tools.json", "crawlers.json", "words.json"].map(|name| data.join(name)).to_vec(),
                networks: vec![data.join("networks")],
                folder: folder.path().to_owned(),
                date: "2026-11-22".into(),
                ..Wish::default()
            };
            let made = make(&wish).unwrap();
            assert!(made.notes.is_empty() && made.new_names.is_none() && made.rules == presets.len());
            let path = folder.path().join("policy.json");
            std::fs::write(&path, &made.source).unwrap();
            let built = crate::build(&path).unwrap_or_else(|found| panic!("{found}"));
            let found = crate::lint::lint(std::str::from_utf8(&built.bytes).unwrap(), &crate::lint::Context::default())
                .unwrap();
            assert!(found.is_empty(), "{found:?}");
        }
    }
}
