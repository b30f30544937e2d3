//! JA4 of the recorded clients: a ClientHello is put together from what was written down of theirs, and gives their JA4.

use std::collections::BTreeSet;

use serde_json::Value;
use wasm_tests::evidence::corpus::Data;
use weir_sidecar::tls::hello::{ClientHello, Progress};
use weir_sidecar::tls::ja4::ja4;

const GREASE: u16 = 0x3a3a;

#[test]
fn recorded_clients_have_their_ja4() {
    let Some(data) = Data::from_env() else { return };
    let text = std::fs::read_to_string(data.path("clients/clients.jsonl")).unwrap();
    let mut kinds = BTreeSet::new();
    let mut count = 0;
    for line in text.lines() {
        let client: Value = serde_json::from_str(line).unwrap();
        let tls = &client["tls"];
        if tls["ja3_str"].is_null() {
            continue;
        }
        let Progress::Whole(hello) = ClientHello::read(&hello(tls)) else { panic!("no hello: {line}") };
        let made = ja4(&hello);
        let recorded = strings(&tls["ja4"]).into_iter().chain(strings(&tls["ja4_resumption"])).collect::<Vec<_>>();
        assert!(recorded.contains(&made), "{}: {made} is none of {recorded:?}", client["client"]);
        kinds.insert(made);
        count += 1;
    }
    assert!(count > 150 && kinds.len() > 30, "{count} clients, {} kinds", kinds.len());
}

/// The handshake message in records of 100 bytes.
fn hello(tls: &Value) -> Vec<u8> {
    let ja3 = tls["ja3_str"].as_str().unwrap();
    let mut fields = ja3.split(',');
    let version: u16 = fields.next().unwrap().parse().unwrap();
    let mut ciphers: Vec<u16> = fields.next().unwrap().split('-').filter_map(|cipher| cipher.parse().ok()).collect();
    if tls["grease"] == true {
        ciphers.insert(0, GREASE);
    }
    let mut extensions = Vec::new();
    for item in tls["ext_order"].as_array().unwrap() {
        let kind = item.as_u64().map_or(GREASE, |kind| u16::try_from(kind).unwrap());
        let content = match kind {
            0 => list16(&[&[0][..], &list16(b"shop.test")].concat()),
            13 => list16(&bytes(&hex(&tls["sig_algs"]))),
            16 => {
                let names = strings(&tls["alpn_offered"]);
                let names: Vec<u8> = names.iter().flat_map(|name| list8(name.as_bytes())).collect();
                list16(&names)
            }
            43 => list8(&bytes(&hex(&tls["versions"]))),
            _ => Vec::new(),
        };
        extensions.extend([&kind.to_be_bytes()[..], &list16(&content)].concat());
    }
    let body = [
        &version.to_be_bytes()[..],
        &[7; 32],
        &list8(&[9; 32]),
        &list16(&bytes(&ciphers)),
        &[1, 0],
        &list16(&extensions),
    ]
    .concat();
    let message = [&[1][..], &u32::try_from(body.len()).unwrap().to_be_bytes()[1..], &body].concat();
    message.chunks(100).flat_map(|part| [&[22, 3, 1][..], &list16(part)].concat()).collect()
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn hex(value: &Value) -> Vec<u16> {
    strings(value).iter().map(|item| u16::from_str_radix(item, 16).unwrap_or(GREASE)).collect()
}

fn bytes(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn list8(bytes: &[u8]) -> Vec<u8> {
    [&[u8::try_from(bytes.len()).unwrap()], bytes].concat()
}

fn list16(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}
