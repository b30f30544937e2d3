//! Replies by caller, tags with their test vector, receipts, events.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::Value;

use super::*;
use crate::engine::Engine;
use crate::facts::Facts;
use crate::keys::Keys;
use crate::policy::{Bundle, Settings, wire};
use crate::signals::vectors::Sample;

const SECRET: &[u8] = b"correct horse battery staple";
const NOW: u64 = 1_731_000_000_123;

fn engine(content: &str, secret: Option<&[u8]>) -> Engine {
    engine_with(content, secret, 0)
}

fn engine_with(content: &str, secret: Option<&[u8]>, event_share: u32) -> Engine {
    let manifest = serde_json::to_string(&wire::Manifest::of(content, 1)).unwrap();
    let bundle = Bundle::parse(format!("{manifest}\n{content}").as_bytes()).unwrap();
    let keys = secret.map(Keys::derive);
    let settings = Settings { allow_unsigned: true, keys, event_share, ..Settings::default() };
    Engine::new(bundle, &settings).unwrap()
}

const BLOCK: &str = r#"{"rules":[{"id":"all","when":"always","then":{"block":{"status":429,"message":"go <away>"}}}],"otherwise":"allow"}"#;

fn reply(request: &str) -> Reply {
    let engine = engine(BLOCK, Some(SECRET));
    Sample::parse(request).unwrap().with(|facts| engine.judge(facts, NOW).reply().unwrap())
}

fn header<'r>(reply: &'r Reply, name: &str) -> Option<&'r str> {
    let mut found = reply.headers.iter().filter(|(other, _)| *other == name);
    let value = found.next().map(|(_, value)| value.as_str());
    assert!(found.next().is_none(), "{name} twice");
    value
}

#[test]
fn every_caller_gets_what_it_reads() {
    let cases = [
        ("like chromium_navigation", 429, "text/html; charset=utf-8", "<p>go &lt;away&gt;</p>"),
        ("like firefox_navigation", 429, "text/html; charset=utf-8", "Receipt: <code>"),
        ("like chromium_form_post", 429, "text/html; charset=utf-8", "go &lt;away&gt;"),
        (
            "like chromium_fetch",
            429,
            "application/json",
            r#"{"error":{"code":"blocked","message":"go <away>","receipt":""#,
        ),
        ("like chromium_plain_fetch", 429, "text/plain; charset=utf-8", "go <away>\nreceipt: "),
        ("like chromium_script", 429, "text/plain; charset=utf-8", "go <away>\nreceipt: "),
        ("like chromium_navigation\nx-requested-with: XMLHttpRequest", 429, "application/json", "\"error\""),
        ("like chromium_navigation\naccept: application/json, text/html", 429, "application/json", "\"error\""),
        ("GET https://a.example/api HTTP/1.1\naccept: application/vnd.api+json", 429, "application/json", "\"error\""),
        ("POST https://a.example/api HTTP/1.1\ncontent-type: application/json", 429, "application/json", "\"error\""),
        ("GET https://a.example/ HTTP/1.1\naccept: */*", 429, "text/plain; charset=utf-8", "go <away>\n"),
        ("HEAD https://a.example/ HTTP/1.1\naccept: text/html", 429, "text/html; charset=utf-8", ""),
        (
            "POST https://a.example/s/M HTTP/2\ncontent-type: application/grpc+proto\nte: trailers",
            200,
            "application/grpc",
            "",
        ),
        ("POST https://a.example/s/M HTTP/2\ncontent-type: application/grpc-web-text", 200, "application/grpc-web", ""),
    ];
    for (request, status, content_type, body) in cases {
        let reply = reply(request);
        assert_eq!((reply.status, header(&reply, "content-type")), (status, Some(content_type)), "{request}");
        let text = String::from_utf8(reply.body.clone()).unwrap();
        assert_eq!(text.is_empty(), body.is_empty(), "{request}: {text}");
        assert!(text.contains(body), "{request}: {text}");
        assert_eq!(header(&reply, "cache-control"), Some("no-store"));
        assert_eq!(reply.details, "weir_block{rule=all}");
        let receipt = header(&reply, "x-weir-receipt").unwrap();
        assert!(text.is_empty() || text.contains(receipt), "{request}: {text}");
        let grpc = content_type.starts_with("application/grpc");
        assert_eq!(reply.grpc_status, grpc.then_some(7));
        assert_eq!(header(&reply, "grpc-status"), grpc.then_some("7"));
        let message = format!("go <away> (receipt {receipt})");
        assert_eq!(header(&reply, "grpc-message"), grpc.then_some(message.as_str()));
    }
}

