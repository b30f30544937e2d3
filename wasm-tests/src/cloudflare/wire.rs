//! A recorded request as Cloudflare's edge hands it to a Worker: what is no header goes into `request.cf`, which workerd takes
//! from a header, and into the headers that the edge writes.

use filter_core::facts::Fact;
use serde_json::{Map, Value, json};
use weir::trace::{Request, Text};

/// The header that workerd makes `request.cf` of. The Worker does not see it.
pub const BLOB: &str = "CF-Blob";
/// The header that the Worker with the seam reads.
pub const SEAM: &str = "x-weir-test-facts";

/// The request's bytes over HTTP/1.1, whatever it was recorded over. Bodies are filled up to the length they declare.
/// `seam`, where there is something in it, is for the Worker with the seam.
pub fn wire(request: &Request, seam: &Map<String, Value>) -> Vec<u8> {
    let mut out = [request.method.as_bytes(), b" ", request.path.as_bytes(), b" HTTP/1.1\r\n"].concat();
    let mut line = |name: &[u8], value: &[u8]| out.extend([name, b": ", value, b"\r\n"].concat());
    line(b"host", request.authority.as_bytes());
    let mut length = 0;
    for (name, value) in &request.headers {
        if name.as_bytes().eq_ignore_ascii_case(b"content-length") {
            length = String::from_utf8_lossy(value.as_bytes()).trim().parse().unwrap_or(0);
        }
        line(name.as_bytes(), value.as_bytes());
    }
    if let Fact::Present(address) = request.client.address {
        line(b"cf-connecting-ip", address.to_string().as_bytes());
    }
    if let Fact::Present(scheme) = &request.scheme {
        line(b"x-forwarded-proto", scheme.as_bytes());
    }
    line(b"cf-ray", request.id.replace(|letter: char| !letter.is_ascii_graphic(), "-").as_bytes());
    line(BLOB.as_bytes(), ascii(&cf(request)).as_bytes());
    if !seam.is_empty() {
        line(SEAM.as_bytes(), Value::Object(seam.clone()).to_string().as_bytes());
    }
    out.extend(b"\r\n");
    let body: &[u8] = if let Fact::Present(body) = &request.body { body } else { &[] };
    out.extend(body.iter().copied().chain(std::iter::repeat(b' ')).take(length));
    out
}

/// `request.cf`, in Cloudflare's words.
fn cf(request: &Request) -> Value {
    let text = |fact: &Fact<Text>| match fact {
        Fact::Present(text) => json!(String::from_utf8_lossy(text.as_bytes())),
        Fact::Unknown | Fact::Absent => Value::Null,
    };
    let mut cf = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            cf.insert(name.to_owned(), value);
        }
    };
    if let Fact::Present(version) = &request.version {
        put("httpProtocol", json!(format!("HTTP/{}", String::from_utf8_lossy(version.as_bytes()))));
    }
    if let Fact::Present(version) = request.tls.version {
        put("tlsVersion", json!(format!("TLSv{}", version.as_str())));
    }
    put("tlsCipher", text(&request.tls.cipher));
    if let Fact::Present(number) = request.client.asn {
        put("asn", json!(number));
    }
    put("asOrganization", text(&request.client.organisation));
    put("country", text(&request.client.country));
    let (ja4, ja3) = (text(&request.tls.ja4), text(&request.tls.ja3));
    if !ja4.is_null() || !ja3.is_null() {
        put("botManagement", json!({ "ja4": ja4, "ja3Hash": ja3, "score": 1 }));
    }
    // Members that are of no use to us are there too.
    put("colo", json!("AMS"));
    put("clientTcpRtt", json!(12));
    Value::Object(cf)
}

/// JSON in ASCII, as a header has to be.
fn ascii(value: &Value) -> String {
    let mut out = String::new();
    let mut units = [0; 2];
    for letter in value.to_string().chars() {
        match letter.is_ascii() {
            true => out.push(letter),
            false => letter.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    out
}
