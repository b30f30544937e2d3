//! A recorded request for the module with the seam: what Viceroy cannot show of it goes into a header.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use filter_core::facts::{Fact, HeaderOrder};
use serde_json::{Map, Value, json};
use weir::trace::{Request, Text};

/// The header that the module with the seam reads.
pub const HEADER: &str = "x-weir-test-facts";

/// The request's bytes over HTTP/1.1, whatever it was recorded over. Bodies are filled up to the length they declare.
/// `more` are members of the seam besides the request's own facts.
pub fn wire(request: &Request, more: &Map<String, Value>) -> Vec<u8> {
    let mut out = [request.method.as_bytes(), b" ", request.path.as_bytes(), b" HTTP/1.1\r\n"].concat();
    let mut line = |name: &[u8], value: &[u8]| out.extend([name, b": ", value, b"\r\n"].concat());
    let is = |text: &Text, name: &str| text.as_bytes().eq_ignore_ascii_case(name.as_bytes());
    if !request.headers.iter().any(|(name, _)| is(name, "host")) {
        line(b"host", request.authority.as_bytes());
    }
    let mut length = 0;
    for (name, value) in &request.headers {
        if is(name, "content-length") {
            length = String::from_utf8_lossy(value.as_bytes()).trim().parse().unwrap_or(0);
        }
        line(name.as_bytes(), value.as_bytes());
    }
    line(HEADER.as_bytes(), header(request, more).as_bytes());
    out.extend(b"\r\n");
    let body: &[u8] = if let Fact::Present(body) = &request.body { body } else { &[] };
    out.extend(body.iter().copied().chain(std::iter::repeat(b' ')).take(length));
    out
}

/// The header's value.
fn header(request: &Request, more: &Map<String, Value>) -> String {
    let text = |fact: &Fact<Text>| match fact {
        Fact::Present(text) => json!(String::from_utf8_lossy(text.as_bytes())),
        Fact::Unknown | Fact::Absent => Value::Null,
    };
    let names = request.headers.iter().map(|(name, _)| BASE64_STANDARD.encode(name.as_bytes()));
    let version = if let Fact::Present(version) = request.tls.version { json!(version.as_str()) } else { Value::Null };
    let number = |fact: Fact<u32>| if let Fact::Present(number) = fact { json!(number) } else { Value::Null };
    let address =
        if let Fact::Present(address) = request.client.address { json!(address.to_string()) } else { Value::Null };
    let mut seam = json!({
        "names": names.collect::<Vec<_>>(),
        "is_original": request.header_order == HeaderOrder::Original,
        "scheme": text(&request.scheme),
        "authority": String::from_utf8_lossy(request.authority.as_bytes()),
        "version": text(&request.version),
        "is_plain": request.facts().facts().tls.version == Fact::Absent,
        "tls_version": version,
        "ja4": text(&request.tls.ja4),
        "ja3": text(&request.tls.ja3),
        "cipher": text(&request.tls.cipher),
        "h2_fingerprint": text(&request.h2_fingerprint),
        "address": address,
        "asn": number(request.client.asn),
        "organisation": text(&request.client.organisation),
        "country": text(&request.client.country),
    });
    if let Value::Object(members) = &mut seam {
        members.extend(more.clone());
    }
    BASE64_STANDARD.encode(seam.to_string())
}
