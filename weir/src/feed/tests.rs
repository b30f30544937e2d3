use serde_json::json;

use super::*;

fn read(name: &str, form: serde_json::Value) -> Result<(Vec<String>, usize, Option<String>), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/feeds").join(name);
    let form: Form = serde_json::from_value(form).unwrap();
    let parsed = parse(&form, Holds::Networks, &std::fs::read(path).unwrap())?;
    Ok((parsed.ranges.blocks().iter().map(shown).collect(), parsed.wrong.len(), parsed.made))
}

#[test]
fn each_form() {
    let made = |day: &str| Some(day.to_owned());
    for (name, form, blocks, date) in [
        ("google.json", json!("google"), vec!["66.249.64.0/26", "2001:4860:4801:10::/64"], made("2026-11-20")),
        (
            "aws.json",
            json!({"json": ["/prefixes/*/ip_prefix", "/ipv6_prefixes/*/ipv6_prefix"]}),
            vec!["3.5.140.0/22", "2a05:d07a:a000::/40"],
            made("2026-11-19"),
        ),
        ("drop.txt", json!("lines"), vec!["1.10.16.0/20", "1.19.0.0/16"], None),
        ("drop.jsonl", json!({"json_lines": ["/cidr"]}), vec!["1.10.16.0/20", "2a06:e480::/29"], None),
        ("crowdsec.txt", json!("lines"), vec!["0.0.0.0/0"], None),
        (
            "ranges.csv",
            json!({"csv": {"column": "start", "last": "end", "where": [["country", "XX"]]}}),
            vec!["192.0.2.0/24"],
            None,
        ),
        ("numbered.csv", json!({"csv": {"column": "2", "delimiter": ";"}}), vec!["203.0.113.0/24"], None),
        (
            "asn.mmdb",
            json!({"mmdb": {"at": "/autonomous_system_number", "is": [64500]}}),
            vec!["1.0.0.0/23", "2001:db8:7::/48"],
            made("2026-11-22"),
        ),
        (
            "asn.mmdb",
            json!({"mmdb": {"at": "/traits/is_hosting", "is": [true]}}),
            vec!["1.0.2.0/24"],
            made("2026-11-22"),
        ),
    ] {
        let blocks: Vec<String> = blocks.into_iter().map(str::to_owned).collect();
        assert_eq!(read(name, form), Ok((blocks, 0, date)), "{name}");
    }
}

#[test]
fn another_form_is_refused() {
    for (name, form, expected) in [
        ("google.json", json!("lines"), ""),
        ("drop.txt", json!("google"), "expected value at line 1 column 1"),
        (
            "drop.txt",
            json!({"mmdb": {"at": "/x", "is": [1]}}),
            "invalid database: could not find MaxMind DB metadata in file",
        ),
        (
            "ranges.csv",
            json!({"csv": {"column": "network"}}),
            "there is no column `network`; there are `start`, `end`, `country`, `name`",
        ),
        ("drop.jsonl", json!({"json": ["/cidr"]}), "trailing characters at line 2 column 1"),
    ] {
        match read(name, form) {
            Err(why) => assert_eq!(why, expected, "{name}"),
            Ok((blocks, wrong, _)) => assert!(expected.is_empty() && blocks.is_empty() && wrong > 0, "{name}"),
        }
    }
}

#[test]
fn a_description_says_all_that_is_wrong_with_it() {
    let text = r#"{ "into": "feeds", "feeds": [ // two
  { "name": "Tor", "kind": "onion", "from": [], "licence": " ", "stale_days": 0, "form": {"json": ["prefixes"]} },
  { "name": "Tor", "kind": "tor", "from": ["x"], "licence": "x", "stale_days": 1 } ] }"#;
    let wrong = Config::read("feeds.json".as_ref(), text).unwrap_err();
    let said: Vec<String> =
        wrong.iter().map(|one| format!("{}:{} {} {}", one.line, one.column, one.place, one.message)).collect();
    let expected = [
        "2:13 /feeds/0/name `Tor` is no name",
        "2:28 /feeds/0/kind `onion` is no kind of feed",
        "2:45 /feeds/0/from it comes from nowhere",
        "2:60 /feeds/0/licence under which licence may it be used?",
        "2:79 /feeds/0/stale_days it would be stale at once",
        "2:90 /feeds/0/form `prefixes` is no pointer",
        "3:13 /feeds/1/name `Tor` is no name",
        "3:13 /feeds/1/name `Tor` is there already",
    ];
    assert_eq!(said, expected);
    let unknown = Config::read("feeds.json".as_ref(), "{\n \"into\": \"x\", \"feed\": []}").unwrap_err();
    assert_eq!((unknown[0].line, unknown[0].message.as_str()), (2, "unknown field `feed`, expected `into` or `feeds`"));
}

