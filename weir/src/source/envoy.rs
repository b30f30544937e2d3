//! Envoy's access log as JSON. Operators choose the names; known are those of Envoy's and Istio's documentation, and for
//! headers their name with `_` in place of `-`. Names not known are passed over.

use std::net::{IpAddr, SocketAddr};

use filter_core::facts::{Fact, HeaderOrder, Ja4By, Provenance, TlsVersion};
use serde_json::{Map, Value};

use super::combined::version_of;
use super::{Logged, Problem, answer, stamp};
use crate::trace::{Client, Request, Text, Tls};

/// Headers that logs are known to carry. Short on purpose: `date` or `via` in a log may be the answer's.
const HEADERS: [&str; 18] = [
    "user-agent",
    "referer",
    "accept",
    "accept-encoding",
    "accept-language",
    "content-type",
    "origin",
    "cookie",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-requested-with",
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "sec-fetch-site",
    "sec-fetch-mode",
    "sec-fetch-dest",
    "sec-fetch-user",
];

/// Reads one line.
pub(super) fn parse(line: &[u8], provenance: Option<Provenance>) -> Result<Logged, Problem> {
    let line: Map<String, Value> = serde_json::from_slice(line)
        .map_err(|error| Problem::malformed(format!("not a JSON object (column {})", error.column())))?;
    let text = |names: &[&str]| names.iter().find_map(|name| word(line.get(*name)?));
    let required = |names: &[&str]| match names.iter().find(|name| line.contains_key(**name)) {
        Some(_) => text(names).ok_or_else(|| Problem::unreadable("Envoy read no request: the method or path is empty")),
        None => Err(Problem::malformed(format!("there is no `{}`", names.join("` or `")))),
    };
    let method = required(&["method", "request_method"])?;
    let path = required(&["path", "original_path", "x_envoy_original_path"])?;
    let time = text(&["start_time", "timestamp", "time"]).and_then(stamp::of_rfc3339);
    let fact = |name: &str| text(&[name]).map_or(Fact::Unknown, |text| Fact::Present(Text::from(text)));
    let (headers, known) = headers(&line);
    let ja4 = fact("ja4");
    let time =
        time.ok_or_else(|| Problem::malformed("`start_time` is missing or not like `2026-11-21T20:17:00.310Z`"))?;
    let status = number(&line, &["response_code", "status"]).and_then(|status| u16::try_from(status).ok());
    let took = number(&line, &["duration"]).unwrap_or(0);
    let answer = answer(time.saturating_add(took), status, number(&line, &["bytes_sent", "body_bytes_sent"]));
    let request = Request {
        t: time,
        id: text(&["request_id", "x_request_id"]).unwrap_or_default().to_owned(),
        method: Text::from(method),
        scheme: fact("scheme"),
        authority: Text::from(text(&["authority", "host", ":authority"]).unwrap_or_default()),
        path: Text::from(path),
        version: text(&["protocol"]).map_or(Fact::Unknown, |protocol| version_of(protocol.as_bytes())),
        headers,
        headers_known: Some(known),
        header_order: HeaderOrder::Lost,
        client: client(&text, provenance),
        logged: logged(&line),
        tls: Tls {
            version: text(&["tls_version", "downstream_tls_version"])
                .and_then(|version| TlsVersion::parse(version.as_bytes()))
                .map_or(Fact::Unknown, Fact::Present),
            ja4_by: if ja4.is_present() { Ja4By::Envoy } else { Ja4By::Spec },
            ja4,
            ja3: fact("ja3"),
            cipher: fact("tls_cipher"),
        },
        ..Request::default()
    };
    Ok((request, answer))
}

/// A number, which some formats write as text.
fn number(line: &Map<String, Value>, names: &[&str]) -> Option<u64> {
    let value = names.iter().find_map(|name| line.get(*name))?;
    value.as_u64().or_else(|| word(value)?.parse().ok())
}

/// Envoy writes numbers, or numbers in quotes; a status of 0 is a connection that ended before.
fn logged(line: &Map<String, Value>) -> crate::trace::Logged {
    let number = |names: &[&str]| {
        let value = names.iter().find_map(|name| line.get(*name))?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    };
    let status = number(&["response_code", "status"]).and_then(|status| u16::try_from(status).ok());
    crate::trace::Logged {
        status: status.filter(|status| (100..600).contains(status)),
        bytes: number(&["bytes_sent", "response_bytes"]),
        latency: number(&["duration", "response_duration"]),
        user: None,
    }
}

/// Envoy's remote address may come from a header that anybody can send; its direct one is the socket's peer.
fn client<'a>(text: &impl Fn(&[&str]) -> Option<&'a str>, provenance: Option<Provenance>) -> Client {
    let direct = text(&["downstream_direct_remote_address"]).and_then(address);
    let remote = text(&["downstream_remote_address", "remote_address", "client_ip"]).and_then(address);
    let (address, own) = match (direct, remote) {
        (Some(address), _) => (Fact::Present(address), Provenance::Peer),
        (None, Some(address)) => (Fact::Present(address), Provenance::Unverified),
        (None, None) => (Fact::Unknown, Provenance::Unverified),
    };
    Client { address, provenance: provenance.unwrap_or(own), ..Client::default() }
}

fn headers(line: &Map<String, Value>) -> (Vec<(Text, Text)>, Vec<Text>) {
    let mut headers = Vec::new();
    let mut known = Vec::new();
    for name in HEADERS {
        let Some(value) = line.get(&name.replace('-', "_")).or_else(|| line.get(name)) else { continue };
        known.push(Text::from(name));
        if let Some(value) = word(value) {
            headers.push((Text::from(name), Text::from(value)));
        }
    }
    (headers, known)
}

/// Envoy writes `-` or null for what there is not.
fn word(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| *text != "-" && !text.is_empty())
}

fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}
