//! One policy a finding, and the default and strict policies, which have none.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test")]

use filter_core::policy::wire;
use serde_json::json;

use super::*;

/// 2026-11-22.
const NOW: u64 = 1_795_305_600_000;

fn found(content: serde_json::Value) -> Vec<String> {
    let content: Content = serde_json::from_value(content).unwrap();
    let own = vec!["192.0.2.0/24".parse().unwrap()];
    let lints = lint(&wire::write(&content, 1).unwrap(), &Context { now: NOW, own, ..Default::default() }).unwrap();
    lints.iter().map(|lint| format!("{} {}: {}; {}", lint.code, lint.place, lint.message, lint.remedy)).collect()
}

/// Rules by their conditions: `r0`, `r1` ...; those that say so block, the others monitor.
fn rules(conditions: &[(serde_json::Value, bool)]) -> serde_json::Value {
    let rule = |(index, (when, blocks)): (usize, &(serde_json::Value, bool))| json!({"id": format!("r{index}"), "when": when, "then": if *blocks { json!({"block": {}}) } else { json!("monitor") }});
    let tor = json!({"lists": [{"name": "tor", "kind": "tor", "date": "2026-11"}]});
    json!({"networks": tor, "rules": conditions.iter().enumerate().map(rule).collect::<Vec<_>>(), "otherwise": "allow"})
}

#[test]
fn ours_are_clean() {
    for bundle in [include_str!("../../bundles/default.json"), include_str!("../../bundles/strict.json")] {
        assert_eq!(lint(bundle, &Context { now: NOW, own: Vec::new(), ..Default::default() }).unwrap(), []);
    }
}

#[test]
fn rules_that_are_never_asked() {
    let post = json!({"method": ["POST"]});
    let cases = [
        (
            vec![(json!("always"), false), (post.clone(), false)],
            "W0500 /rules/1/when: every request meets `r0` before `r1` is asked; move it up, or remove it",
        ),
        (
            vec![
                (json!({"method": ["POST", "PUT"]}), false),
                (json!({"all": [post, {"path": {"prefix": "/a"}}]}), false),
            ],
            "W0501 /rules/1/when: whatever meets `r1` meets `r0` first; move it above `r0`, narrow that one, or remove this",
        ),
        (
            vec![(json!({"all": [{"score": {"at_least": 60}}, {"all": [{"score": {"below": 50}}]}]}), false)],
            "W0502 /rules/0/when: no request meets the condition of `r0`; two of its tests exclude each other; mend or remove it",
        ),
    ];
    for (conditions, expected) in cases {
        assert_eq!(found(rules(&conditions)), [expected]);
    }
    let mut shadow = rules(&[(json!("always"), false), (json!({"method": ["POST"]}), false)]);
    shadow["rules"][0]["mode"] = json!("shadow");
    assert!(found(shadow).is_empty(), "a shadow rule takes nothing");
    let mut allow = rules(&[(json!({"path": {"prefix": "/a/b"}}), false)]);
    allow["allow"] = json!([{"id": "a", "when": {"path": {"prefix": "/a"}}}]);
    assert!(found(allow).is_empty(), "an allow rule does not know paths that can be read in two ways");
}

#[test]
fn blocks_that_take_too_many() {
    let everything = json!({"rules": [], "otherwise": {"block": {}}});
    let everything = found(everything);
    assert!(
        everything[0].starts_with("W0503 /otherwise: whatever no rule is about is blocked; let pass"),
        "{everything:?}"
    );
    assert!(
        everything[1]
            .starts_with("W0510 /otherwise: `otherwise` blocks a health check with user agent `kube-probe/1.34`")
    );
    assert!(everything[2].starts_with("W0511 /otherwise: `otherwise` blocks `192.0.2.0/24`, which is yours,"));
    assert_eq!(everything.len(), 3);
    let always = found(rules(&[(json!("always"), true)]));
    assert!(always[0].starts_with("W0503 /rules/0/when: `r0` blocks every request that no rule before"), "{always:?}");

    let tor = json!({"address": {"kinds": ["tor"]}});
    let alone = "W0520 /rules/0/when: `r0` blocks by an address that many people share, whatever they do; add what they do, such as `&& score >= 50`, or only tag";
    for when in [tor.clone(), json!({"any": [{"method": ["PUT"]}, tor]}), json!({"all": [{"path": {"is": "/x"}}, tor]})]
    {
        assert_eq!(found(rules(&[(when, true)])), [alone]);
    }
    assert!(found(rules(&[(json!({"all": [tor, {"score": {"at_least": 50}}]}), true)])).is_empty());
    assert!(found(rules(&[(tor, false)])).is_empty(), "to monitor hurts nobody");
}