#[test]
fn the_public_lists_are_described_soundly() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/feeds.json");
    let config = Config::read(&path, &std::fs::read_to_string(&path).unwrap()).unwrap();
    assert!(config.feeds.len() >= 12);
    assert!(config.feeds.iter().flat_map(|feed| &feed.from).all(|from| from.starts_with("https://")));
}

/// Blocks with their values, or domains, and how many entries are neither.
fn values(name: &str, holds: Holds, form: serde_json::Value) -> (Vec<String>, usize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/feeds").join(name);
    let form: Form = serde_json::from_value(form).unwrap();
    let parsed = parse(&form, holds, &std::fs::read(path).unwrap()).unwrap();
    let marks = parsed.marks.iter().map(|(block, value)| format!("{} {value}", shown(block)));
    (marks.chain(parsed.domains).collect(), parsed.wrong.len())
}

#[test]
fn values_and_domains() {
    let mmdb = |at: &str| json!({"mmdb": {"at": at}});
    for (name, holds, form, expected) in [
        (
            "asn.mmdb",
            Holds::Asns,
            mmdb("/autonomous_system_number"),
            vec!["1.0.0.0/23 64500", "1.0.2.0/24 64501", "2001:db8:7::/48 64500"],
        ),
        ("country.mmdb", Holds::Countries, mmdb("/country/iso_code"), vec!["1.0.0.0/24 AU", "2001:db8:7::/48 DE"]),
        (
            "asn_blocks.csv",
            Holds::Asns,
            json!({"csv": {"column": "network", "value": "autonomous_system_number"}}),
            vec!["1.0.0.0/24 13335", "1.0.4.0/22 38803"],
        ),
        (
            "ip2asn.tsv",
            Holds::Asns,
            json!({"csv": {"column": "1", "last": "2", "value": "3", "delimiter": "\t"}}),
            vec!["1.0.0.0/24 13335", "1.0.4.0/23 38803", "1.0.6.0/24 38803"],
        ),
        (
            "ip2asn.tsv",
            Holds::Countries,
            json!({"csv": {"column": "1", "last": "2", "value": "4", "delimiter": "\t"}}),
            vec!["1.0.0.0/24 US", "1.0.4.0/23 AU", "1.0.6.0/24 AU"],
        ),
        ("disposable.txt", Holds::Domains, json!("lines"), vec!["0-mail.com", "mailinator.com", "yopmail.fr"]),
        ("disposable.json", Holds::Domains, json!({"json": ["/*"]}), vec!["10minutemail.com", "mailinator.com"]),
    ] {
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(values(name, holds, form), (expected, 0), "{name} {holds:?}");
    }
}

#[test]
fn a_kind_wants_its_form() {
    let said = |kind: &str, form: &str| {
        let text = format!(
            r#"{{"into":"f","feeds":[{{"name":"a","kind":"{kind}","from":["x"],"licence":"x","stale_days":1,"form":{form}}}]}}"#
        );
        let wrong = Config::read("feeds.json".as_ref(), &text).err().unwrap_or_default();
        wrong.iter().map(|one| format!("{}: {}", one.message, one.remedy)).collect::<Vec<_>>()
    };
    assert_eq!(said("asn", r#""lines""#), ["its entries would have no values: use `csv` with `value`, or `mmdb`"]);
    assert_eq!(
        said("country", r#"{"csv":{"column":"1"}}"#),
        ["which column has the value is not said: add `value` to `csv`"]
    );
    assert_eq!(said("disposable_mail", r#""google""#), ["such lists hold no domains: use `lines`, `json` or `csv`"]);
    assert_eq!(
        said("hosting", r#"{"mmdb":{"at":"/x"}}"#),
        ["every network would be in it: say which values count in `is`"]
    );
    assert_eq!(said("asn", r#"{"mmdb":{"at":"/x"}}"#), [""; 0]);
    assert!(said("breached_passwords", r#""lines""#)[0].contains("`weir feed passwords` makes feeds of passwords"));
}
