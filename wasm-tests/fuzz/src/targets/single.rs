//! One request out of anything: raw requests, archives, events, logs.

use std::io::Cursor;
use std::path::Path;

use weir::input::Input;
use weir::single::{Found, Selector, pick_from};

use super::{Target, trace};
use crate::fields::{Fields, join};

pub(super) const TARGET: Target = Target { name: "single", check, seeds, rounds: 3000 };

fn seeds() -> Vec<Vec<u8>> {
    let files = [
        include_bytes!("../../../../weir/tests/data/request.http").as_slice(),
        include_bytes!("../../../../weir/tests/data/session.har"),
        include_bytes!("../../../../weir/tests/data/access.log"),
        include_bytes!("../../../../weir/tests/data/small.trace.jsonl"),
        b"GET https://shop.example?x#y HTTP/2\nuser-agent: curl/8.5.0\n\nbody",
        br#"[2026-11-21][info] up
[7][info][wasm] wasm log: {"id":"x","score":97,"reasons":[],"receipt":"4T9K-7QX2-M0HB"}"#,
        br#"{"log":{"entries":[{"startedDateTime":"2026-11-21T20:17:00.310+09:30","request":{"method":"GET","url":"https://a/b?c#d","httpVersion":"h3","headers":[{"name":":method","value":"GET"}]}}]}}"#,
    ];
    (0u8..4).flat_map(|chosen| files.map(|file| join([&[chosen][..], b"1", file]))).collect()
}

fn check(data: &[u8]) {
    let mut fields = Fields::of(data);
    let (chosen, by) = (fields.number(), fields.text());
    let number = by.parse().ok();
    let selector = match chosen {
        0 => Selector::default(),
        1 => Selector { entry: number, ..Selector::default() },
        2 => Selector { line: number.and_then(|number| number.try_into().ok()), ..Selector::default() },
        3 => Selector { id: Some(by), ..Selector::default() },
        _ => Selector { receipt: Some(by), ..Selector::default() },
    };
    let Ok(input) = Input::new(Cursor::new(fields.rest().to_vec()), None) else { return };
    match pick_from(input, Path::new("a file"), &selector) {
        Ok(Found::Request(request)) => trace::again(*request),
        Ok(Found::Event(event)) => assert!(event.get("reasons").is_some()),
        Err(error) => assert!(!format!("{error:#}").is_empty()),
    }
}