#[test]
fn a_receipt_names_its_rule_and_no_other() {
    let keys = Keys::derive(SECRET);
    let first = reply("like chromium_navigation");
    let code = header(&first, "x-weir-receipt").unwrap();
    let receipt = Receipt::parse(&code.to_lowercase().replace('-', " ").replace('0', "o")).unwrap();
    assert_eq!(receipt.to_string(), code);
    assert!(receipt.names_rule("all", Some(&keys)));
    assert!(!receipt.names_rule("otherwise", Some(&keys)));
    assert!(!receipt.names_rule("all", Some(&Keys::derive(b"another secret of 16"))));
    assert!(!receipt.names_rule("all", None));
    let second = reply("like chromium_navigation\n@path=/2");
    assert_ne!(header(&second, "x-weir-receipt"), Some(code), "another request has another receipt");
    for wrong in ["", "4T9K-7QX2-M0H", "4T9K-7QX2-M0HBB", "4T9K-7QX2-M0HU", "4T9K-7QX2-M0H\u{e9}"] {
        assert_eq!(Receipt::parse(wrong), None, "{wrong}");
    }
}

const TAG: &str = r#"{"rules":[{"id":"all","when":"always","then":"tag"}],"otherwise":"allow"}"#;

fn tags(request: &str) -> Vec<(&'static str, String)> {
    let engine = engine(TAG, Some(SECRET));
    Sample::parse(request).unwrap().with(|facts| engine.judge(facts, NOW).request_headers())
}

fn tag_key() -> Vec<u8> {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET).unwrap();
    mac.update(b"weir-tag-1");
    mac.finalize().into_bytes().to_vec()
}

fn verify(headers: &[(&str, String)], path: &[u8], now: u64) -> Result<(), TagError> {
    let get = |name| headers.iter().find(|(other, _)| *other == name).map_or("", |(_, value)| value.as_str());
    let tags = TagHeaders {
        score: get("x-weir-score"),
        class: get("x-weir-class"),
        reasons: get("x-weir-reasons"),
        bundle: get("x-weir-bundle"),
    };
    verify_tag(&tag_key(), (b"GET", b"shop.example", path), &tags, get(SIGNATURE_HEADER), now, 60_000)
}

#[test]
fn a_tag_is_believed_only_as_it_was_made() {
    let headers = tags("GET https://shop.example/a?b=c HTTP/2\naccept: */*");
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["x-weir-score", "x-weir-class", "x-weir-reasons", "x-weir-bundle", "x-weir-signature"]);
    assert!(headers.iter().all(|(name, _)| is_own_header(name.as_bytes())));
    assert_eq!(verify(&headers, b"/a?b=c", NOW + 60_000), Ok(()));
    assert_eq!(verify(&headers, b"/a?b=c", NOW + 60_001), Err(TagError::Stale));
    assert_eq!(verify(&headers, b"/a?b=c", NOW - 60_001), Err(TagError::Stale));
    assert_eq!(verify(&headers, b"/a?b=d", NOW), Err(TagError::Wrong));
    for (place, (name, value)) in headers.iter().enumerate() {
        let mut forged = headers.clone();
        forged[place].1 = format!("{value}0");
        let expected = if *name == SIGNATURE_HEADER { TagError::Malformed } else { TagError::Wrong };
        assert_eq!(verify(&forged, b"/a?b=c", NOW), Err(expected), "{name}");
    }
    let mut upper = headers.clone();
    upper[4].1 = upper[4].1.to_ascii_uppercase().replace("T=", "t=").replace("V1=", "v1=");
    assert_eq!(verify(&upper, b"/a?b=c", NOW), Err(TagError::Malformed), "one form only");
}

#[test]
fn what_cannot_be_signed_is_not() {
    let engine = engine(TAG, Some(SECRET));
    let facts = crate::facts::Facts { method: b"GET\nx", ..Default::default() };
    let headers = engine.judge(&facts, NOW).request_headers();
    assert_eq!(headers.len(), 4);
    assert!(headers.iter().all(|(name, _)| *name != SIGNATURE_HEADER));
}