#[test]
fn those_who_must_come_in() {
    let inside = found(rules(&[(json!({"address": {"blocks": ["10.0.0.0/8"]}}), true)]));
    assert_eq!(inside.len(), 1, "{inside:?}");
    assert!(inside[0].starts_with("W0510 /rules/0/when: `r0` blocks a health check"), "{inside:?}");
    let office = found(rules(&[(json!({"address": {"blocks": ["192.0.2.0/25"]}}), true)]));
    assert!(office.len() == 1 && office[0].starts_with("W0511 "), "{office:?}");

    // The default bundle's lists and names, under rules that know no proof.
    let line = include_str!("../../bundles/default.json").lines().nth(1).unwrap();
    let mut content: serde_json::Value = serde_json::from_str(line).unwrap();
    content["allow"] = json!([]);
    content["rules"] = json!([
        {"id": "training", "when": {"named": {"category": ["ai_training"]}}, "then": {"block": {}}},
        {"id": "one", "when": {"named": {"name": ["PerplexityBot"]}}, "then": {"block": {}}},
    ]);
    assert!(found(content.clone()).is_empty(), "who names a crawler or its kind means it");
    content["rules"] =
        json!([{"id": "robots", "when": {"named": {"category": ["search_engine", "webhook"]}}, "then": {"block": {}}}]);
    let robots = found(content);
    assert_eq!(robots.iter().map(|text| &text[..5]).collect::<Vec<_>>(), ["W0512", "W0513"], "{robots:?}");
    assert!(robots[0].contains("where its operator says it comes from"), "{robots:?}");
}

#[test]
fn feeds_say_themselves_when_they_are_stale() {
    let content: Content = serde_json::from_value(json!({
        "networks": {"lists": [{"name": "a", "kind": "tor", "date": "2026-11-15"}, {"name": "b", "kind": "tor", "date": "2026-11-14"}]},
        "otherwise": "allow",
    }))
    .unwrap();
    let age = |name: &str, date: &str| (name.to_owned(), Age { date: Some(date.to_owned()), stale_days: 7 });
    let ages = [age("a", "2026-11-15"), age("b", "2026-11-14"), age("domains", "2026-10-22")].into();
    let lints = lint(&wire::write(&content, 1).unwrap(), &Context { now: NOW, ages, ..Context::default() }).unwrap();
    let said: Vec<String> =
        lints.iter().map(|lint| format!("{} {}: {}", lint.code, lint.place, lint.message)).collect();
    assert_eq!(
        said,
        [
            "W0535 /networks/lists/1: the feed `b` is 8 days old, and stale after 7",
            "W0535 /networks: the feed `domains` is 31 days old, and stale after 7"
        ]
    );
}

