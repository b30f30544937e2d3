//! A trace's request as Envoy would hand it to the filter.

use filter_core::facts::Fact;
use weir::trace::{self, Text};

use super::Request;

/// The id's header, by which events of Envoy's filter name a request.
const ID: &str = "x-request-id";

/// Adds the header that Envoy gives every request, so that the native run sees it too.
pub fn with_id(mut request: trace::Request) -> trace::Request {
    request.headers.retain(|(name, _)| !name.as_bytes().eq_ignore_ascii_case(ID.as_bytes()));
    request.headers.push((Text::from(ID.as_bytes()), Text::from(request.id.as_bytes())));
    request
}

impl From<&trace::Request> for Request {
    fn from(request: &trace::Request) -> Self {
        let order = seen(&request.pseudo_order);
        let order = order.map_or(&b"apms"[..], Text::as_bytes);
        let mut headers = Vec::new();
        for letter in order {
            let (name, value) = match letter {
                b'a' => (":authority", Some(&request.authority)),
                b'p' => (":path", Some(&request.path)),
                b'm' => (":method", Some(&request.method)),
                _ => (":scheme", seen(&request.scheme)),
            };
            if let Some(value) = value {
                headers.push((name.as_bytes().to_vec(), value.as_bytes().to_vec()));
            }
        }
        headers.extend(
            request
                .headers
                .iter()
                .map(|(name, value)| (name.as_bytes().to_ascii_lowercase(), value.as_bytes().to_vec())),
        );
        let text = |fact: &Fact<Text>| {
            seen(fact).map_or(String::new(), |text| String::from_utf8_lossy(text.as_bytes()).into_owned())
        };
        let tls = &request.tls;
        let version = tls.version.present().map_or(String::new(), |version| format!("TLSv{}", version.as_str()));
        let peer = request.client.address.present().map_or(String::new(), |address| address.to_string());
        let (ja4, ja3, cipher, protocol) = (text(&tls.ja4), text(&tls.ja3), text(&tls.cipher), text(&request.version));
        let state = format!("{ja4}|{ja3}|{peer}|{version}|{cipher}|HTTP/{protocol}");
        Request { headers, ..Request::default() }.property("filter_state\0weir.request", &state)
    }
}

fn seen(fact: &Fact<Text>) -> Option<&Text> {
    match fact {
        Fact::Present(text) => Some(text),
        Fact::Unknown | Fact::Absent => None,
    }
}
