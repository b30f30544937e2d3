//! Access logs: what is read of a line can be written as a trace.

use std::io::Cursor;

use weir::input::Input;
use weir::source::{Format, Options, Source};
use weir::trace::Record;

use super::{Target, trace};
use crate::fields::{Fields, join};

pub(super) const TARGET: Target = Target { name: "log", check, seeds, rounds: 3000 };

fn seeds() -> Vec<Vec<u8>> {
    let files = [
        include_bytes!("../../../../weir/tests/data/access.log").as_slice(),
        include_bytes!("../../../../weir/tests/data/envoy.log"),
        include_bytes!("../../../../weir/tests/data/small.trace.jsonl"),
        br#"shop.example:443 203.0.113.7 - a b [17/May/2015:10:05:03 -0930] "GET /a?b=c d HTTP/2.0" 200 9 "-" "a\"b\\c\x41\xff\q" "-""#,
    ];
    (0u8..4).flat_map(|format| files.map(|file| join([&[format][..], file]))).collect()
}

fn check(data: &[u8]) {
    let mut fields = Fields::of(data);
    let format = Format::ALL.get(fields.number() as usize).copied();
    // Bytes that begin like gzip may fail as a whole.
    let Ok(input) = Input::new(Cursor::new(fields.rest().to_vec()), None) else { return };
    let mut source = Source::new("a.log".into(), input, Options { format, provenance: None });
    let mut before = (0, String::new());
    while let Ok(Some((line, record))) = source.next_record() {
        // A line of an access log gives its request, then its answer.
        let answers = matches!(&record, Ok(Record::Response(answer)) if line == before.0 && answer.id == before.1);
        assert!(line > before.0 || answers, "lines are counted");
        before = (line, if let Ok(Record::Request(request)) = &record { request.id.clone() } else { String::new() });
        match record {
            Ok(Record::Request(request)) => trace::again(*request),
            Ok(Record::Response(answer)) => trace::round_trip(&Record::Response(answer)),
            Err(problem) => assert!(!problem.to_string().is_empty()),
        }
    }
}