#[test]
fn lists_and_cost() {
    let list = |date: serde_json::Value| {
        json!({
            "networks": {"lists": [{"name": "bad", "kind": "reputation", "date": date}]},
            "rules": [{"id": "r", "when": {"address": {"lists": ["bad"]}}, "then": {"block": {}}}],
            "otherwise": "allow",
        })
    };
    assert_eq!(
        found(list(json!("2025-11-01"))),
        [
            "W0530 /networks/lists/0: `r` blocks by network list `bad`, which is 386 days old; fetch it again, or give the rule `\"mode\": \"shadow\"`"
        ]
    );
    assert!(found(list(json!("2026-10")))[..].is_empty());
    assert!(found(list(json!(null)))[0].contains("which has no date"));
    let unused = json!({"lists": {"x": ["a"], "y": ["b"]}, "rules": [{"id": "r", "when": {"path": {"in": "x"}}, "then": "tag"}], "otherwise": "allow"});
    assert_eq!(
        found(unused),
        ["W0531 /lists/y: no rule uses the list `y`; say `x in lists.y` in a rule, or remove it"]
    );
    let search =
        |index: usize| (json!({"header": {"name": "cookie", "value": {"contains": format!("x{index:02}")}}}), false);
    let searches: Vec<_> = (0..20).map(search).collect();
    let dear = found(rules(&searches));
    assert!(
        dear.len() == 1
            && dear[0]
                .starts_with("W0540 /rules/19/when: a request may cost 164 us in conditions, 8 us of it in `r19`"),
        "{dear:?}"
    );
    assert!(found(rules(&searches[..10])).is_empty());
}

/// Whatever is compared: itself, `always`, and the two halves of `all` and `any`.
#[test]
fn laws_of_what_follows() {
    use super::implies::implies;
    let text = include_str!("../../../filter-core/src/policy/condition/cases.json");
    let groups: serde_json::Value = serde_json::from_str(text).unwrap();
    let cases = groups.as_array().unwrap().iter().flat_map(|group| group["cases"].as_array().unwrap());
    let mut atoms: Vec<Condition> = cases.filter_map(|case| serde_json::from_value(case[0].clone()).ok()).collect();
    atoms.dedup();
    let same = |when: &Condition| implies(when, when);
    assert!(atoms.len() > 50 && atoms.iter().all(same));
    assert!(atoms.iter().all(|when| implies(when, &Condition::Always)));
    for a in &atoms {
        for b in &atoms {
            let all = Condition::All(vec![a.clone(), b.clone()]);
            let any = Condition::Any(vec![a.clone(), b.clone()]);
            assert!(implies(&all, a) && implies(&all, b) && implies(a, &any) && implies(b, &any));
            assert!(!implies(a, b) || implies(&any, b), "{a:?} {b:?}");
        }
    }
}

