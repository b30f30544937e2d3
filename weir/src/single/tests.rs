use filter_core::facts::{Fact, HeaderOrder};
use proptest::prelude::*;

use super::*;
use crate::trace::Text;

/// Writes `text` into a file of its own and picks from it.
fn picked(text: &str, selector: &Selector) -> Result<Found> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("weir-single-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, text).unwrap();
    let found = pick(&path, selector);
    std::fs::remove_file(&path).unwrap();
    found
}

fn request(text: &str, selector: &Selector) -> Request {
    match picked(text, selector).unwrap() {
        Found::Request(request) => *request,
        Found::Event(event) => panic!("{event}"),
    }
}

fn refused(text: &str, selector: &Selector) -> String {
    format!("{:#}", picked(text, selector).unwrap_err())
}

fn line(number: u64) -> Selector {
    Selector { line: Some(number), ..Selector::default() }
}

fn id(id: &str) -> Selector {
    Selector { id: Some(id.into()), ..Selector::default() }
}

fn entry(number: usize) -> Selector {
    Selector { entry: Some(number), ..Selector::default() }
}

const TRACE: &str = r#"{"t":1,"id":"a","request":{"method":"GET","authority":"s","path":"/a","headers":[]}}
{"t":2,"id":"a","response":{"status":200}}
{"t":3,"id":"b","request":{"method":"GET","authority":"s","path":"/b","headers":[]}}
"#;

#[test]
fn a_trace_line_by_line_or_id() {
    assert_eq!(request(TRACE, &line(3)).id, "b");
    assert_eq!(request(TRACE, &id("b")).path, Text::from("/b"));
    assert_eq!(refused(TRACE, &Selector::default()), "there are several requests; choose one with --line or --id");
    assert_eq!(refused(TRACE, &line(2)), "line 2 is an answer, not a request");
    assert_eq!(refused(TRACE, &line(9)), "there is no request on line 9");
    assert_eq!(refused(TRACE, &id("c")), "there is no request with id `c`");
    let first = TRACE.lines().next().unwrap();
    assert_eq!(request(first, &Selector::default()).id, "a");
}

#[test]
fn an_event_line() {
    let events = "{\"id\":\"x\",\"score\":97,\"reasons\":[]}\n{\"id\":\"y\",\"score\":1,\"reasons\":[]}\n";
    let Found::Event(event) = picked(events, &id("y")).unwrap() else { panic!() };
    assert_eq!(event["score"], 1);
    assert!(refused(events, &Selector::default()).contains("several events"));
    // As Envoy logs it, among lines of its own.
    let logged = "[2026-11-21][info] all dependencies initialized\n[2026-11-21 20:17:00.310][7][info][wasm] wasm log: {\"id\":\"x\",\"score\":97,\"reasons\":[]}\n[info] other {}\n";
    let Found::Event(event) = picked(logged, &Selector::default()).unwrap() else { panic!() };
    assert_eq!(event["score"], 97);
}

#[test]
fn a_raw_request() {
    let raw = request("POST /a?b=c HTTP/1.1\r\nHost: shop.example\r\nX-Odd:  a:b \r\n\r\nbody", &Selector::default());
    assert_eq!(
        (raw.method, raw.path, raw.authority),
        (Text::from("POST"), Text::from("/a?b=c"), Text::from("shop.example"))
    );
    assert_eq!(raw.headers[1], (Text::from("X-Odd"), Text::from("a:b")));
    assert_eq!((raw.header_order, raw.scheme), (HeaderOrder::Original, Fact::Unknown));
    assert_eq!(raw.body, Fact::Present(b"body".to_vec()));

    let whole = request("GET https://shop.example?x#y HTTP/2\nuser-agent: curl/8.5.0\n", &Selector::default());
    assert_eq!((whole.authority, whole.path), (Text::from("shop.example"), Text::from("/?x")));
    assert_eq!((whole.scheme, whole.header_order), (Fact::Present(Text::from("https")), HeaderOrder::Kept));
    assert_eq!(whole.version, Fact::Present(Text::from("2")));

    assert_eq!(
        refused("GET / HTTP/1.1\nnonsense\n", &Selector::default()),
        "line 2 is no header: `nonsense` has no colon"
    );
}

#[test]
fn a_har_entry() {
    let har = r#"{ "log": {"version":"1.2","creator":{},"entries":[
      {"startedDateTime":"2026-11-21T20:17:00.310Z","request":{"method":"GET","url":"https://shop.example/a?b#c",
       "httpVersion":"h2","headers":[{"name":":method","value":"GET"},{"name":"User-Agent","value":"x"}],"cookies":[]}},
      {"request":{"method":"GET","url":"http://shop.example","httpVersion":"HTTP/1.1","headers":[]}}]}}"#;
    let first = request(har, &entry(1));
    assert_eq!((first.t, first.path), (1_795_292_220_310, Text::from("/a?b")));
    assert_eq!(first.headers, [(Text::from("User-Agent"), Text::from("x"))]);
    assert_eq!((first.version, first.header_order), (Fact::Present(Text::from("2")), HeaderOrder::Lost));
    let known = first.headers_known.unwrap();
    assert!(known.contains(&Text::from("accept")) && !known.contains(&Text::from("cookie")));
    assert_eq!(request(har, &entry(2)).path, Text::from("/"));
    assert_eq!(refused(har, &Selector::default()), "there are 2 entries; choose one with --entry");
    assert_eq!(refused(har, &entry(3)), "there are only 2 entries");
    assert_eq!(refused(har, &entry(0)), "entries count from 1");
    assert!(refused(TRACE, &entry(1)).contains("--entry chooses from a HAR"));
}

#[test]
fn a_log_line() {
    let log = r#"203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "curl/8.5.0""#;
    assert_eq!(request(log, &Selector::default()).t, 1_431_857_103_000);
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..60),
        start in prop::sample::select(vec![
            "", "GET / HTTP/1.1\r\n", "GET https:// HTTP/2\na:", "{\"log\":{\"entries\":[{\"request\":{", "{\"log\":",
        ]),
        entry in proptest::option::of(0usize..3),
    ) {
        let text = [start.as_bytes(), &bytes].concat();
        let _ = raw::parse(&text);
        let _ = har::parse(&text, entry);
        let _ = raw::split_target(&text);
    }

    #[test]
    fn headers_of_a_raw_request_are_all_there(
        headers in proptest::collection::vec(("[A-Za-z-]{1,10}", "[ -~]{0,20}"), 0..6),
    ) {
        let mut text = String::from("GET / HTTP/1.1\r\n");
        headers.iter().for_each(|(name, value)| text.push_str(&format!("{name}: {value}\r\n")));
        let parsed = raw::parse(text.as_bytes()).unwrap();
        let expected: Vec<_> = headers.iter().map(|(name, value)| (name.clone(), value.trim().to_owned())).collect();
        let found: Vec<_> = parsed.headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        prop_assert_eq!(found, expected);
    }
}
