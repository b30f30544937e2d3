//! Every way a bundle is refused, by its exact words; and that what is written is read again.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;
use crate::limits;
use crate::policy::compact;
use crate::policy::wire::Manifest;

/// Problems of a content line, one a line.
fn refused(content: &str) -> String {
    let manifest = serde_json::to_string(&Manifest::of(content, 1)).unwrap();
    match Bundle::parse(format!("{manifest}\n{content}\n").as_bytes()) {
        Ok(_) => String::new(),
        Err(problems) => problems.to_string(),
    }
}

/// Problems of a rule's condition, the place of the condition cut off.
fn refused_when(when: &str) -> String {
    let content = format!(
        r#"{{"names":[{{"token":"curl/","name":"curl","category":"command_line"}}],"lists":{{"l":["A"]}},"rules":[{{"id":"r","when":{when},"then":"monitor"}}],"otherwise":"allow"}}"#
    );
    let text = refused(&content);
    text.lines().map(|line| line.strip_prefix("/content/rules/0/when").unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_two_lines() {
    let good = r#"{"otherwise":"allow"}"#;
    let manifest = |change: fn(&mut Manifest)| {
        let mut manifest = Manifest::of(good, 1);
        change(&mut manifest);
        format!("{}\n{good}\n", serde_json::to_string(&manifest).unwrap())
    };
    let id = Manifest::of(good, 1).id;
    assert!(Bundle::parse(manifest(|_| {}).as_bytes()).is_ok());
    assert!(Bundle::parse(manifest(|_| {}).replace('\n', "\r\n").as_bytes()).is_ok_and(|b| b.id() == id), "CRLF");
    let cases: [(Vec<u8>, String); 9] = [
        (Vec::new(), "/: a bundle is two lines, this is one; give what `weir build` wrote, unchanged; in YAML as a literal block (`|`)".into()),
        (b"{}\n{}\n{}".to_vec(), "/: a bundle is two lines, this is more; give what `weir build` wrote, unchanged".into()),
        (b"{}\n{\"a\":\"\xFF\"}".to_vec(), "/ (line 2, column 7): not UTF-8; give what `weir build` wrote, unchanged".into()),
        (
            manifest(|m| m.format = 2).into_bytes(),
            "/manifest/format: format 2 is not known; this version reads format 1; use a newer one, or build the bundle for this one".into(),
        ),
        (
            b"{\"format\":2,\"new\":1}\n{\"newer\":1}".to_vec(),
            "/manifest/format: format 2 is not known; this version reads format 1; use a newer one, or build the bundle for this one".into(),
        ),
        (
            manifest(|m| m.id = "0".into()).into_bytes(),
            format!("/manifest/id: the second line's SHA-256 is `{id}`, not `0`; give what `weir build` wrote, unchanged"),
        ),
        (
            manifest(|m| (m.not_before, m.expires) = (Some(2), Some(2))).into_bytes(),
            "/manifest/expires: it expires before it may begin; swap the times".into(),
        ),
        (
            format!("{{\"format\":1,\"id\":\"{id}\",\"serial\":-1}}\n{good}").into_bytes(),
            "/manifest/serial (line 1, column 95): invalid value: integer `-1`; expected a whole number, not negative".into(),
        ),
        (
            "x".repeat(limits::BUNDLE + 1).into_bytes(),
            format!("/: {} bytes; a bundle has at most {}", limits::BUNDLE + 1, limits::BUNDLE),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(Bundle::parse(&text).map(|_| ()).unwrap_err().to_string(), expected);
    }
}

#[test]
fn shapes() {
    let cases = [
        ("{", "/content (line 2, column 1): not JSON: eof while parsing an object; mend the text here"),
        ("[]", "/content (line 2, column 1): invalid type: sequence; expected an object"),
        (
            "{}",
            "/content/otherwise: missing member `otherwise`; say what happens where no rule matches, such as `\"allow\"`",
        ),
        (
            r#"{"otherwise":"deny"}"#,
            "/content/otherwise (line 2, column 19): unknown word `deny`; expected one of `allow`, `monitor`, `tag`, `block`, `redirect`, `route`, `tarpit`, `limit`",
        ),
        (
            r#"{"otherwise":"block"}"#,
            "/content/otherwise (line 2, column 13): the word stands alone; give it a value, as in `{\"block\":{}}`",
        ),
        (
            r#"{"otherwise":{"allow":{}}}"#,
            "/content/otherwise/allow (line 2, column 22): the word takes no value; write it alone, as in `\"allow\"`",
        ),
        (r#"{"otherwise":7}"#, "/content/otherwise (line 2, column 14): no value that fits here; mend the text here"),
        (
            r#"{"otherwise":"allow","rulez":[]}"#,
            "/content/rulez (line 2, column 29): unknown member `rulez`; expected `settings`, `weights`, `names`, `networks`, `endpoints`, `lists`, `breached`, `limits`, `allow`, `rules`, `otherwise` or `tests`",
        ),
        (
            r#"{"otherwise":"allow","otherwise":"tag"}"#,
            "/content/otherwise (line 2, column 33): stands twice; keep one of them",
        ),
        (
            r#"{"weights":{"user_agent_missing":1,"user_agent_missing":2},"otherwise":"allow"}"#,
            "/content/weights/user_agent_missing (line 2, column 56): stands twice; keep one of them",
        ),
        (
            r#"{"otherwise":{"block":{"staus":1}}}"#,
            "/content/otherwise/block/staus (line 2, column 30): unknown member `staus`; expected `status` or `message`",
        ),
        (
            r#"{"settings":{"prior":"x"},"otherwise":"allow"}"#,
            "/content/settings/prior (line 2, column 24): invalid type: string \"x\"; expected a whole number",
        ),
    ];
    for (content, expected) in cases {
        assert_eq!(refused(content), expected);
    }
}

#[test]
fn one_bad_rule_hides_no_other() {
    let content = r#"{"allow":[{"id":"a","whn":"always"}],"rules":[{"id":"b","when":{"scor":{}},"then":"allow"},{"id":"c","when":"always"},{"id":"d","when":{"all":["always",{"path":{"is":7}}]},"then":"tag"}],"otherwise":"allow"}"#;
    let expected = [
        "/content/allow/0/whn (line 2, column 25): unknown member `whn`; expected one of `id`, `when`, `mode`, `note`",
        "/content/rules/0/when/scor (line 2, column 70): unknown word `scor`; expected one of `always`, `all`, `any`, `not`, `score`, `pillar`, `signal`, `class`, `kind`, `endpoint`, `label`, `method`, `host`, `path`, `query`, `header`, `address`, `provenance`, `asn`, `country`, `claim`, `named`, `crawler`, `http`, `tls`, `ja4`, `secure`, `time`, `week`, `share`, `count`",
        "/content/rules/1 (line 2, column 117): missing member `then`; add it",
        "/content/rules/2/when/all/1/path/is (line 2, column 167): invalid type: integer `7`; expected a string",
    ];
    assert_eq!(refused(content).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn meanings() {
    let cases = [
        (
            r#"{"settings":{"bot_threshold":101,"human_threshold":0,"prior":-20001,"caps":{"tools":-1}},"otherwise":"allow"}"#,
            "/content/settings/prior: `-20001` is out of range; give a number from -20000 to 20000 milli-nats\n\
             /content/settings/caps/tools: `-1` is out of range; give a number from 0 to 20000 milli-nats\n\
             /content/settings/bot_threshold: it is no score; give a number from 1 to 100\n\
             /content/settings/human_threshold: it is no score; give a number from 1 to 100",
        ),
        (
            r#"{"settings":{"bot_threshold":50,"human_threshold":50},"otherwise":"allow"}"#,
            "/content/settings/human_threshold: 50 is not below the bot threshold 50; lower it",
        ),
        (
            r#"{"settings":{"limits":{"clients":4000000000}},"otherwise":"allow"}"#,
            "/content/settings/limits: records of these numbers take 282299 MiB; at most 512 MiB are allowed",
        ),
        (
            r#"{"weights":{"user_agent_missing":20001},"otherwise":"allow"}"#,
            "/content/weights/user_agent_missing: `20001` is out of range; give a number from -20000 to 20000 milli-nats",
        ),
        (
            r#"{"settings":{"identity":[{"cookie":""},{"header":"a b"},{"jwt":{"header":"authorization","claim":"s\"ub"}}]},"otherwise":"allow"}"#,
            "/content/settings/identity/0/cookie: `` is no name; give its name as it is sent, at most 64 bytes\n\
             /content/settings/identity/1/header: `a b` is no name; give its name as it is sent, at most 64 bytes\n\
             /content/settings/identity/2/jwt/claim: `s\\\"ub` is no name; give its name as it is sent, at most 64 bytes",
        ),
        (
            r#"{"networks":{"lists":[{"name":"A","kind":"hosting"},{"name":"b","kind":"cloud"}],"sets":["g"]},"otherwise":"allow"}"#,
            "/content/networks/lists/0/name: `A` is no name; use `a`-`z`, `0`-`9`, `_`, `-` and `.`, at most 64\n\
             /content/networks/lists/1/kind: unknown word `cloud`; expected `hosting`, `vpn`, `tor`, `proxy`, `relay`, `cdn`, `crawler`, `reputation` or `custom`\n\
             /content/networks/sets/0: `g` is no set of lists; give a hexadecimal number with one bit a list",
        ),
        (
            r#"{"networks":{"lists":[{"name":"a","kind":"tor"},{"name":"a","kind":"tor"}],"sets":["4"]},"otherwise":"allow"}"#,
            "/content/networks: two network lists are called `a`; rename one\n\
             /content/networks: a set names a network list that is not there; build the bundle again",
        ),
        (
            r#"{"networks":{"v4":"!","asn_v6":"AA"},"otherwise":"allow"}"#,
            "/content/networks/v4: not base64: invalid symbol 33, offset 0.; build the bundle again with `weir build`\n\
             /content/networks/asn_v6: not base64: invalid padding; build the bundle again with `weir build`",
        ),
        (
            r#"{"names":[{"token":"X","name":"x","category":"seo","ranges":"none"},{"token":"y","name":"y","category":"y"}],"otherwise":"allow"}"#,
            "/content/names/0/ranges: there is no network list `none`; add it under `networks`\n\
             /content/names/1/category: unknown word `y`; expected `search_engine`, `ai_training`, `ai_assistant`, `seo`, `social_preview`, `advertising`, `monitor`, `feed_reader`, `archiver`, `webhook`, `other_crawler`, `http_library`, `command_line`, `package_manager`, `text_browser`, `app`, `browser_automation`, `load_test`, `attack_tool` or `survey`\n\
             /content/names/0: token `X` is not lower case; write `x`",
        ),
        (
            r#"{"endpoints":[{"id":"a","path":"/"},{"id":"a","path":"/b","label":"L"}],"otherwise":"allow"}"#,
            "/content/endpoints/1/label: `L` is no name; use `a`-`z`, `0`-`9`, `_`, `-` and `.`, at most 64\n\
             /content/endpoints/1/id: `a` is taken; give each a name of its own",
        ),
        (
            r#"{"allow":[{"id":"a","when":"always"}],"rules":[{"id":"a","when":"always","then":{"block":{"status":200,"message":"a\nb"}}},{"id":"B c","when":"always","then":"tag"}],"otherwise":"allow"}"#,
            "/content/rules/0/then/block/status: `200` is no error; give a status from 400 to 599\n\
             /content/rules/0/then/block/message: it cannot be shown; give one line of 1 to 256 bytes\n\
             /content/rules/1/id: `B c` is no name; use `a`-`z`, `0`-`9`, `_`, `-` and `.`, at most 64\n\
             /content/rules/0/id: `a` is taken; give each a name of its own",
        ),
        (
            r#"{"rules":[{"id":"a","when":{"address":{"blocks":["192.0.2.0/24"],"provenance":["unverified"]}},"then":{"block":{}}}],"otherwise":"allow"}"#,
            "/content/rules/0/when/address/provenance: an unverified address may not decide to block; take `unverified` out, or only monitor or tag",
        ),
    ];
    for (content, expected) in cases {
        assert_eq!(refused(content), expected, "{content}");
    }
    let unknown = refused(r#"{"weights":{"nothing":1},"otherwise":"allow"}"#);
    assert!(unknown.starts_with("/content/weights/nothing: no signal is called `nothing`; expected `"), "{unknown}");
}

#[test]
fn conditions() {
    let cases = [
        (r#"{"all":[]}"#, "/all: the list is empty; give at least one, or leave the test out"),
        (r#"{"score":{}}"#, "/score: no bound is given; give `at_least`, `below` or both"),
        (r#"{"score":{"at_least":5,"below":5}}"#, "/score: no number is at least 5 and below 5; swap the bounds"),
        (r#"{"score":{"at_least":101}}"#, "/score/at_least: can never be reached; at most 100"),
        (
            r#"{"pillar":{"name":"tool","below":5}}"#,
            "/pillar/name: unknown word `tool`; expected `tools`, `infrastructure`, `credentials` or `behaviour`",
        ),
        (
            r#"{"class":["good"]}"#,
            "/class/0: unknown word `good`; expected `human`, `good_bot`, `tool`, `bot` or `unknown`",
        ),
        (
            r#"{"kind":["page"]}"#,
            "/kind/0: unknown word `page`; expected `navigation`, `form_post`, `fetch`, `asset`, `preflight`, `websocket` or `unknown`",
        ),
        (r#"{"endpoint":["x"]}"#, "/endpoint/0: there is no endpoint `x`; describe it under `endpoints`"),
        (r#"{"label":["x"]}"#, "/label/0: there is no endpoint with the label `x`; describe it under `endpoints`"),
        (r#"{"method":["get"]}"#, "/method/0: `get` is no method; write methods in upper case, as they are sent"),
        (
            r#"{"host":{"suffix":"shop.example"}}"#,
            "/host/suffix: `shop.example` is also the end of other hosts' names; write `.shop.example`, and `is` for the name itself",
        ),
        (r#"{"host":{"is":"Shop.example"}}"#, "/host: a host's name is compared in lower case; write it in lower case"),
        (r#"{"host":{"in":"l"}}"#, "/host: a host's name is compared in lower case; write it in lower case"),
        (r#"{"path":{"prefix":"admin"}}"#, "/path: no path starts with `admin`; start it with `/`"),
        (r#"{"path":{"contains":""}}"#, "/path/contains: it is empty; say what to look for"),
        (r#"{"query":{"in":"m"}}"#, "/query/in: there is no list `m`; expected `l`"),
        (
            r#"{"header":{"name":"Accept"}}"#,
            "/header/name: `Accept` is no header name; write it in lower case, at most 64 bytes",
        ),
        (
            r#"{"header":{"name":"x-weir-score"}}"#,
            "/header/name: headers of our own are removed from requests first; test the score instead",
        ),
        (r#"{"address":{}}"#, "/address: nothing to look for; give `blocks`, `lists` or `kinds`"),
        (
            r#"{"address":{"blocks":["10.0.0.1/8","x"]}}"#,
            "/address/blocks/0: `10.0.0.1/8`: bits are set below the mask; write the block's first address\n\
             /address/blocks/1: `x`: not an IP address; write a block as `192.0.2.0/24` or `2001:db8::/32`",
        ),
        (r#"{"address":{"lists":["x"]}}"#, "/address/lists/0: there is no network list `x`; add it under `networks`"),
        (
            r#"{"address":{"kinds":["tor","onion"]}}"#,
            "/address/kinds/0: there is no network list of kind `tor`; add one under `networks`\n\
             /address/kinds/1: unknown word `onion`; expected `hosting`, `vpn`, `tor`, `proxy`, `relay`, `cdn`, `crawler`, `reputation` or `custom`",
        ),
        (r#"{"provenance":["x"]}"#, "/provenance/0: unknown word `x`; expected `peer`, `hop`, `cdn` or `unverified`"),
        (r#"{"asn":[]}"#, "/asn: the list is empty; give at least one, or leave the test out"),
        (
            r#"{"country":["de"]}"#,
            "/country/0: `de` is no country code; write two upper-case letters (ISO 3166-1 alpha-2), such as `DE`",
        ),
        (r#"{"claim":{}}"#, "/claim: nothing to look for; give `family`, `engine`, `platform` or `major`"),
        (
            r#"{"claim":{"engine":["blink"]}}"#,
            "/claim/engine/0: unknown word `blink`; expected `chromium`, `gecko`, `webkit`, `legacy` or `none`",
        ),
        (r#"{"named":{"name":["Curl"]}}"#, "/named/name/0: the name table has no `Curl`; add it under `names`"),
        (
            r#"{"named":{"operator":["X"]}}"#,
            "/named/operator/0: the name table has no operator `X`; add it under `names`",
        ),
        (
            r#"{"crawler":["true"]}"#,
            "/crawler/0: unknown word `true`; expected `verified`, `impostor` or `unverifiable`",
        ),
        (r#"{"http":["1"]}"#, "/http/0: unknown word `1`; expected `1.0`, `1.1`, `2` or `3`"),
        (r#"{"tls":["1.4"]}"#, "/tls/0: unknown word `1.4`; expected `1.0`, `1.1`, `1.2` or `1.3`"),
        (r#"{"ja4":{"value":{"is":"x"},"by":["me"]}}"#, "/ja4/by/0: unknown word `me`; expected `spec` or `envoy`"),
    ];
    for (when, expected) in cases {
        assert_eq!(refused_when(when), expected, "{when}");
    }
    assert!(refused_when(r#"{"signal":["x"]}"#).starts_with("/signal/0: no signal is called `x`; expected `"));
}

#[test]
fn sizes() {
    let nested = |depth: usize| format!("{}\"always\"{}", r#"{"not":"#.repeat(depth), "}".repeat(depth));
    assert_eq!(refused_when(&nested(limits::CONDITION_DEPTH - 1)), "");
    let deep = refused_when(&nested(limits::CONDITION_DEPTH));
    assert_eq!(deep, format!("{}: nested too deeply; at most 16 levels are allowed", "/not".repeat(16)));
    let deeper = refused_when(&nested(200));
    assert!(deeper.ends_with(": nested too deeply; at most 16 levels of conditions are allowed"), "{deeper}");

    let many = |count: usize| alloc::vec![r#""always""#; count].join(",");
    let items = limits::CONDITION_ITEMS;
    assert_eq!(refused_when(&format!(r#"{{"any":[{}]}}"#, many(items))), "");
    let message = "/any: 257 items; at most 256 are allowed; move them to a named list";
    assert_eq!(refused_when(&format!(r#"{{"any":[{}]}}"#, many(items + 1))), message);

    let rule = |n: usize| format!(r#"{{"id":"r{n}","when":{{"any":[{}]}},"then":"tag"}}"#, many(items));
    let rules =
        |n: usize| format!(r#"{{"rules":[{}],"otherwise":"allow"}}"#, (0..n).map(rule).collect::<Vec<_>>().join(","));
    assert_eq!(refused(&rules(31)), "");
    let message =
        "too many tests; at most 8192 in all rules together, a `contains` counting 16; merge tests into lists";
    assert_eq!(refused(&rules(32)), format!("/content/rules/31/when/any/224: {message}"));

    let text = |size: usize| format!(r#"{{"query":{{"contains":"{}"}}}}"#, "x".repeat(size));
    assert_eq!(refused_when(&text(limits::CONTAINS)), "");
    assert_eq!(refused_when(&text(limits::CONTAINS + 1)), "/query/contains: 65 bytes; at most 64 can be searched for");
    let text = |size: usize| format!(r#"{{"query":{{"prefix":"{}"}}}}"#, "x".repeat(size));
    assert_eq!(refused_when(&text(limits::TEXT)), "");
    assert_eq!(refused_when(&text(limits::TEXT + 1)), "/query/prefix: 513 bytes; at most 512 are allowed");

    let search = |n: usize| {
        let one = r#"{"query":{"contains":"a"}}"#;
        let rule = |id: usize, n: usize| {
            format!(r#"{{"id":"r{id}","when":{{"any":[{}]}},"then":"tag"}}"#, alloc::vec![one; n].join(","))
        };
        format!(r#"{{"rules":[{},{}],"otherwise":"allow"}}"#, rule(0, 240), rule(1, n))
    };
    assert_eq!(refused(&search(241)), "", "2 + 481 * 17 tests");
    assert_eq!(refused(&search(242)), format!("/content/rules/1/when/any/241/query: {message}"));

    let empty =
        |n: usize| (0..n).map(|n| format!(r#"{{"id":"r{n}","when":"always","then":"tag"}}"#)).collect::<Vec<_>>();
    let rules = |n: usize| format!(r#"{{"rules":[{}],"otherwise":"allow"}}"#, empty(n).join(","));
    assert_eq!(refused(&rules(limits::RULES)), "");
    assert_eq!(refused(&rules(limits::RULES + 1)), "/content/rules: 513 items; at most 512 are allowed");

    let lists = |n: usize| {
        let lists: Vec<String> = (0..n).map(|n| format!(r#""l{n}":[]"#)).collect();
        format!(r#"{{"lists":{{{}}},"otherwise":"allow"}}"#, lists.join(","))
    };
    assert_eq!(refused(&lists(limits::LISTS)), "");
    assert_eq!(refused(&lists(limits::LISTS + 1)), "/content/lists: 65 members; at most 64 are allowed");
}

#[test]
fn content_alone_is_placed_from_its_own_root() {
    let problems =
        check_content("{\"rules\":[\n{\"id\":\"a\",\"when\":{\"asn\":[]},\"then\":\"tag\"}\n],\"otherwise\":\"alow\"}");
    let expected = "/otherwise (line 3, column 20): unknown word `alow`; expected one of `allow`, `monitor`, `tag`, `block`, `redirect`, `route`, `tarpit`, `limit`";
    assert_eq!(problems.unwrap_err().to_string(), expected);
    let problems = check_content(
        "{\"rules\":[\n{\"id\":\"a\",\"when\":{\"asn\":[]},\"then\":\"tag\"}\n],\"otherwise\":\"allow\"}",
    );
    let expected = "/rules/0/when/asn: the list is empty; give at least one, or leave the test out";
    assert_eq!(problems.unwrap_err().to_string(), expected);
}

#[test]
fn what_is_written_is_read_again() {
    let text = r#"{"settings":{"bot_threshold":60,"caps":{"tools":9000},"identity":[{"cookie":"sid"},{"jwt":{"header":"authorization","claim":"sub"}}],"event_client":"address","limits":{"clients":5000,"sites":0}},"weights":{"user_agent_missing":4000},"names":[{"token":"curl/","name":"curl","category":"command_line"}],"networks":{"lists":[{"name":"t","kind":"tor","source":"list","date":"2026-11-21"}],"sets":["1"]},"endpoints":[{"id":"u","methods":["GET"],"path":"/u/{id}","label":"user"}],"lists":{"l":["a"]},"allow":[{"id":"a","when":{"header":{"name":"x-key","value":{"in":"l"}}},"mode":"shadow","note":"n"}],"rules":[{"id":"b","when":{"all":[{"label":["user"]},{"not":{"secure":true}}]},"then":{"block":{"status":429}},"mode":"enforce"}],"otherwise":"monitor"}"#;
    let content: wire::Content = serde_json::from_str(text).unwrap();
    let written = wire::write(&content, 9).unwrap();
    let (manifest, line) = written.trim_end().split_once('\n').unwrap();
    assert_eq!(line, text, "members keep their order, defaults are left out");
    assert_eq!(serde_json::from_str::<wire::Content>(line).unwrap(), content);
    let bincode = Some(compact::digest(&compact::write(&content).unwrap()));
    assert_eq!(serde_json::from_str::<Manifest>(manifest).unwrap(), Manifest { bincode, ..Manifest::of(line, 9) });
    let bundle = Bundle::parse(written.as_bytes()).unwrap();
    assert_eq!((bundle.id(), bundle.serial()), (Manifest::of(line, 9).id.as_str(), 9));
    assert_eq!(bundle.weights().bot_threshold, 60);
    assert_eq!(bundle.weights().caps[0], 9_000);
    assert_eq!(bundle.identity().len(), 2);
    assert_eq!((bundle.limits().clients, bundle.limits().sites, bundle.limits().details), (5_000, 0, 16_000));
    assert_eq!(
        bundle.rule("b").unwrap().then,
        Action::Block(crate::policy::Block { status: 429, message: "request blocked".into() })
    );
}