#[test]
fn limits_that_do_not_do_what_they_say() {
    let limited = |limit: serde_json::Value, when: serde_json::Value, more: serde_json::Value| {
        let mut limits = vec![json!({"id": "l", "key": limit, "requests": 10, "seconds": 60})];
        limits.extend(more.as_array().cloned().unwrap_or_default());
        let rules: Vec<_> = limits
            .iter()
            .map(|limit| json!({"id": limit["id"], "when": when, "then": {"limit": {"by": limit["id"]}}}))
            .collect();
        found(json!({"limits": limits, "rules": rules, "otherwise": "allow"}))
    };
    let cases = [
        (
            json!(["client"]),
            "W0533 /limits/0/key: callers choose the key of `l`: whoever sends another each time is never limited;",
        ),
        (json!([{"header": "x-api-key"}, "path"]), "W0533 /limits/0/key: callers choose the key of `l`"),
        (json!([]), "W0534 /limits/0/key: one caller can use up `l` for all others;"),
        (json!(["endpoint"]), "W0534 /limits/0/key: one caller can use up `l` for all others;"),
    ];
    for (key, expected) in cases {
        let lints = limited(key, json!("always"), json!([]));
        assert!(lints.len() == 1 && lints[0].starts_with(expected), "{lints:?}");
    }
    let address = json!([{"id": "a", "key": ["address"], "requests": 100, "seconds": 60}]);
    assert!(
        limited(json!(["client"]), json!("always"), address).is_empty(),
        "another limit catches who changes his key"
    );
    let unverified = limited(json!(["address"]), json!({"all": [{"provenance": ["unverified"]}]}), json!([]));
    assert!(
        unverified[0].starts_with("W0532 /limits/0/key: `l` counts by an address for which nobody vouches"),
        "{unverified:?}"
    );

    let alone = json!({"limits": [{"id": "l", "key": ["address"], "requests": 1, "seconds": 1}], "otherwise": "allow"});
    let expected =
        "W0532 /limits/0: no rule uses the limit `l`; give a rule `{\"limit\": {\"by\": \"l\"}}`, or remove it";
    assert_eq!(found(alone), [expected]);
    let wide = json!([{"id": "w", "key": ["address"], "requests": 1_000_000, "seconds": 1}]);
    let wide = limited(json!(["address"]), json!("always"), wide);
    assert!(wide[0].starts_with("W0532 /limits/1/requests: `w` lets 1000000 requests a second pass"), "{wide:?}");
    let rule = |id: &str, then: serde_json::Value| json!({"id": id, "when": {"method": ["POST"]}, "then": then});
    let twice = |first: serde_json::Value, second: serde_json::Value| {
        found(json!({
            "limits": [
                {"id": "a", "key": ["address"], "requests": 10, "seconds": 60, "burst": 5},
                {"id": "b", "key": ["address"], "requests": 20, "seconds": 60},
            ],
            "rules": [{"id": "a", "when": first, "then": {"limit": {"by": "a"}}}, {"id": "b", "when": second, "then": {"limit": {"by": "b"}}}],
            "otherwise": "allow",
        }))
    };
    let never = twice(json!("always"), json!({"method": ["POST"]}));
    assert!(
        never.len() == 1
            && never[0].starts_with("W0532 /limits/1/requests: `b` never has too many: `a` limits the same"),
        "{never:?}"
    );
    assert!(twice(json!({"method": ["POST"]}), json!("always")).is_empty(), "the first is about fewer requests");
    for (part, expected) in [("bot", "programs' names"), ("account", "the account")] {
        let nobody = limited(json!([part]), json!("always"), json!([]));
        assert!(nobody[0].starts_with(&format!("W0532 /limits/0/key: `l` counts by {expected}")), "{nobody:?}");
    }
    let then_rules = json!({
        "limits": [{"id": "l", "key": ["address"], "requests": 1, "seconds": 1}],
        "rules": [rule("a", json!({"limit": {"by": "l"}})), rule("b", json!("monitor"))],
        "otherwise": "allow",
    });
    assert!(found(then_rules).is_empty(), "a limit takes no requests from the rules after it");
}

#[test]
fn those_who_must_come_in_at_other_times_and_from_other_addresses() {
    let now = NOW;
    let tried = |when: serde_json::Value| {
        let found = found(json!({"rules": [{"id": "r", "when": when, "then": {"block": {}}}], "otherwise": "allow"}));
        found.into_iter().filter(|said| said.starts_with("W051")).collect::<Vec<_>>()
    };
    let all = json!({"any": [{"path": {"prefix": "/"}}]});
    // 2026-11-22 is a Sunday: the window begins on Wednesday, 22:00.
    let night = tried(json!({"all": [{"week": {"at_least": 4200, "below": 4500}}, all]}));
    assert_eq!(night.len(), 2, "{night:?}");
    assert!(
        night[0].starts_with(
            "W0510 /rules/0/when: `r` blocks a health check with user agent `kube-probe/1.34`, address 10.0.0.1"
        ),
        "{night:?}"
    );
    assert!(night[0].contains(" at 2026-11-25T22:00:00Z; "), "{night:?}");
    // Over before it begins, or past.
    let over = u32::try_from(now / 1000 + 3600).unwrap();
    assert_eq!(
        tried(json!({"all": [{"time": {"below": over}}, {"week": {"at_least": 4200, "below": 4500}}, all]})),
        [""; 0]
    );
    assert_eq!(tried(json!({"all": [{"time": {"below": over - 7200}}, all]})), [""; 0]);
    // A rule that begins tomorrow, and one that is asked until then.
    let later = tried(json!({"all": [{"time": {"at_least": over + 86_400}}, all]}));
    assert!(later.len() == 2 && later[0].contains(" at 2026-11-23T01:00:00Z"), "{later:?}");
    let until = tried(json!({"all": [{"time": {"below": over}}, all]}));
    assert!(until.len() == 2 && !until[0].contains(" at 20"), "{until:?}");
    // Other addresses: another private block, a load balancer's, a part of the own block that the rule names.
    for (block, code) in [
        ("172.16.0.0/12", "W0510"),
        ("35.191.0.0/16", "W0510"),
        ("192.0.2.200/32", "W0511"),
        ("192.0.2.128/25", "W0511"),
        ("192.0.2.255/32", "W0511"),
    ] {
        let said = tried(json!({"address": {"blocks": [block]}}));
        assert!(said.len() == 1 && said[0].starts_with(code), "{block}: {said:?}");
    }
    // A twentieth of all clients is somebody.
    let share =
        tried(json!({"all": [{"share": {"name": "r", "below": 500}}, {"address": {"blocks": ["192.0.2.0/25"]}}]}));
    assert!(share.len() == 1 && share[0].starts_with("W0511"), "{share:?}");
}

