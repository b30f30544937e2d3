//! Header sets judged before: most requests of a program are put together as its others were.
//!
//! What depends on nothing else (where which header stands, the claim, the name, the evidence of [`Scope::HeaderSet`]) is
//! kept with the bytes it was made from, and used again where the same bytes come. A look-up compares all of them, so a
//! verdict is the same with and without this; it only comes sooner.
//!
//! [`Scope::HeaderSet`]: crate::signals::Scope::HeaderSet

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::facts::{Fact, Facts, Header, HeaderOrder, Ja4By};
use crate::fingerprint::{Claim, Fingerprint, Names};
use crate::limits;
use crate::request::{HeaderIndex, HeaderName, HttpVersion, Request, RequestKind};
use crate::signals::Evidence;

/// Sets that share a place.
const WAYS: usize = 4;
/// Places; a power of two.
const PLACES: usize = limits::HEADER_SETS / WAYS;
/// The length that marks a line whose value may be any.
const ANY: u16 = u16::MAX;

/// A bounded cache of header sets, for one engine: [`limits::HEADER_SETS`] of them in about 350 KB, made as they come. Beyond
/// that, the oldest of its place makes room. Sets with more than 40 lines or 1 KiB are judged anew each time.
#[derive(Debug, Default)]
pub struct HeaderSets {
    places: Vec<Place>,
    /// The engine these sets were judged by.
    engine: u64,
}

#[derive(Debug, Default)]
struct Place {
    sets: [Option<Box<HeaderSet>>; WAYS],
    /// The way that is used next.
    next: u8,
}

/// What is known about requests with one set of headers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub(super) claim: Claim<'static>,
    /// Place in the bundle's table of names.
    pub(super) named: Option<u16>,
    pub(super) evidence: Evidence,
    context: Context,
}

impl Judged {
    /// The fingerprint, put together again.
    pub(super) fn fingerprint<'a>(&self, request: &Request<'a>, names: &'a Names) -> Fingerprint<'a> {
        let user_agent = request.header(HeaderName::UserAgent);
        let named = self.named.and_then(|place| names.entries().get(usize::from(place)));
        Fingerprint::known(request, self.claim.of(user_agent), named)
    }
}

/// What else the evidence depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Context {
    kind: RequestKind,
    secure: Fact<bool>,
    version: Fact<HttpVersion>,
    pseudo_order: Fact<[u8; 4]>,
    ja4: Fact<[u8; JA4]>,
    ja4_by: Ja4By,
}

/// Bytes of a well-formed JA4.
const JA4: usize = 36;

#[derive(Debug)]
struct HeaderSet {
    hash: u64,
    lines: u8,
    shapes: [Shape; limits::HEADER_SET_LINES],
    /// The method, then each line's name and, where it counts, value.
    bytes: [u8; limits::HEADER_SET_BYTES],
    method: u8,
    order: HeaderOrder,
    index: HeaderIndex,
    judged: Judged,
}

/// Lengths of a line's name and value.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    name: u8,
    value: u16,
}

/// Where a set stands, or would stand.
pub(super) struct Found<'s> {
    place: &'s mut Place,
    hash: u64,
    way: Option<usize>,
}

impl HeaderSets {
    /// Looks for the set that `facts` come with. `None` where it is not of the kind that is kept.
    pub(super) fn find(&mut self, facts: &Facts<'_>, engine: u64) -> Option<Found<'_>> {
        if facts.headers.len() > limits::HEADER_SET_LINES || facts.headers_known.is_some() {
            return None;
        }
        if self.places.is_empty() || self.engine != engine {
            self.places.clear();
            self.places.resize_with(PLACES, Place::default);
            self.engine = engine;
        }
        let hash = hash(facts);
        let place = usize::try_from(hash & (PLACES as u64).wrapping_sub(1)).ok()?;
        let place = self.places.get_mut(place)?;
        let way = place.sets.iter().position(|set| set.as_ref().is_some_and(|set| set.holds(facts, hash)));
        Some(Found { place, hash, way })
    }
}

impl Found<'_> {
    fn set(&self) -> Option<&HeaderSet> {
        self.place.sets.get(self.way?)?.as_deref()
    }

    /// Where the headers stand.
    pub(super) fn index(&self) -> Option<HeaderIndex> {
        self.set().map(|set| set.index)
    }

    /// What is known, if the rest of the request is alike too.
    pub(super) fn judged(&self, request: &Request<'_>) -> Option<Judged> {
        let judged = self.set()?.judged;
        (Context::of(request)? == judged.context).then_some(judged)
    }

    /// Keeps what was found out, where it fits.
    pub(super) fn keep(self, request: &Request<'_>, fingerprint: &Fingerprint<'_>, names: &Names, evidence: Evidence) {
        let Some(context) = Context::of(request) else { return };
        let place = fingerprint.named.map(|named| names.entries().iter().position(|entry| core::ptr::eq(entry, named)));
        let Ok(named) = place.map(|place| u16::try_from(place.unwrap_or(usize::MAX))).transpose() else { return };
        let judged = Judged { claim: fingerprint.claim.of(Fact::Absent), named, evidence, context };
        let Some(set) = HeaderSet::new(request, self.hash, judged) else { return };
        let way = self.way.unwrap_or_else(|| {
            let way = usize::from(self.place.next);
            self.place.next = self.place.next.wrapping_add(1) & (WAYS as u8).wrapping_sub(1);
            way
        });
        match self.place.sets.get_mut(way) {
            Some(Some(old)) => **old = set,
            Some(slot) => *slot = Some(Box::new(set)),
            None => {}
        }
    }
}

