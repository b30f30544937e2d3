//! Whole facts out of bytes and back, and the engines that judge them.

use std::net::IpAddr;
use std::sync::OnceLock;

use filter_core::engine::Engine;
use filter_core::facts::{ClientFacts, Fact, Facts, Header, HeaderOrder, Ja4By, Provenance, TlsFacts, TlsVersion};
use filter_core::keys::Keys;
use filter_core::policy::{Bundle, Settings, wire};
use weir::trace::Request;

use crate::fields::{Fields, join};

pub(crate) const DEFAULT: &str = include_str!("../../../policies/bundles/default.json");
pub(crate) const SECRET: &[u8] = b"correct horse battery staple, thirty-two bytes";

/// The facts written in `data`, and a number that came with them.
pub(crate) fn with_facts<T>(data: &[u8], use_them: impl FnOnce(&Facts<'_>, u64) -> T) -> T {
    let mut fields = Fields::of(data);
    let shape = fields.number();
    let [method, authority, path, version, pseudo, ja4, h2, organisation, country, address] =
        std::array::from_fn(|_| fields.bytes());
    let now = fields.number();
    let mut headers = Vec::new();
    while let (Some(name), value) = (fields.next(), fields.bytes()) {
        headers.push(Header { name, value });
    }
    // Two bits a fact; what was not said is there.
    fn fact<T>(shape: u64, place: u32, value: T) -> Fact<T> {
        match shape >> (2 * place) & 3 {
            1 => Fact::Unknown,
            2 => Fact::Absent,
            _ => Fact::Present(value),
        }
    }
    let names: Vec<&[u8]> = headers.iter().step_by(2).map(|header| header.name).collect();
    let address: Option<IpAddr> = std::str::from_utf8(address).ok().and_then(|text| text.parse().ok());
    use_them(
        &Facts {
            method,
            scheme: fact(shape, 0, if shape >> 40 & 1 == 0 { b"https" } else { b"http" }),
            authority,
            path,
            version: fact(shape, 1, version),
            pseudo_order: fact(shape, 2, pseudo),
            headers: &headers,
            headers_known: (shape >> 41 & 1 == 1).then_some(&names),
            header_order: [HeaderOrder::Kept, HeaderOrder::Lost, HeaderOrder::Original][(shape >> 42) as usize % 3],
            body: fact(shape, 3, method),
            client: ClientFacts {
                address: address.map_or(Fact::Unknown, Fact::Present),
                provenance: [Provenance::Peer, Provenance::Hop, Provenance::Cdn, Provenance::Unverified]
                    [(shape >> 44) as usize % 4],
                asn: fact(shape, 4, shape as u32),
                organisation: fact(shape, 5, organisation),
                country: fact(shape, 6, country),
            },
            tls: TlsFacts {
                version: fact(shape, 7, if shape >> 46 & 1 == 0 { TlsVersion::V1_3 } else { TlsVersion::V1_2 }),
                ja4: fact(shape, 8, ja4),
                ja4_by: if shape >> 47 & 1 == 0 { Ja4By::Spec } else { Ja4By::Envoy },
                ja3: fact(shape, 9, ja4),
                cipher: fact(shape, 10, version),
            },
            h2_fingerprint: fact(shape, 11, h2),
        },
        now,
    )
}

/// A recorded request in the form that [`with_facts`] reads.
pub(crate) fn written(request: &Request) -> Vec<u8> {
    let lent = request.facts();
    let facts = lent.facts();
    let address = facts.client.address.present().map(|address| address.to_string()).unwrap_or_default();
    let time = request.t.to_le_bytes();
    let head: [&[u8]; 12] = [
        b"",
        facts.method,
        facts.authority,
        facts.path,
        facts.version.present().unwrap_or_default(),
        facts.pseudo_order.present().unwrap_or_default(),
        facts.tls.ja4.present().unwrap_or_default(),
        facts.h2_fingerprint.present().unwrap_or_default(),
        b"Example",
        b"DE",
        address.as_bytes(),
        &time,
    ];
    let headers = facts.headers.iter().flat_map(|header| [header.name, header.value]);
    join(head.into_iter().chain(headers))
}

/// The default bundle; loading it takes longer than judging.
pub(crate) fn default_engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| engine(Bundle::parse(DEFAULT.as_bytes()).unwrap()))
}

/// Blocks, tags, monitors, shadows and describes endpoints: what the default bundle leaves out.
pub(crate) fn ruled_engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let content: wire::Content = serde_json::from_str(RULES).unwrap();
        engine(Bundle::parse(wire::write(&content, 1).unwrap().as_bytes()).unwrap())
    })
}

fn engine(bundle: Bundle) -> Engine {
    let keys = Some(Keys::derive(SECRET));
    let mut settings = Settings { allow_unsigned: true, keys, ..Settings::default() };
    settings.client_address.trusted_hops = 1;
    Engine::new(bundle, &settings).unwrap()
}

/// A small bundle's content that uses every part of the form.
pub(crate) const RULES: &str = r#"{"settings":{"identity":[{"cookie":"sid"},{"jwt":{"header":"authorization","claim":"sub"}},{"header":"x-key"}]},"names":[{"token":"curl/","name":"curl","category":"command_line"},{"token":"*bot","name":"bots","category":"search_engine","generic":true}],"endpoints":[{"id":"user","path":"/api/users/{id}"},{"id":"login","path":"/login","methods":["POST"],"label":"login"}],"allow":[{"id":"health","when":{"path":{"is":"/healthz"}}},{"id":"sa","when":"always","mode":"shadow"}],"rules":[{"id":"b","when":{"any":[{"signal":["user_agent_missing"]},{"class":["bot"]},{"header":{"name":"x-key"}}]},"then":{"block":{"status":403}}},{"id":"m","when":{"all":[{"not":{"kind":["navigation"]}},{"score":{"at_least":20}}]},"then":"monitor"},{"id":"s","when":{"address":{"blocks":["203.0.113.0/24"]}},"then":{"block":{}},"mode":"shadow"}],"otherwise":"tag"}"#;