#[test]
fn health_checks_go_where_the_policy_says() {
    let said = found(json!({
        "endpoints": [{"id": "up", "path": "/status/{node}", "label": "health"}],
        "rules": [{"id": "r", "when": {"path": {"prefix": "/status/"}}, "then": {"block": {}}}],
        "otherwise": "allow",
    }));
    assert!(said.iter().any(|said| said.starts_with("W0510 /rules/0/when: `r` blocks a health check")), "{said:?}");
}

#[test]
fn evidence_that_nothing_can_give() {
    let rule = |when: serde_json::Value| json!({"id": "r", "when": when, "then": "monitor"});
    let breached = json!({"any": [{"signal": ["password_breached"]}, {"signal": ["password_breached"]}]});
    let said = |endpoints: serde_json::Value, when: &serde_json::Value| {
        found(json!({"endpoints": endpoints, "rules": [rule(when.clone())], "otherwise": "allow"}))
    };
    let login = json!([{"id": "in", "path": "/in", "label": "login"}]);
    let inspected = json!([{"id": "in", "path": "/in", "label": "login", "body": "inspect"}]);
    let failing = json!({"count": {"name": "client.failed_logins", "at_least": 3}});
    let account = json!({"not": {"count": {"name": "account.clients", "at_least": 3}}});
    let [tor, mail] = ["network_tor", "mail_disposable"].map(|id| json!({"signal": [id]}));
    let start = "W0536 /rules/0/when: `r` asks for";
    for (endpoints, when, expected) in [
        (
            json!([]),
            &breached,
            "`password_breached`, and no endpoint has the label `login` or `sign_up`; describe your login under `endpoints`, with `\"label\": \"login\"` and `\"body\": \"inspect\"`",
        ),
        (
            login.clone(),
            &breached,
            "`password_breached`, and no login is looked into but those by Basic authorization; give the endpoint of your login `\"body\": \"inspect\"`",
        ),
        (
            inspected.clone(),
            &breached,
            "`password_breached`, and there is no feed of breached passwords; make a feed with `weir feed passwords`, and name its folder under `feeds`",
        ),
        (
            json!([]),
            &failing,
            "`client.failed_logins`, and no endpoint has the label `login` or `sign_up`; describe your login under `endpoints`, with `\"label\": \"login\"`",
        ),
        (
            login.clone(),
            &account,
            "`account.clients`, and no login is looked into but those by Basic authorization; give the endpoint of your login `\"body\": \"inspect\"`",
        ),
        (
            inspected.clone(),
            &mail,
            "`mail_disposable`, and there is no list `disposable_mail`; make a feed with `weir feed update`, or write the domains under `lists`",
        ),
        (
            json!([]),
            &tor,
            "`network_tor`, and no network list is of the kind `tor`; name the folder of such a list under `networks`, or of a feed under `feeds`",
        ),
    ] {
        assert_eq!(said(endpoints, when), [format!("{start} {expected}")]);
    }
    assert!(said(login, &failing).is_empty() && said(inspected, &account).is_empty());
    assert!(found(rules(&[(tor, false)])).is_empty(), "there is a list");
}