#[test]
fn the_test_vector_of_the_origin_examples() {
    let vector: Value =
        serde_json::from_str(include_str!("../../../adapters/envoy/examples/origin/vector.json")).unwrap();
    let text = |name: &str| vector[name].as_str().unwrap();
    let key = Keys::derive(text("secret").as_bytes());
    let headers = TagHeaders {
        score: vector["headers"]["x-weir-score"].as_str().unwrap(),
        class: vector["headers"]["x-weir-class"].as_str().unwrap(),
        reasons: vector["headers"]["x-weir-reasons"].as_str().unwrap(),
        bundle: vector["headers"]["x-weir-bundle"].as_str().unwrap(),
    };
    let signature = vector["headers"]["x-weir-signature"].as_str().unwrap();
    let request = (text("method").as_bytes(), text("authority").as_bytes(), text("path").as_bytes());
    let now = vector["time"].as_u64().unwrap();
    assert_eq!(text("secret").as_bytes(), SECRET);
    assert_eq!(verify_tag(&tag_key(), request, &headers, signature, now, 0), Ok(()));
    let mac = headers.sign_for_test(key.tag(), &now.to_string(), request);
    assert_eq!(format!("t={now},v1={mac}"), signature);
}

#[test]
fn own_headers() {
    for name in ["x-weir-score", "X-Weir-Anything", "x-weir-"] {
        assert!(is_own_header(name.as_bytes()), "{name}");
    }
    for name in ["x-weird", "weir-score", "x-weir", ""] {
        assert!(!is_own_header(name.as_bytes()), "{name}");
    }
}

fn event(content: &str, secret: Option<&[u8]>, request: &str) -> Value {
    let engine = engine(content, secret);
    let line = Sample::parse(request).unwrap().with(|facts| engine.judge(facts, NOW).event("r1"));
    assert!(!line.contains('\n'));
    serde_json::from_str(&line).unwrap()
}

#[test]
fn the_event_line() {
    let content = r#"{"endpoints":[{"id":"page","path":"/{p}"}],"rules":[{"id":"try","when":"always","then":{"block":{}},"mode":"shadow"},{"id":"all","when":"always","then":"tag"}],"otherwise":"allow"}"#;
    let engine = engine(content, Some(SECRET));
    let request = "like chromium_navigation\n@path=/a?secret=1\n-accept-language\naccept: */*\naccept-encoding: gzip";
    let line = Sample::parse(request).unwrap().with(|facts| {
        let verdict = engine.judge(facts, NOW);
        assert!(verdict.is_reported());
        verdict.event("r\"1")
    });
    let value: Value = serde_json::from_str(&line).unwrap();
    let members: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    let mut written: Vec<(usize, &str)> =
        members.iter().map(|m| (line.find(&format!("\"{m}\":")).unwrap(), *m)).collect();
    written.sort();
    let order: Vec<&str> = written.into_iter().map(|(_, member)| member).collect();
    let expected =
        "id t score pillars class action rule mode reasons fingerprint endpoint shadow bundle receipt client account";
    assert_eq!(order.join(" "), expected);
    assert_eq!(value["id"], "r\"1");
    assert_eq!(value["t"], NOW);
    assert_eq!((&value["rule"], &value["mode"], &value["action"]), (&"all".into(), &"enforce".into(), &"tag".into()));
    assert_eq!(value["shadow"], serde_json::json!(["try"]));
    assert_eq!(value["endpoint"], "page");
    assert_eq!(value["bundle"], engine.bundle().id());
    assert_eq!(value["receipt"], Value::Null);
    let weights: Vec<i64> =
        value["reasons"].as_array().unwrap().iter().map(|r| r["weight"].as_i64().unwrap()).collect();
    assert!(weights.len() > 1 && weights.is_sorted_by(|a, b| a >= b), "{weights:?}");
    assert!(!line.contains("203.0.113.7") && !line.contains("secret"), "{line}");
}

