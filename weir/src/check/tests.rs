use filter_core::policy::Position;
use proptest::prelude::*;

use super::*;

fn plain(finding: &Finding) -> String {
    anstream::adapter::strip_str(&finding.render()).to_string()
}

fn finding(kind: Kind, text: &str, problem: &Problem) -> Finding {
    super::finding(kind, "policy.json", &Arc::from(text), problem)
}

#[test]
fn a_place_is_found_in_the_text() {
    let text = "{\n  \"a\": [1, {\"b\\n\": \"x,]}\"}, true],\n  \"c/d\": {}\n}";
    let value = |pointer: &str| {
        let (span, is_there) = locate(text, pointer);
        (text.get(span).unwrap(), is_there)
    };
    assert_eq!(value("/a/0"), ("1", true));
    assert_eq!(value("/a/1/b\n"), ("\"x,]}\"", true));
    assert_eq!(value("/a/2"), ("true", true));
    assert_eq!(value("/c~1d"), ("{}", true));
    assert_eq!(value(""), (text, true));
    assert_eq!(value("/a/3"), ("[1, {\"b\\n\": \"x,]}\"}, true]", false));
    assert_eq!(value("/a/x"), ("[1, {\"b\\n\": \"x,]}\"}, true]", false));
    assert_eq!(value("/a/0/deep"), ("1", false));
}

#[test]
fn a_problem_is_shown_with_its_line_and_remedy() {
    let text = "{\n  \"node\": \"a b\",\n  \"secret\": \"x\"\n}\n";
    let problem = Problem::new("/node", "`a b` is no name", "use printable ASCII without spaces");
    let finding = finding(Kind::Settings, text, &problem);
    assert_eq!((finding.line, finding.column), (2, 11));
    let expected = "\
error: policy.json:2:11: `a b` is no name
  |
2 |   \"node\": \"a b\",
  |           ^^^^^ /node
  |
  = help: use printable ASCII without spaces";
    assert_eq!(plain(&finding), expected);
    assert_eq!(finding.to_json()["column"], 11);
}

#[test]
fn places_of_a_bundle_lie_in_its_lines() {
    let text = "{\"format\":1,\"id\":\"x\",\"serial\":2}\n{\"rules\":[{\"id\":\"A\"}]}\n";
    for (place, line, shown) in [
        ("/manifest/serial", 1, "2"),
        ("/content/rules/0/id", 2, "\"A\""),
        ("/content/rules/9", 2, "[{\"id\":\"A\"}]"),
        ("", 1, "{\"format\":1,\"id\":\"x\",\"serial\":2}"),
    ] {
        let finding = finding(Kind::Bundle, text, &Problem::new(place, "m", "r"));
        assert_eq!((finding.line, text.get(finding.span.clone()).unwrap()), (line, shown), "{place}");
    }
    assert_eq!(Kind::detect(text), Some(Kind::Bundle));
    assert_eq!(Kind::detect("{\"secret\":\"x\"}"), Some(Kind::Settings));
    assert_eq!(Kind::detect("{\"serial\":1}"), Some(Kind::Policy));
    assert_eq!(Kind::detect("hello"), None);
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let text = format!("{{\"a\":\"{}\",\"node\":7,\"b\":\"{}\"}}", "x".repeat(5000), "y".repeat(5000));
    let finding = finding(Kind::Settings, &text, &Problem::new("/node", "m", ""));
    let shown = plain(&finding);
    assert!(shown.contains("policy.json:1:5016") && shown.len() < 600, "{shown}");
}

#[test]
fn every_wrong_file_has_a_finding() {
    for (kind, text) in
        [(Kind::Bundle, ""), (Kind::Bundle, "{}\n{}\n"), (Kind::Settings, "["), (Kind::Settings, "{\"x\":1}")]
    {
        let findings = check(kind, "f".as_ref(), text).unwrap_err();
        assert!(!findings.is_empty());
        findings.iter().for_each(|finding| assert!(!finding.render().is_empty()));
    }
}

proptest! {
    #[test]
    fn any_text_and_place_can_be_shown(text in "[{}\\[\\]\",:a-c/0-9 \\\\\néü]{0,60}", place in "(/[a-c0-9~]{0,3}){0,4}", line in 0usize..9, column in 0usize..30) {
        for position in [None, Some(Position { line, column })] {
            let problem = Problem { position, ..Problem::new(place.as_str(), "m", "r") };
            for kind in [Kind::Bundle, Kind::Settings, Kind::Policy] {
                prop_assert!(!finding(kind, &text, &problem).render().is_empty());
            }
        }
    }
}

#[test]
fn hops_that_anybody_may_be_are_warned_of() {
    let check = |address: &str| {
        let text =
            format!(r#"{{"poll":{{"url":"https://b.example/x"}},"allow_unsigned":true,"client_address":{address}}}"#);
        super::check(Kind::Settings, Path::new("settings.json"), &text).unwrap()
    };
    let warned = check(r#"{"trusted_hops":1}"#);
    assert!(warned.contains("\n  warning: /client_address/trusted_hops: whoever"), "{warned}");
    for sound in ["{}", r#"{"trusted_hops":1,"trusted_proxies":["10.0.0.0/8"]}"#] {
        assert_eq!(check(sound), "host settings without a secret");
    }
}