impl Context {
    fn of(request: &Request<'_>) -> Option<Self> {
        let tls = request.tls();
        Some(Context {
            kind: request.kind,
            secure: request.secure,
            version: request.version,
            pseudo_order: sized(request.facts.pseudo_order)?,
            ja4: sized(tls.ja4)?,
            ja4_by: tls.ja4_by,
        })
    }
}

/// The bytes, where they have the usual length.
fn sized<const LENGTH: usize>(fact: Fact<&[u8]>) -> Option<Fact<[u8; LENGTH]>> {
    Some(match fact {
        Fact::Present(text) => Fact::Present(text.try_into().ok()?),
        Fact::Absent => Fact::Absent,
        Fact::Unknown => Fact::Unknown,
    })
}

impl HeaderSet {
    fn new(request: &Request<'_>, hash: u64, judged: Judged) -> Option<Self> {
        let facts = request.facts;
        let mut shapes = [Shape::default(); limits::HEADER_SET_LINES];
        let mut bytes = [0; limits::HEADER_SET_BYTES];
        let mut rest = &mut bytes[..];
        let mut put = |text: &[u8]| {
            let (to, after) = core::mem::take(&mut rest).split_at_mut_checked(text.len())?;
            to.copy_from_slice(text);
            rest = after;
            Some(())
        };
        put(facts.method)?;
        for (line, shape) in facts.headers.iter().zip(&mut shapes) {
            let steady = HeaderName::parse(line.name).is_some_and(HeaderName::is_steady);
            shape.name = u8::try_from(line.name.len()).ok()?;
            put(line.name)?;
            shape.value = ANY;
            if steady {
                shape.value = u16::try_from(line.value.len()).ok().filter(|length| *length != ANY)?;
                put(line.value)?;
            }
        }
        Some(HeaderSet {
            hash,
            lines: u8::try_from(facts.headers.len()).ok()?,
            shapes,
            bytes,
            method: u8::try_from(facts.method.len()).ok()?,
            order: facts.header_order,
            index: request.headers.index(),
            judged,
        })
    }

    /// Whether the request comes with this set.
    fn holds(&self, facts: &Facts<'_>, hash: u64) -> bool {
        if self.hash != hash || usize::from(self.lines) != facts.headers.len() || self.order != facts.header_order {
            return false;
        }
        let Some(mut rest) = begins(&self.bytes, facts.method, usize::from(self.method)) else { return false };
        for (Header { name, value }, shape) in facts.headers.iter().zip(&self.shapes) {
            let Some(after) = begins(rest, name, usize::from(shape.name)) else { return false };
            rest = after;
            if shape.value != ANY {
                let Some(after) = begins(rest, value, usize::from(shape.value)) else { return false };
                rest = after;
            }
        }
        true
    }
}

/// What follows `text`, of which the length is known to count, at the start of `kept`.
#[inline(always)] // dozens of times a look-up
fn begins<'k>(kept: &'k [u8], text: &[u8], length: usize) -> Option<&'k [u8]> {
    let (kept, rest) = kept.split_at_checked(length)?;
    (text.len() == length && same(kept, text)).then_some(rest)
}

/// Equality of slices as long as each other, eight bytes at a time: a wasm module has no faster `memcmp`.
#[inline(always)]
fn same(mut a: &[u8], mut b: &[u8]) -> bool {
    while let (Some((a_first, a_rest)), Some((b_first, b_rest))) =
        (a.split_first_chunk::<8>(), b.split_first_chunk::<8>())
    {
        if u64::from_le_bytes(*a_first) != u64::from_le_bytes(*b_first) {
            return false;
        }
        (a, b) = (a_rest, b_rest);
    }
    if let (Some((a_first, a_rest)), Some((b_first, b_rest))) = (a.split_first_chunk::<4>(), b.split_first_chunk::<4>())
    {
        if u32::from_le_bytes(*a_first) != u32::from_le_bytes(*b_first) {
            return false;
        }
        (a, b) = (a_rest, b_rest);
    }
    while let (Some((a_first, a_rest)), Some((b_first, b_rest))) = (a.split_first(), b.split_first()) {
        if a_first != b_first {
            return false;
        }
        (a, b) = (a_rest, b_rest);
    }
    true
}

/// Tells sets apart by the order of names and by what varies most between programs: their user agents, and how long the hints are.
/// Who chooses headers so that they collide slows down the look-ups of that one place, by a factor below [`WAYS`].
fn hash(facts: &Facts<'_>) -> u64 {
    let mut hash = facts.method.len() as u64;
    for Header { name, value } in facts.headers {
        let Some((first, _)) = name.split_first_chunk::<4>() else {
            hash = mix(hash, name.len() as u64);
            continue;
        };
        hash = mix(hash, u64::from(u32::from_le_bytes(*first)) ^ (name.len() as u64).wrapping_shl(32));
        match first {
            b"user" => {
                let (chunks, _) = value.as_chunks::<8>();
                hash = chunks.iter().fold(hash, |hash, chunk| mix(hash, u64::from_le_bytes(*chunk)));
            }
            b"sec-" => hash = mix(hash, value.len() as u64),
            _ => {}
        }
    }
    hash ^ hash.wrapping_shr(32)
}

fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95) // the multiplier of Firefox's hasher
}
