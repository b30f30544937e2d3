use std::io::Cursor;
use std::path::PathBuf;

use filter_core::facts::{Fact, HeaderOrder, Ja4By, Provenance, TlsVersion};
use proptest::prelude::*;

use super::*;

fn request(line: &str) -> Request {
    match Record::parse(line.as_bytes()) {
        Ok(Record::Request(request)) => *request,
        other => panic!("{other:?}"),
    }
}

fn refused(line: &str) -> String {
    Record::parse(line.as_bytes()).unwrap_err().to_string()
}

/// The least request, with members put into `request` and beside it.
fn least(inside: &str, beside: &str) -> String {
    format!(
        r#"{{"t":1,"id":"a","request":{{"method":"GET","authority":"s","path":"/","headers":[]{inside}}}{beside}}}"#
    )
}

#[test]
fn the_documented_example_is_read_whole() {
    let full = request(
        r#"{"t":1731000000123,"id":"r1",
 "request":{"method":"GET","scheme":"https","authority":"shop.example","path":"/a?b=c","version":"2","pseudo_order":"masp",
            "headers":[["user-agent","x"],["accept","*/*"]],"header_order":"kept","body":"aGk="},
 "client":{"address":"203.0.113.7","provenance":"peer","asn":64500,"organisation":"Example","country":"DE"},
 "tls":{"version":"1.3","ja4":"t13d1516h2_8daaf6152771_02713d6af862","ja4_by":"envoy","ja3":"ab","cipher":"c"},
 "h2":{"fingerprint":"1:65536"}}"#,
    );
    let lent = full.facts();
    let facts = lent.facts();
    assert_eq!((facts.method, facts.authority, facts.path), (&b"GET"[..], &b"shop.example"[..], &b"/a?b=c"[..]));
    assert_eq!(facts.scheme, Fact::Present(&b"https"[..]));
    assert_eq!(facts.version, Fact::Present(&b"2"[..]));
    assert_eq!(facts.pseudo_order, Fact::Present(&b"masp"[..]));
    assert_eq!(facts.headers.len(), 2);
    assert_eq!(facts.header_order, HeaderOrder::Kept);
    assert_eq!(facts.body, Fact::Present(&b"hi"[..]));
    assert_eq!(facts.client.address.present().unwrap().to_string(), "203.0.113.7");
    assert_eq!(facts.client.provenance, Provenance::Peer);
    assert_eq!(facts.client.asn, Fact::Present(64500));
    assert_eq!(facts.client.organisation, Fact::Present(&b"Example"[..]));
    assert_eq!(facts.client.country, Fact::Present(&b"DE"[..]));
    assert_eq!(facts.tls.version, Fact::Present(TlsVersion::V1_3));
    assert_eq!(facts.tls.ja4_by, Ja4By::Envoy);
    assert_eq!(facts.tls.ja3, Fact::Present(&b"ab"[..]));
    assert_eq!(facts.tls.cipher, Fact::Present(&b"c"[..]));
    assert_eq!(facts.h2_fingerprint, Fact::Present(&b"1:65536"[..]));
}

