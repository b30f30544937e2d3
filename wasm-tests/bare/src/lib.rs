//! The core as a bare wasm module: a packed request in, score and class out, with the memory of a host that lives long.
//!
//! The caller asks for a [`buffer`], writes a bundle or a request into it, and calls [`load`] or [`judge`]. A packed request is texts,
//! each two bytes of length, little-endian, and as many bytes: method, scheme, authority, path, HTTP version, order of pseudo headers,
//! TLS version, JA4, address; then two bytes that count the headers, and each one's name and value. An empty text is unknown.
#![allow(unsafe_code, reason = "exported functions need names of their own")]
#![allow(missing_docs, reason = "what is exported is described above")]

use std::cell::RefCell;

use filter_core::engine::{Engine, HeaderSets};
use filter_core::facts::{ClientFacts, Fact, Facts, Header, HeaderOrder, Ja4By, Provenance, TlsFacts, TlsVersion};
use filter_core::keys::Keys;
use filter_core::limits;
use filter_core::policy::{Bundle, Settings};
use filter_core::state::Tables;

struct Loaded {
    engine: Engine,
    tables: Tables,
    known: HeaderSets,
}

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static LOADED: RefCell<Option<Loaded>> = const { RefCell::new(None) };
}

/// What [`judge`] gives for bytes that are no packed request, or before a bundle is loaded.
const NOTHING: u32 = u32::MAX;

/// Room for `length` bytes; good until more is asked for.
#[unsafe(no_mangle)]
pub extern "C" fn buffer(length: usize) -> *mut u8 {
    BUFFER.with_borrow_mut(|buffer| {
        if buffer.len() < length {
            buffer.resize(length.min(limits::BUNDLE), 0);
        }
        buffer.as_mut_ptr()
    })
}

/// Loads the bundle in the buffer's first `length` bytes, whoever made it; 1 where it is one.
#[unsafe(no_mangle)]
pub extern "C" fn load(length: usize) -> u32 {
    let keys = Some(Keys::derive(b"for comparing only"));
    let settings = Settings { allow_unsigned: true, keys, ..Settings::default() };
    let bundle = BUFFER.with_borrow(|bytes| Bundle::parse(bytes.get(..length)?).ok());
    let Some(engine) = bundle.and_then(|bundle| Engine::new(bundle, &settings).ok()) else { return 0 };
    let tables = Tables::new(engine.bundle().limits());
    LOADED.set(Some(Loaded { engine, tables, known: HeaderSets::default() }));
    1
}

/// Judges the request in the buffer's first `length` bytes at a time in milliseconds since the epoch: the score, and 256 times the class.
#[unsafe(no_mangle)]
pub extern "C" fn judge(length: usize, now: f64) -> u32 {
    BUFFER
        .with_borrow(|bytes| {
            LOADED.with_borrow_mut(|loaded| verdict(loaded.as_mut()?, bytes.get(..length)?, now as u64))
        })
        .unwrap_or(NOTHING)
}

fn verdict(loaded: &mut Loaded, mut bytes: &[u8], now: u64) -> Option<u32> {
    let bytes = &mut bytes;
    let [method, scheme, authority, path, version, pseudo_order, tls_version, ja4, address] = {
        let mut texts: [&[u8]; 9] = [&[]; 9];
        for slot in &mut texts {
            *slot = text(bytes)?;
        }
        texts
    };
    let count = usize::from(number(bytes)?);
    let mut headers = Vec::with_capacity(count.min(limits::HEADERS));
    for _ in 0..count {
        headers.push(Header { name: text(bytes)?, value: text(bytes)? });
    }
    let address = core::str::from_utf8(address).ok().and_then(|text| text.parse().ok());
    let facts = Facts {
        method,
        scheme: known(scheme),
        authority,
        path,
        version: known(version),
        pseudo_order: known(pseudo_order),
        headers: &headers,
        header_order: HeaderOrder::Kept,
        client: ClientFacts {
            address: address.map_or(Fact::Unknown, Fact::Present),
            provenance: Provenance::Peer,
            ..ClientFacts::default()
        },
        tls: TlsFacts {
            version: TlsVersion::parse(tls_version).map_or(Fact::Unknown, Fact::Present),
            ja4: known(ja4),
            ja4_by: Ja4By::Envoy,
            ..TlsFacts::default()
        },
        ..Facts::default()
    };
    let plan = loaded.engine.plan_with(&facts, now, &mut loaded.known);
    let records = loaded.tables.lend(plan.touched());
    let score = loaded.engine.decide(plan, records).score;
    Some(u32::from(score.value) | (score.class as u32).wrapping_shl(8))
}

fn known(text: &[u8]) -> Fact<&[u8]> {
    if text.is_empty() { Fact::Unknown } else { Fact::Present(text) }
}

fn number(bytes: &mut &[u8]) -> Option<u16> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u16::from_le_bytes(*number))
}

fn text<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number(bytes)?;
    let (text, rest) = bytes.split_at_checked(usize::from(length))?;
    *bytes = rest;
    Some(text)
}