#[test]
fn without_a_secret_nobody_is_named() {
    let content = r#"{"settings":{"identity":[{"cookie":"sid"}]},"otherwise":"monitor"}"#;
    let request = "GET https://shop.example/ HTTP/2\ncookie: sid=1";
    let open = event(content, None, request);
    assert_eq!((&open["client"], &open["fingerprint"]["identity"]), (&Value::Null, &Value::Null));
    let keyed = event(content, Some(SECRET), request);
    let other = event(content, Some(b"another secret of 16"), request);
    for id in ["tool", "claim", "identity"] {
        let text = keyed["fingerprint"][id].as_str().unwrap();
        assert_eq!(text.len(), 13, "{id}: {text}");
        assert_ne!(keyed["fingerprint"][id], other["fingerprint"][id], "{id}");
    }
    assert_ne!(keyed["client"], other["client"]);
    let clear = r#"{"settings":{"event_client":"address"},"otherwise":"monitor"}"#;
    assert_eq!(event(clear, None, request)["client"], "203.0.113.7");
}

#[test]
fn the_tool_is_the_program_not_the_page() {
    let tool = |request: &str| event(r#"{"otherwise":"monitor"}"#, None, request)["fingerprint"]["tool"].to_string();
    let base = tool("like chromium_navigation");
    let same = [
        "@path=/other",
        "@from=198.51.100.1",
        "cookie: a=1",
        "referer: https://shop.example/",
        "if-none-match: x",
        "x-forwarded-for: 1.1.1.1",
        "x-request-id: 1",
        "@ja4=t13d1517h2_8daaf6152771_541cd5a3d78e",
        "@ja4_by=envoy",
        "user-agent: Mozilla/5.0 something else",
    ];
    for change in same {
        assert_eq!(tool(&format!("like chromium_navigation\n{change}")), base, "{change}");
    }
    let different = [
        "-accept-language",
        "accept: */*",
        "accept-encoding: gzip",
        "<accept",
        "@version=1.1",
        "@ja4=t13d1516h2_8daaf6152771_cb7bf5808d99",
        "-sec-ch-ua",
        "@pseudo=msap",
    ];
    for change in different {
        assert_ne!(tool(&format!("like chromium_navigation\n{change}")), base, "{change}");
    }
}

#[test]
fn a_share_of_what_passes_is_sampled_and_nobody_chooses() {
    const PASS: &str = r#"{"otherwise":"allow"}"#;
    let facts = Facts { method: b"GET", authority: b"a.example", path: b"/", ..Facts::default() };
    let sampled = |share: u32, secret: Option<&[u8]>, id: &dyn Fn(u64) -> String| -> Vec<u64> {
        let engine = engine_with(PASS, secret, share);
        (0..10_000u64)
            .filter(|t| {
                let id = id(*t);
                engine.judge(&facts, NOW + t).is_sampled(|| &id)
            })
            .collect()
    };
    let ids = |t: u64| format!("0d9a3f4e-{t:012}");
    assert!(sampled(0, Some(SECRET), &ids).is_empty());
    assert_eq!(sampled(1_000_000, Some(SECRET), &ids).len(), 10_000);
    let some = sampled(50_000, Some(SECRET), &ids);
    assert!((400..=600).contains(&some.len()), "{} of 500 expected", some.len());
    assert_eq!(some, sampled(50_000, Some(SECRET), &ids), "the same on every host");
    assert_ne!(some, sampled(50_000, Some(b"another secret of another tenant"), &ids));
    // A client that sends one id for ever is looked at as often as the others.
    let same = sampled(50_000, Some(SECRET), &|_| "mine".to_string()).len();
    assert!((400..=600).contains(&same), "{same} of 500 expected");
}

#[test]
fn an_events_id_is_bounded() {
    let engine = engine(BLOCK, None);
    let facts = Facts { method: b"GET", authority: b"a.example", path: b"/", ..Facts::default() };
    let long = "é".repeat(40_000);
    let event: Value = serde_json::from_str(&engine.judge(&facts, NOW).event(&long)).unwrap();
    assert_eq!(event["id"].as_str().unwrap(), "é".repeat(crate::limits::EVENT_ID / 2));
}

fn acted(then: &str, request: &str) -> (Option<Reply>, Vec<(&'static str, String)>) {
    let content = format!(r#"{{"rules":[{{"id":"all","when":"always","then":{then}}}],"otherwise":"allow"}}"#);
    let engine = engine(&content, Some(SECRET));
    Sample::parse(request).unwrap().with(|facts| {
        let verdict = engine.judge(facts, NOW);
        (verdict.reply(), verdict.request_headers())
    })
}

#[test]
fn whoever_is_sent_elsewhere_is_told_where_in_his_own_form() {
    let then = r#"{"redirect":{"location":"/closed?a=1&b=2","status":303}}"#;
    let cases = [
        ("like chromium_navigation", 303, "text/html; charset=utf-8", "<p>go to /closed?a=1&amp;b=2</p>"),
        ("like chromium_fetch", 303, "application/json", r#""code":"redirected","message":"go to /closed?a=1&b=2""#),
        ("GET https://a.example/ HTTP/1.1", 303, "text/plain; charset=utf-8", "go to /closed?a=1&b=2\n"),
    ];
    for (request, status, content_type, body) in cases {
        let reply = acted(then, request).0.unwrap();
        assert_eq!((reply.status, header(&reply, "location")), (status, Some("/closed?a=1&b=2")), "{request}");
        assert_eq!(header(&reply, "content-type"), Some(content_type), "{request}");
        assert!(String::from_utf8(reply.body).unwrap().contains(body), "{request}");
        assert_eq!((reply.details.as_str(), reply.grpc_status), ("weir_redirect{rule=all}", None));
    }
    let grpc = acted(then, "POST https://a.example/s/M HTTP/2\ncontent-type: application/grpc").0.unwrap();
    assert_eq!((grpc.status, grpc.grpc_status, header(&grpc, "location")), (200, Some(7), None));
    assert!(header(&grpc, "grpc-message").unwrap().starts_with("go to /closed?a=1&b=2 (receipt "));
}

#[test]
fn nobody_is_sent_in_circles() {
    let cases = [
        ("/closed", "/closed", true),
        ("/closed", "/closed?from=x", true),
        ("/closed?a=1#top", "/closed", true),
        ("/closed", "/closed/", false),
        ("https://a.example/closed", "/closed", true),
        ("https://A.Example/closed", "/closed", true),
        ("https://b.example/closed", "/closed", false),
        ("https://a.example", "/", true),
        ("https://a.example", "/x", false),
    ];
    for (location, path, passes) in cases {
        let then = format!(r#"{{"redirect":{{"location":"{location}"}}}}"#);
        let (reply, _) = acted(&then, &format!("GET https://a.example{path} HTTP/1.1"));
        assert_eq!(reply.is_none(), passes, "{path} to {location}");
    }
}

#[test]
fn a_place_to_send_to_is_fit_for_a_header_and_names_one_host() {
    let wrong = [
        "",
        "closed",
        "//evil.example/",
        "/\\\\evil.example",
        "/a\\r\\nset-cookie: a=b",
        "/a b",
        "/ä",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https:///x",
        "https://shop.example@evil.example/",
        "ftp://a.example/",
        "/a\\\"><script>",
    ];
    let content = |location: &str| format!(r#"{{"otherwise":{{"redirect":{{"location":"{location}"}}}}}}"#);
    for location in wrong {
        let problems = crate::policy::check_content(&content(location)).unwrap_err().to_string();
        assert!(problems.contains("/otherwise/redirect/location"), "{location}: {problems}");
    }
    for location in ["/", "/a%20b?c=d#e", "https://help.example", "http://10.0.0.1:8080/x", "https://[::1]/"] {
        assert!(crate::policy::check_content(&content(location)).is_ok(), "{location}");
    }
    assert!(crate::policy::check_content(&content(&format!("/{}", "a".repeat(2_047)))).is_ok());
    assert!(crate::policy::check_content(&content(&format!("/{}", "a".repeat(2_048)))).is_err());
}

#[test]
fn another_origin_is_named_in_a_header_of_ours() {
    let (reply, headers) = acted(r#"{"route":{"to":"decoy"}}"#, "like chromium_navigation");
    assert_eq!((reply, headers), (None, alloc::vec![(ROUTE_HEADER, "decoy".to_string())]));
    assert!(is_own_header(ROUTE_HEADER.as_bytes()));
}

#[test]
fn a_tarpit_has_an_answer_for_whom_it_does_not_hold() {
    let then = r#"{"tarpit":{"seconds":5,"block":{"status":429}}}"#;
    let (reply, headers) = acted(then, "like chromium_fetch");
    let reply = reply.unwrap();
    assert_eq!((reply.status, reply.details.as_str(), headers.len()), (429, "weir_tarpit{rule=all}", 0));
}