#[test]
fn missing_is_unknown_and_null_is_absent() {
    let unknown = request(&least("", ""));
    let lent = unknown.facts();
    let facts = lent.facts();
    assert_eq!(facts.version, Fact::Unknown);
    assert_eq!(facts.tls.version, Fact::Unknown);
    assert_eq!(facts.h2_fingerprint, Fact::Unknown);
    assert_eq!(facts.body, Fact::Unknown);
    assert_eq!(facts.client.address, Fact::Unknown);
    assert_eq!(facts.client.provenance, Provenance::Unverified);
    assert_eq!(facts.header_order, HeaderOrder::Lost);

    let absent = request(&least(r#","pseudo_order":null,"body":null"#, r#","tls":null,"h2":null"#));
    let lent = absent.facts();
    let facts = lent.facts();
    assert_eq!(facts.pseudo_order, Fact::Absent);
    assert_eq!(facts.body, Fact::Absent);
    assert_eq!((facts.tls.version, facts.tls.ja4), (Fact::Absent, Fact::Absent));
    assert_eq!(facts.h2_fingerprint, Fact::Absent);

    let no_ja4 = request(&least("", r#","tls":{"version":"1.2","ja4":null}"#));
    let lent = no_ja4.facts();
    assert_eq!((lent.facts().tls.ja4, lent.facts().tls.ja3), (Fact::Absent, Fact::Unknown));
}

#[test]
fn http_without_tls_is_a_plain_connection() {
    let plain = request(&least(r#","scheme":"http""#, ""));
    assert_eq!(plain.facts().facts().tls.version, Fact::Absent);
    // What the recorder says of TLS wins over the scheme.
    let odd = request(&least(r#","scheme":"http""#, r#","tls":{"version":"1.3"}"#));
    assert_eq!(odd.facts().facts().tls.version, Fact::Present(TlsVersion::V1_3));
    assert_eq!(request(&least(r#","scheme":"https""#, "")).facts().facts().tls.version, Fact::Unknown);
}

#[test]
fn a_recorder_may_speak_for_some_headers_only() {
    let log = request(&least(r#","headers_known":["user-agent"]"#, ""));
    assert_eq!(log.facts().facts().headers_known, Some(&[&b"user-agent"[..]][..]));
}

#[test]
fn wrong_lines_are_refused_with_the_place() {
    let cases = [
        ("", "EOF while parsing a value (column 0)"),
        (r#"{"t":1,"id":"a"}"#, "neither `request` nor `response`; add one"),
        (r#"{"t":-1,"id":"a"}"#, "invalid value: integer `-1`, expected u64 (column 7)"),
    ];
    for (line, message) in cases {
        assert_eq!(refused(line), message);
    }
    for (inside, beside, part) in [
        (r#","header_oder":"kept""#, "", "unknown field `header_oder`"),
        (r#","header_order":"sorted""#, "", "`sorted` is not one of `kept`, `lost`, `original`"),
        (r#","body":"%""#, "", "this is not base64 (Invalid symbol 37, offset 0.); write its bytes in base64"),
        (r#","scheme":{"hex":"ff"}"#, "", "unknown field `hex`"),
        (r#","scheme":{"base64":"aA==","more":1}"#, "", "unknown field `more`"),
        (r#","scheme":{}"#, "", "missing field `base64`"),
        ("", r#","client":{"address":"localhost"}"#, "IP address"),
        ("", r#","client":{"provenance":"friend"}"#, "`friend` is not one of `peer`, `hop`, `cdn`, `unverified`"),
        ("", r#","tls":{"version":"1.4"}"#, "`1.4` is not one of `1.3`"),
        ("", r#","tls":{"ja4_by":"me"}"#, "`me` is not one of `spec`, `envoy`"),
        ("", r#","response":{"status":200}"#, "both `request` and `response`"),
    ] {
        let message = refused(&least(inside, beside));
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn a_request_that_was_never_read_is_no_error_of_the_file() {
    let line = r#"{"t":1,"id":"a","request":{"method":null,"authority":"s","path":null,"headers":[]}}"#;
    assert!(Record::parse(line.as_bytes()).unwrap_err().is_unreadable());
    let missing = r#"{"t":1,"id":"a","request":{"authority":"s","path":"/","headers":[]}}"#;
    assert!(!Record::parse(missing.as_bytes()).unwrap_err().is_unreadable());
}

#[test]
fn a_reader_goes_on_after_a_bad_line() {
    let text = format!("{}\n\nnonsense\n{}\n", least("", ""), r#"{"t":2,"id":"a","response":{"status":404}}"#);
    let found: Vec<_> = Reader::new(Cursor::new(text)).map(Result::unwrap).collect();
    assert_eq!(
        found.iter().map(|(number, record)| (*number, record.is_ok())).collect::<Vec<_>>(),
        [(1, true), (3, false), (4, true)]
    );
    assert!(matches!(&found[2].1, Ok(Record::Response(answer)) if answer.status == 404));
}

#[test]
fn recorded_traces_are_read_and_written_again() {
    let Some(data) = std::env::var_os("WEIR_DATA").map(PathBuf::from) else {
        let _ = std::io::Write::write_fmt(
            &mut std::io::stderr(),
            format_args!("SKIPPED: recorded traces need WEIR_DATA, the folder with the recordings\n"),
        );
        return;
    };
    for (file, requests, answers, unreadable) in
        [("clients/clients.trace.jsonl", 1716, 0, 0), ("clients/sessions.trace.jsonl.gz", 5225, 5240, 15)]
    {
        let mut found = (0, 0, 0);
        for item in Reader::open(&data.join(file)).unwrap() {
            match item.unwrap() {
                (_, Ok(record)) => {
                    assert_eq!(Record::parse(record.to_json().as_bytes()).unwrap(), record);
                    match record {
                        Record::Request(_) => found.0 += 1,
                        Record::Response(_) => found.1 += 1,
                    }
                }
                (line, Err(error)) => {
                    assert!(error.is_unreadable(), "{file}:{line}: {error}");
                    found.2 += 1;
                }
            }
        }
        assert_eq!(found, (requests, answers, unreadable), "{file}");
    }
}

fn fact<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Fact<T>> {
    prop_oneof![Just(Fact::Unknown), Just(Fact::Absent), value.prop_map(Fact::Present)]
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![
        ".{0,12}".prop_map(|text| Text::from(text.as_str())),
        proptest::collection::vec(any::<u8>(), 0..12).prop_map(Text)
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..40)
}

prop_compose! {
    fn client()(
        address in fact(any::<std::net::IpAddr>()),
        provenance in prop::sample::select(vec![Provenance::Peer, Provenance::Hop, Provenance::Cdn, Provenance::Unverified]),
        asn in fact(any::<u32>()),
        organisation in fact(text()),
        country in fact(text()),
    ) -> Client {
        Client { address, provenance, asn, organisation, country }
    }
}

prop_compose! {
    fn tls()(
        version in fact(prop::sample::select(vec![TlsVersion::V1_0, TlsVersion::V1_1, TlsVersion::V1_2, TlsVersion::V1_3])),
        ja4 in fact(text()),
        ja4_by in prop::sample::select(vec![Ja4By::Spec, Ja4By::Envoy]),
        ja3 in fact(text()),
        cipher in fact(text()),
    ) -> Tls {
        Tls { version, ja4, ja4_by, ja3, cipher }
    }
}

prop_compose! {
    fn any_request()(
        (t, id) in (any::<u64>(), ".{0,9}"),
        (method, authority, path) in (text(), text(), text()),
        (scheme, version, pseudo_order) in (fact(text()), fact(text()), fact(text())),
        headers in proptest::collection::vec((text(), text()), 0..5),
        headers_known in proptest::option::of(proptest::collection::vec(text(), 0..4)),
        header_order in prop::sample::select(vec![HeaderOrder::Lost, HeaderOrder::Kept, HeaderOrder::Original]),
        (body, h2_fingerprint) in (fact(bytes()), fact(text())),
        (client, tls) in (client(), tls()),
    ) -> Request {
        Request {
            t, id, method, scheme, authority, path, version, pseudo_order, headers, headers_known, header_order, body,
            client, tls, h2_fingerprint, logged: crate::trace::Logged::default(), case: None,
        }
    }
}

proptest! {
    #[test]
    fn every_request_survives_writing_and_reading(request in any_request()) {
        let record = Record::Request(Box::new(request));
        let line = record.to_json();
        prop_assert!(!line.contains('\n'));
        prop_assert_eq!(Record::parse(line.as_bytes()).unwrap(), record);
    }

    #[test]
    fn every_answer_survives_writing_and_reading(
        (t, id, status) in (any::<u64>(), ".{0,9}", any::<u16>()),
        headers in proptest::collection::vec((text(), text()), 0..5),
        body in fact(bytes()),
    ) {
        let record = Record::Response(Response { t, id, status, headers, body });
        prop_assert_eq!(Record::parse(record.to_json().as_bytes()).unwrap(), record);
    }

    #[test]
    fn no_bytes_make_it_panic(line in bytes()) {
        let _ = Record::parse(&line);
    }
}
