//! The JSON form, at the door only.

use std::net::IpAddr;

use filter_core::facts::{Fact, HeaderOrder, Ja4By, Provenance, TlsVersion};
use serde::{Deserialize, Serialize};

use super::member::{self, is_unknown};
use super::text::Packed;
use super::words::Spelled;
use super::{Case, Client, Logged, Record, Request, Response, Text, Tls, TraceError};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    t: u64,
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<Asked>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<Peer>,
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    tls: Fact<Session>,
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    h2: Fact<H2>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    case: Option<Box<Case>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response: Option<Answered>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    // `deserialize_with` makes these members required, though they may be null.
    #[serde(deserialize_with = "Option::deserialize")]
    method: Option<Text>,
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    scheme: Fact<Text>,
    #[serde(deserialize_with = "Option::deserialize")]
    authority: Option<Text>,
    #[serde(deserialize_with = "Option::deserialize")]
    path: Option<Text>,
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    version: Fact<Text>,
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    pseudo_order: Fact<Text>,
    headers: Vec<(Text, Text)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    headers_known: Option<Vec<Text>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header_order: Option<Spelled<HeaderOrder>>,
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    body: Fact<Packed>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Peer {
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    address: Fact<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provenance: Option<Spelled<Provenance>>,
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    asn: Fact<u32>,
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    organisation: Fact<Text>,
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    country: Fact<Text>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Session {
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    version: Fact<Spelled<TlsVersion>>,
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    ja4: Fact<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ja4_by: Option<Spelled<Ja4By>>,
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    ja3: Fact<Text>,
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    cipher: Fact<Text>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct H2 {
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    fingerprint: Fact<Text>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    status: u16,
    #[serde(default)]
    headers: Vec<(Text, Text)>,
    #[serde(default, with = "member", skip_serializing_if = "is_unknown")]
    body: Fact<Packed>,
}

impl TryFrom<Line> for Record {
    type Error = TraceError;

    fn try_from(line: Line) -> Result<Self, TraceError> {
        let Line { t, id, request, client, tls, h2, case, response } = line;
        let asked = match (request, response) {
            (Some(asked), None) => asked,
            (None, Some(answer)) => {
                let body = answer.body.map(|body| body.0);
                return Ok(Record::Response(Response { t, id, status: answer.status, headers: answer.headers, body }));
            }
            (None, None) => return Err(TraceError::neither()),
            (Some(_), Some(_)) => return Err(TraceError::both()),
        };
        Ok(Record::Request(Box::new(Request {
            t,
            id,
            method: asked.method.ok_or(TraceError::unreadable("method"))?,
            scheme: asked.scheme,
            authority: asked.authority.ok_or(TraceError::unreadable("authority"))?,
            path: asked.path.ok_or(TraceError::unreadable("path"))?,
            version: asked.version,
            pseudo_order: asked.pseudo_order,
            headers: asked.headers,
            headers_known: asked.headers_known,
            header_order: asked.header_order.map_or_else(HeaderOrder::default, |word| word.0),
            body: asked.body.map(|body| body.0),
            client: client.map_or_else(Client::default, Client::from),
            tls: match tls {
                Fact::Unknown => Tls::default(),
                Fact::Absent => Tls::plain(),
                Fact::Present(session) => Tls::from(session),
            },
            h2_fingerprint: match h2 {
                Fact::Unknown => Fact::Unknown,
                Fact::Absent => Fact::Absent,
                Fact::Present(h2) => h2.fingerprint,
            },
            logged: Logged::default(),
            case,
        })))
    }
}

impl From<Peer> for Client {
    fn from(peer: Peer) -> Self {
        Client {
            address: peer.address,
            provenance: peer.provenance.map_or_else(Provenance::default, |word| word.0),
            asn: peer.asn,
            organisation: peer.organisation,
            country: peer.country,
        }
    }
}

impl From<Session> for Tls {
    fn from(session: Session) -> Self {
        Tls {
            version: session.version.map(|word| word.0),
            ja4: session.ja4,
            ja4_by: session.ja4_by.map_or_else(Ja4By::default, |word| word.0),
            ja3: session.ja3,
            cipher: session.cipher,
        }
    }
}

impl From<&Record> for Line {
    fn from(record: &Record) -> Self {
        let request = match record {
            Record::Request(request) => request.as_ref().clone(),
            Record::Response(answer) => {
                let Response { t, id, status, headers, body } = answer.clone();
                let answered = Answered { status, headers, body: body.map(Packed) };
                return Line {
                    t,
                    id,
                    request: None,
                    client: None,
                    tls: Fact::Unknown,
                    h2: Fact::Unknown,
                    case: None,
                    response: Some(answered),
                };
            }
        };
        Line {
            t: request.t,
            id: request.id,
            request: Some(Asked {
                method: Some(request.method),
                scheme: request.scheme,
                authority: Some(request.authority),
                path: Some(request.path),
                version: request.version,
                pseudo_order: request.pseudo_order,
                headers: request.headers,
                headers_known: request.headers_known,
                header_order: Some(Spelled(request.header_order)),
                body: request.body.map(Packed),
            }),
            client: (request.client != Client::default()).then(|| Peer::from(request.client)),
            tls: session(request.tls),
            h2: match request.h2_fingerprint {
                Fact::Unknown => Fact::Unknown,
                Fact::Absent => Fact::Absent,
                present => Fact::Present(H2 { fingerprint: present }),
            },
            case: request.case,
            response: None,
        }
    }
}

impl From<Client> for Peer {
    fn from(client: Client) -> Self {
        Peer {
            address: client.address,
            provenance: Some(Spelled(client.provenance)),
            asn: client.asn,
            organisation: client.organisation,
            country: client.country,
        }
    }
}

fn session(tls: Tls) -> Fact<Session> {
    if tls == Tls::plain() {
        return Fact::Absent;
    }
    if tls == Tls::default() {
        return Fact::Unknown;
    }
    let ja4_by = (tls.ja4_by != Ja4By::default() || tls.ja4.is_present()).then_some(Spelled(tls.ja4_by));
    Fact::Present(Session { version: tls.version.map(Spelled), ja4: tls.ja4, ja4_by, ja3: tls.ja3, cipher: tls.cipher })
}
