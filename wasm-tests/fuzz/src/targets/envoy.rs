//! The Envoy adapter: what a host gives is read or passed over, and pairs that were written read the same.

use super::{Target, decide};
use crate::envoy_answer::AnswerBytes;
use crate::envoy_facts::RequestBytes;
use crate::fields::{Fields, join};
use crate::parts::default_engine;
use crate::{envoy_host, pairs, seeds};

pub(super) const TARGET: Target = Target { name: "envoy", check, seeds, rounds: 1500 };

const PROPERTIES: [&[u8]; 3] = [b"filter_state\0weir.request", b"filter_state\0weir.connection", b"source\0address"];
const STATES: [&[u8]; 4] = [
    b"t13d3112h2_e8f1e7e78f70_b26ce05bbdd6|0149f47eabf9a20d0893e2a44e5a6323|203.0.113.7|TLSv1.3|TLS_AES_256_GCM_SHA384|HTTP/2",
    b"-|-|2001:db8::1|-|-|HTTP/1.1",
    b"a|b|c|d|e|f|g|HTTP/3",
    b"[2001:db8::1]:443",
];

fn seeds() -> Vec<Vec<u8>> {
    let requests = seeds::requests().iter().zip(STATES.iter().cycle()).zip((0u8..4).cycle());
    requests
        .map(|((request, state), which)| {
            let pseudo: [(&[u8], &[u8]); 4] = [
                (b":method", request.method.as_bytes()),
                (b":scheme", b"https"),
                (b":authority", request.authority.as_bytes()),
                (b":path", request.path.as_bytes()),
            ];
            let lines = request.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
            let all: Vec<_> = pseudo.into_iter().chain(lines).collect();
            let wire = pairs::write(all.iter().copied()).unwrap();
            [join([&[which][..], state]), wire].join(&0xFF)
        })
        .collect()
}

fn check(data: &[u8]) {
    let mut fields = Fields::of(data);
    let (which, state) = (fields.number() as usize, fields.bytes());
    let wire = fields.rest();
    let read: Vec<_> = pairs::read(wire).collect();
    assert!(read.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() <= wire.len());
    let written = pairs::write(read.iter().copied()).unwrap();
    assert_eq!(pairs::read(&written).collect::<Vec<_>>(), read);

    let given = PROPERTIES.get(which).map(|name| (name.to_vec(), state.to_vec()));
    envoy_host::give(wire, given.into_iter().collect());
    // The same map as an answer's: what is read of it is in it.
    AnswerBytes::fetch().with_outcome(|outcome| {
        let lines = outcome.headers.iter().filter(|line| !line.name.is_empty());
        lines.for_each(|line| assert!(read.contains(&(line.name, line.value))));
        let has = |name: &[u8]| read.iter().any(|(other, _)| *other == name);
        assert!(outcome.status.is_absent() || has(b":status"));
        assert!(!outcome.size.is_present() || has(b"content-length"));
    });
    let Some(bytes) = RequestBytes::fetch() else { return assert!(wire.is_empty()) };
    bytes.with_facts(|facts, forged| {
        decide::sound(&default_engine().judge(facts, 0));
        let own = read.iter().map(|(name, _)| *name).filter(|name| name.starts_with(b"x-weir-"));
        assert_eq!(forged.names().collect::<Vec<_>>(), own.collect::<Vec<_>>());
    });
}
