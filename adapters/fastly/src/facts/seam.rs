//! Facts for tests: what the local simulator cannot produce is read from a request header.
//!
//! Built with the feature `test-seam` alone. A test checks that the module as it is deployed does not know the header's name.

use core::net::IpAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use filter_core::facts::{ClientFacts, Fact, Facts, HeaderOrder, Ja4By, TlsFacts, TlsVersion};
use serde::Deserialize;

use super::RequestBytes;
use crate::hostcalls::request::Request;
use crate::hostcalls::{Answer, Arena, Refusal, items};

/// Base64 of [`Seam`] as JSON.
const HEADER: &[u8] = b"x-weir-test-facts";

/// Milliseconds from verdict to answer, where the seam gives the time.
pub(crate) const LATER: u64 = 10;

/// Facts in the place of the host's. A member that is missing is unknown.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Seam {
    /// Names in order and case, a line each; base64, since they are bytes.
    names: Vec<String>,
    is_original: bool,
    scheme: Option<String>,
    authority: Option<String>,
    version: Option<String>,
    /// On a plain connection.
    is_plain: bool,
    tls_version: Option<String>,
    ja4: Option<String>,
    ja3: Option<String>,
    cipher: Option<String>,
    h2_fingerprint: Option<String>,
    address: Option<IpAddr>,
    asn: Option<u32>,
    organisation: Option<String>,
    country: Option<String>,
    /// The time of the verdict, milliseconds since the epoch; the answer comes ten later.
    pub(crate) t: Option<u64>,
    /// Judging panics.
    pub(crate) panics: bool,
    /// A candidate's judging panics.
    pub(crate) candidate_panics: bool,
    /// What the KV Store answers in the place of a value: 0 is nothing in time, else its error.
    pub(crate) kv: Option<u32>,
    /// Key of the KV Store that is read in the pointer's place, as if it had changed.
    pub(crate) pointer: Option<String>,
    /// Point of presence that this request comes to: the simulator has one.
    pub(crate) place: Option<String>,
}

thread_local! {
    static PLACE: std::cell::RefCell<Option<String>> = const { std::cell::RefCell::new(None) };
}

/// The point of presence that the request under way came to.
pub(crate) fn place() -> Option<String> {
    PLACE.with_borrow(Clone::clone)
}

/// Comes to another point of presence, with a cache of its own.
pub(crate) fn come_to(place: Option<String>) {
    PLACE.set(place);
}

/// Reads what it says of the KV Store, before anything else is asked for.
pub(crate) fn kv(request: Request) -> Option<Seam> {
    let mut arena = Arena::default();
    let name = arena.push(HEADER);
    let value = request.values(&mut arena, &name).ok()?;
    let value = items(&arena, value).next()?;
    let text = BASE64_STANDARD.decode(arena.get(&value)).ok()?;
    serde_json::from_slice::<Seam>(&text).ok()
}

impl RequestBytes {
    /// Reads the header, and the lines again as it says.
    pub(super) fn open_seam(&mut self, request: Request) -> Answer<()> {
        self.seam = None;
        let Some(text) = self.header(HEADER).and_then(|value| BASE64_STANDARD.decode(value).ok()) else {
            return Ok(());
        };
        let seam: Seam = serde_json::from_slice(&text).map_err(|error| {
            crate::log::say(&format!("the facts for tests: {error}"));
            Refusal::BAD_ARGUMENT
        })?;
        let names = seam.names.iter().map(|name| BASE64_STANDARD.decode(name).unwrap_or_default());
        let names: Vec<_> = names.map(|name| self.arena.push(&name)).collect();
        self.lines.clear();
        self.has_own = true;
        self.address = seam.address;
        self.read_values(request, &names)?;
        self.has_own = true;
        self.order = if seam.is_original { HeaderOrder::Original } else { HeaderOrder::Kept };
        self.http2 = seam.h2_fingerprint.as_ref().map(|text| self.arena.push(text.as_bytes()));
        self.seam = Some(seam);
        Ok(())
    }

    /// What the seam holds for this request.
    pub(crate) fn seam(&self) -> Option<&Seam> {
        self.seam.as_ref()
    }
}

impl Seam {
    /// The facts with ours in the place of the host's.
    pub(super) fn with_facts<T>(&self, facts: Facts<'_>, use_them: impl FnOnce(&Facts<'_>) -> T) -> T {
        fn text(text: &Option<String>) -> Fact<&[u8]> {
            text.as_ref().map_or(Fact::Unknown, |text| Fact::Present(text.as_bytes()))
        }
        let missing = if self.is_plain { Fact::Absent } else { Fact::Unknown };
        let session = TlsFacts {
            version: match self.tls_version.as_ref().and_then(|text| TlsVersion::parse(text.as_bytes())) {
                Some(version) => Fact::Present(version),
                None if self.is_plain => Fact::Absent,
                None => Fact::Unknown,
            },
            ja4: self.ja4.as_ref().map_or(missing, |text| Fact::Present(text.as_bytes())),
            ja4_by: Ja4By::Spec,
            ja3: self.ja3.as_ref().map_or(missing, |text| Fact::Present(text.as_bytes())),
            cipher: self.cipher.as_ref().map_or(missing, |text| Fact::Present(text.as_bytes())),
        };
        use_them(&Facts {
            scheme: text(&self.scheme),
            authority: self.authority.as_ref().map_or(facts.authority, |text| text.as_bytes()),
            version: text(&self.version),
            client: ClientFacts {
                asn: self.asn.map_or(Fact::Unknown, Fact::Present),
                organisation: text(&self.organisation),
                country: text(&self.country),
                ..facts.client
            },
            tls: session,
            ..facts
        })
    }
}
