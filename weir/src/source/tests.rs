use std::io::Cursor;
use std::path::PathBuf;

use filter_core::facts::{Fact, Provenance};
use proptest::prelude::*;

use super::*;
use crate::trace::{Request, Text};

fn source(text: &[u8]) -> Source {
    Source::new("access.log".into(), Input::new(Cursor::new(text.to_vec()), None).unwrap(), Options::default())
}

fn one(line: &str) -> Result<Request, Problem> {
    let line = line.replace('\n', " ");
    let format = if line.starts_with('{') { Format::Envoy } else { Format::Combined };
    let options = Options { format: Some(format), ..Options::default() };
    let input = Input::new(Cursor::new(line.into_bytes()), None).unwrap();
    match Source::new("access.log".into(), input, options).next_record().unwrap().unwrap().1 {
        Ok(Record::Request(request)) => Ok(*request),
        Ok(other) => panic!("{other:?}"),
        Err(problem) => Err(problem),
    }
}

fn headers(request: &Request) -> Vec<(String, String)> {
    request.headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

const LINE: &str = r#"203.0.113.7 - anna b [17/May/2015:10:05:03 +0000] "GET /a?b=c HTTP/1.1" 200 203023 "https://shop.example/" "curl/8.5.0""#;

#[test]
fn a_combined_line() {
    let request = one(LINE).unwrap();
    assert_eq!((request.t, request.id.as_str()), (1_431_857_103_000, "access.log:1"));
    assert_eq!((request.method, request.path), (Text::from("GET"), Text::from("/a?b=c")));
    assert_eq!(request.version, Fact::Present(Text::from("1.1")));
    assert_eq!(request.client.address.present().unwrap().to_string(), "203.0.113.7");
    assert_eq!(request.client.provenance, Provenance::Peer);
    assert_eq!(request.headers_known, Some(vec![Text::from("referer"), Text::from("user-agent")]));
    assert_eq!(
        request.headers,
        [
            (Text::from("referer"), Text::from("https://shop.example/")),
            (Text::from("user-agent"), Text::from("curl/8.5.0"))
        ]
    );
    assert_eq!((request.scheme, request.tls.version, request.tls.ja4), (Fact::Unknown, Fact::Unknown, Fact::Unknown));
}

#[test]
fn a_line_tells_its_answer_too() {
    let answer = |line: &str| {
        let mut source = source(line.as_bytes());
        let id = |record| if let Ok(Record::Request(request)) = record { request.id } else { panic!() };
        let id = id(source.next_record().unwrap().unwrap().1);
        source.next_record().unwrap().map(|(number, record)| {
            let Ok(Record::Response(answer)) = record else { panic!() };
            assert_eq!((number, &answer.id), (1, &id));
            let size = answer.headers.first().map(|(_, value)| value.to_string());
            (answer.t, answer.status, size)
        })
    };
    assert_eq!(answer(LINE), Some((1_431_857_103_000, 200, Some("203023".into()))));
    assert_eq!(answer(&LINE.replace("200 203023", "304 -")), Some((1_431_857_103_000, 304, None)));
    assert_eq!(answer(&LINE.replace("200 203023", "- -")), None, "no answer left");
    let envoy = r#"{"start_time":"2026-11-21T20:17:00Z","method":"GET","path":"/","response_code":404,"bytes_sent":"12","duration":250}"#;
    assert_eq!(answer(envoy), Some((1_795_292_220_250, 404, Some("12".into()))));
    assert_eq!(answer(&envoy.replace("404", "0")), None);
}

#[test]
fn variants_of_combined_lines() {
    let head = "203.0.113.7 - - [17/May/2015:10:05:03 +0000] ";
    let with = |rest: &str| one(&format!("{head}{rest}"));
    // Not sent; escapes of Apache and nginx; fields after the user agent.
    assert_eq!(headers(&with(r#""GET / HTTP/1.1" 200 1 "-" "-""#).unwrap()), []);
    let escaped = with(r#""GET / HTTP/1.1" 200 1 "-" "a\"b\\c\x41\xff\q" "-""#).unwrap();
    assert_eq!(escaped.headers, [(Text::from("user-agent"), Text(b"a\"b\\cA\xff\\q".to_vec()))]);
    // The Common form knows no header.
    assert_eq!(with(r#""GET / HTTP/1.1" 200 1"#).unwrap().headers_known, Some(vec![]));
    // Paths with spaces, HTTP/2, HTTP/0.9.
    assert_eq!(with(r#""GET /a b HTTP/2.0" 200 1 "-" "-""#).unwrap().path, Text::from("/a b"));
    assert_eq!(with(r#""GET / HTTP/2.0" 200 1"#).unwrap().version, Fact::Present(Text::from("2")));
    assert_eq!(with(r#""GET /old" 200 1"#).unwrap().version, Fact::Unknown);
    // A virtual host before the address, and a name in its place.
    let hosted = one(&format!("shop.example:443 {head}\"GET / HTTP/1.1\" 200 1")).unwrap();
    assert_eq!(hosted.authority, Text::from("shop.example:443"));
    assert!(hosted.client.address.is_present());
    let named = one(r#"host.example - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1"#).unwrap();
    assert_eq!(named.client.address, Fact::Unknown);
}

#[test]
fn requests_that_a_server_could_not_read_are_told_apart_from_bad_lines() {
    let head = "203.0.113.7 - - [17/May/2015:10:05:03 +0000] ";
    for asked in [r#""-" 408 0 "-" "-""#, r#""\x16\x03\x01 x" 400 0"#, r#""" 400 0"#] {
        assert!(one(&format!("{head}{asked}")).unwrap_err().is_unreadable(), "{asked}");
    }
    for (line, message) in [
        ("203.0.113.7 - - [yesterday] \"GET / HTTP/1.1\" 200 1", "the time is not like `17/May/2015:10:05:03 +0000`"),
        ("203.0.113.7 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1", "the request is not in quotes"),
    ] {
        let problem = one(line).unwrap_err();
        assert!(!problem.is_unreadable());
        assert_eq!(problem.to_string(), message);
    }
}

#[test]
fn an_envoy_line() {
    let request = one(
        r#"{"start_time":"2026-11-21T20:17:00.310Z","method":"POST","path":"/api","protocol":"HTTP/2","authority":"shop.example",
        "user_agent":"okhttp/4.12.0","x_forwarded_for":null,"referer":"-","response_code":200,"request_id":"r-1",
        "downstream_remote_address":"203.0.113.7:4711","ja4":"t13d","tls_version":"TLSv1.3","route_name":"x"}"#,
    )
    .unwrap();
    assert_eq!((request.t, request.id.as_str()), (1_795_292_220_310, "r-1"));
    assert_eq!((request.authority, request.path), (Text::from("shop.example"), Text::from("/api")));
    assert_eq!(request.version, Fact::Present(Text::from("2")));
    assert_eq!(request.headers, [(Text::from("user-agent"), Text::from("okhttp/4.12.0"))]);
    assert_eq!(request.headers_known.unwrap(), ["user-agent", "referer", "x-forwarded-for"].map(Text::from));
    assert_eq!(request.client.address.present().unwrap().to_string(), "203.0.113.7");
    assert_eq!(request.client.provenance, Provenance::Unverified);
    assert_eq!(request.tls.ja4_by, filter_core::facts::Ja4By::Envoy);
}

#[test]
fn the_direct_address_of_an_envoy_line_is_the_peer() {
    let line = r#"{"start_time":"2026-11-21T20:17:00Z","method":"GET","path":"/","downstream_remote_address":"6.6.6.6:0",
        "downstream_direct_remote_address":"[2001:db8::7]:443"}"#;
    let request = one(line).unwrap();
    assert_eq!(request.client.address.present().unwrap().to_string(), "2001:db8::7");
    assert_eq!(request.client.provenance, Provenance::Peer);
}

#[test]
fn envoy_lines_without_a_request() {
    let unreadable = r#"{"start_time":"2026-11-21T20:17:00Z","method":null,"path":null}"#;
    assert!(one(unreadable).unwrap_err().is_unreadable());
    assert_eq!(one(r#"{"verb":"GET"}"#).unwrap_err().to_string(), "there is no `method` or `request_method`");
    assert_eq!(one("{nonsense").unwrap_err().to_string(), "not a JSON object (column 2)");
}

#[test]
fn the_form_is_told_by_the_first_line() {
    let mut trace = source(b"# a comment\n\n{\"t\":1,\"id\":\"a\",\"response\":{\"status\":200}}\n");
    assert!(matches!(trace.next_record().unwrap(), Some((3, Ok(Record::Response(_))))));
    assert_eq!(trace.format(), Some(Format::Trace));
    let mut envoy = source(b"{\"start_time\":\"2026-11-21T20:17:00Z\",\"method\":\"GET\",\"path\":\"/\"}");
    assert!(envoy.next_record().unwrap().unwrap().1.is_ok());
    assert_eq!(envoy.format(), Some(Format::Envoy));
    let unknown = "the first line is in none of the forms that are known: `trace`, `combined`, `envoy`; where a verb has --format, that says which";
    let event = "{\"id\":\"a\",\"score\":7,\"reasons\":[]}";
    for line in ["hello", event] {
        assert_eq!(source(line.as_bytes()).next_record().unwrap_err().to_string(), unknown);
    }
    assert!(source(b"").next_record().unwrap().is_none());
}

#[test]
fn a_person_may_say_what_addresses_are() {
    let options = Options { provenance: Some(Provenance::Unverified), ..Options::default() };
    let mut source = Source::new("a".into(), Input::new(Cursor::new(LINE), None).unwrap(), options);
    let Some((1, Ok(Record::Request(request)))) = source.next_record().unwrap() else { panic!() };
    assert_eq!(request.client.provenance, Provenance::Unverified);
}

#[test]
fn public_logs_are_read() {
    let Some(data) = std::env::var_os("WEIR_DATA").map(PathBuf::from) else {
        let _ = std::io::Write::write_fmt(
            &mut std::io::stderr(),
            format_args!("SKIPPED: public logs need WEIR_DATA, the folder with the recordings\n"),
        );
        return;
    };
    // Counted with a regular expression of another program, 2026-11-21.
    for (file, expected) in [
        ("semicomplete_apache_2015", 10_000),
        ("zanbil_ecommerce_2019_10k", 10_018),
        ("scanner_acunetix", 6_539),
        ("scanner_netsparker", 7_314),
        ("scanner_w3af", 3_996),
    ] {
        let mut source = Source::open(&data.join(format!("access_logs/{file}.log.gz")), Options::default()).unwrap();
        let (mut requests, mut answers) = (0, 0);
        while let Some((line, record)) = source.next_record().unwrap() {
            match record {
                Ok(Record::Request(_)) => requests += 1,
                Ok(Record::Response(_)) => answers += 1,
                Err(problem) => panic!("{file}:{line}: {problem}"),
            }
        }
        assert_eq!((requests, answers), (expected, expected), "{file}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_panic(
        lines in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..4),
        start in prop::sample::select(vec!["", "{", "1.2.3.4 - - [", LINE, "{\"t\":1,\"request\":{"]),
        format in prop::sample::select(Format::ALL.to_vec()),
    ) {
        let text = [start.as_bytes(), &lines.join(&b'\n')].concat();
        let options = Options { format: Some(format), provenance: None };
        // Bytes that look like gzip may fail as a whole.
        if let Ok(input) = Input::new(Cursor::new(text), None) {
            let mut source = Source::new("a".into(), input, options);
            while let Ok(Some(_)) = source.next_record() {}
        }
    }

    #[test]
    fn any_cut_of_a_line_is_read_or_refused(cut in 0..LINE.len(), byte in any::<u8>()) {
        let mut text = LINE.as_bytes().to_vec();
        text[cut] = byte;
        for part in [&text[..], &text[..cut]] {
            let _ = combined::parse(part, None);
            let _ = envoy::parse(part, None);
        }
    }
}
