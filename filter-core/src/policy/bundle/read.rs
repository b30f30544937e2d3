//! From bytes to wire types: the two lines, their format, the id, then the content part by part.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use super::fail;
use crate::limits;
use crate::policy::TrustedKey;
use crate::policy::compact::{self, Compact};
use crate::policy::json::Door;
use crate::policy::problem::{Position, Problem, Problems, Quoted};
use crate::policy::wire::{
    self, Action, AllowRule, BreachedEntry, BundleSettings, Content, Endpoint, FORMAT, Manifest, NamedEntry, RateLimit,
    Rule, Tests,
};
use crate::signals::infrastructure::RangeTable;

/// A content line's members.
const MEMBERS: [&str; 12] = [
    "settings",
    "weights",
    "names",
    "networks",
    "endpoints",
    "lists",
    "breached",
    "limits",
    "allow",
    "rules",
    "otherwise",
    "tests",
];

/// The format alone, so that a newer one is told from a broken one.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// A bundle of which the first line is read and vouched for, and the rest is not read yet.
#[derive(Debug)]
pub(in crate::policy) struct Opened<'t> {
    /// The first line.
    pub(in crate::policy) manifest: Manifest,
    /// Id of the trusted key that signed; `None`: nobody asked.
    pub(in crate::policy) signer: Option<String>,
    pub(super) content: Form<'t>,
    /// The host kept it where nobody else writes, after all was checked.
    pub(super) is_vetted: bool,
}

/// Content in one of its forms.
#[derive(Debug)]
pub(super) enum Form<'t> {
    /// Both lines, and the second, which the first one names.
    Line(&'t str, &'t str),
    /// The compact form, not compared with the first line yet.
    Compact(Cow<'t, [u8]>),
}

/// Content as it was read, with its tables where they came apart from it.
pub(super) struct Read<'t> {
    pub(super) content: Content,
    pub(super) names: Names<'t>,
    pub(super) tables: Option<Tables>,
    /// Tables of breached credentials, by the entry's place.
    pub(super) breached: Vec<&'t [u8]>,
}

impl Read<'_> {
    /// Content in which everything stands.
    pub(super) fn within(content: Content) -> Self {
        Read { content, names: Names::Within, tables: None, breached: Vec::new() }
    }
}

/// Names that do not stand in the content.
pub(super) enum Names<'t> {
    /// None: they stand there.
    Within,
    /// In the compact form.
    Compact(compact::Names<'t>),
}

/// Ranges that are decoded already.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) networks: RangeTable,
    pub(super) asns: RangeTable,
    pub(super) countries: RangeTable,
}

impl<'t> Opened<'t> {
    /// Takes a bundle apart, checks the signature where `keys` are given, and compares the second line with the id in the first.
    pub(in crate::policy) fn new(bytes: &'t [u8], keys: &[TrustedKey]) -> Result<Self, Problems> {
        Opened::by(bytes, |first, manifest| signer(first, manifest, keys), false)
    }

    /// Takes a bundle apart that this host checked before, and kept where nobody else writes.
    /// Anybody can write a key's name: where no `keys` are trusted, nobody signed.
    pub(in crate::policy) fn vetted(bytes: &'t [u8], keys: &[TrustedKey]) -> Result<Self, Problems> {
        Opened::by(bytes, |_, manifest| Ok(manifest.key.clone().filter(|_| !keys.is_empty())), true)
    }

    fn by(
        bytes: &'t [u8],
        signer: impl FnOnce(&str, &Manifest) -> Result<Option<String>, Problems>,
        is_vetted: bool,
    ) -> Result<Self, Problems> {
        if bytes.len() > limits::BUNDLE {
            let message = format!("{} bytes", bytes.len());
            return Err(fail("", message, format!("a bundle has at most {}", limits::BUNDLE)));
        }
        let end = memchr::memchr(b'\n', bytes).and_then(|end| bytes.split_at_checked(end));
        let compact = end.and_then(|(first, rest)| Some((first, compact::find(rest.get(1..)?)?)));
        let (text, first, content) = match compact {
            Some((first, content)) => {
                let first = utf8(first)?;
                (first, first, Err(content))
            }
            None => {
                let (text, first, second) = lines(bytes)?;
                (text, first, Ok(second))
            }
        };
        let mut door = Door::new(text);
        if let Ok(Format { format }) = serde_json::from_str(first)
            && format != FORMAT
        {
            let remedy =
                format!("this version reads format {FORMAT}; use a newer one, or build the bundle for this one");
            return Err(fail("/manifest/format", format!("format {format} is not known"), remedy));
        }
        let Some(manifest) = door.read::<Manifest>(first, "/manifest") else {
            return Err(Problems::of(door.problems));
        };
        let signer = signer(first, &manifest)?;
        let content = match content {
            Err(compact) => Form::Compact(compact),
            Ok(second) => {
                let id = wire::content_id(second.as_bytes());
                if manifest.id != id {
                    let message = format!("the second line's SHA-256 is `{id}`, not `{}`", Quoted(&manifest.id));
                    return Err(fail("/manifest/id", message, "give what `weir build` wrote, unchanged"));
                }
                Form::Line(text, second)
            }
        };
        Ok(Opened { manifest, signer, content, is_vetted })
    }
}

/// Reads the second line.
pub(super) fn line<'t>(whole: &'t str, second: &'t str) -> Result<Read<'t>, Problems> {
    let mut door = Door::new(whole);
    match parts(&mut door, second, "/content") {
        Some(content) if door.problems.is_empty() => Ok(Read::within(content)),
        _ => Err(Problems::of(door.problems)),
    }
}

/// Reads the compact form but for its ranges; golden tests only where they are wanted.
pub(super) fn compact<'t>(compact: Compact<'t>, tables: Tables, wants_tests: bool) -> Result<Read<'t>, Problems> {
    let (rest, golden) = (utf8(compact.rest)?, utf8(compact.tests)?);
    let mut door = Door::new(rest);
    let content = parts(&mut door, rest, "/content");
    let Some(mut content) = content.filter(|_| door.problems.is_empty()) else {
        return Err(Problems::of(door.problems));
    };
    if wants_tests {
        let mut door = Door::new(golden);
        content.tests = tests(&mut door, Some(golden), "/content/tests");
        Problems::check(door.problems)?;
    }
    Ok(Read { content, names: Names::Compact(compact.names), tables: Some(tables), breached: compact.breached })
}

/// The whole text, and its two lines.
fn lines(text: &[u8]) -> Result<(&str, &str, &str), Problems> {
    let text = utf8(text)?;
    let Some((first, second)) = text.trim_end().split_once('\n') else {
        return Err(fail(
            "",
            "a bundle is two lines, this is one",
            "give what `weir build` wrote, unchanged; in YAML as a literal block (`|`)",
        ));
    };
    if second.contains('\n') {
        return Err(fail("", "a bundle is two lines, this is more", "give what `weir build` wrote, unchanged"));
    }
    Ok((text, first.trim_end(), second))
}

#[cfg(feature = "signatures")]
fn signer(line: &str, manifest: &Manifest, keys: &[TrustedKey]) -> Result<Option<String>, Problems> {
    if keys.is_empty() { Ok(None) } else { crate::policy::signature::check(line, manifest, keys).map(Some) }
}

/// Nothing counts as signed then; settings with keys are refused.
#[cfg(not(feature = "signatures"))]
fn signer(_: &str, _: &Manifest, _: &[TrustedKey]) -> Result<Option<String>, Problems> {
    Ok(None)
}

/// Reads content that stands alone.
pub(super) fn content(text: &str) -> Result<Content, Problems> {
    if text.len() > limits::BUNDLE {
        return Err(fail("", format!("{} bytes", text.len()), format!("content has at most {}", limits::BUNDLE)));
    }
    let mut door = Door::new(text);
    match parts(&mut door, text, "") {
        Some(content) if door.problems.is_empty() => Ok(content),
        _ => Err(Problems::of(door.problems)),
    }
}

fn parts<'t>(door: &mut Door<'t>, text: &'t str, at: &str) -> Option<Content> {
    let members = door.object(text, at, &MEMBERS)?;
    let place = |name: &str| format!("{at}/{name}");
    let settings = members.get("settings").and_then(|part| door.read::<BundleSettings>(part, &place("settings")));
    let networks = members.get("networks").and_then(|part| door.read::<wire::Networks>(part, &place("networks")));
    let weights = members
        .get("weights")
        .map_or_else(BTreeMap::new, |part| values::<i32>(door, part, &place("weights"), limits::REASONS));
    let lists = members
        .get("lists")
        .map_or_else(BTreeMap::new, |part| values::<Vec<String>>(door, part, &place("lists"), limits::LISTS));
    let names = names(door, members.get("names"), &place("names"));
    let endpoints = items::<Endpoint>(door, members.get("endpoints"), &place("endpoints"), limits::ENDPOINTS);
    let breached = items::<BreachedEntry>(door, members.get("breached"), &place("breached"), limits::BREACHED);
    let rate_limits = items::<RateLimit>(door, members.get("limits"), &place("limits"), limits::RATE_LIMITS);
    let allow = items::<AllowRule>(door, members.get("allow"), &place("allow"), limits::RULES);
    let rules = items::<Rule>(door, members.get("rules"), &place("rules"), limits::RULES);
    let tests = tests(door, members.get("tests"), &place("tests"));
    let Some(otherwise) = members.get("otherwise") else {
        door.problems.push(Problem::new(
            place("otherwise"),
            "missing member `otherwise`",
            "say what happens where no rule matches, such as `\"allow\"`",
        ));
        return None;
    };
    let otherwise = door.read::<Action>(otherwise, &place("otherwise"))?;
    Some(Content {
        settings: settings.unwrap_or_default(),
        weights,
        names,
        networks: networks.unwrap_or_default(),
        endpoints,
        lists,
        breached,
        limits: rate_limits,
        allow,
        rules,
        otherwise,
        tests,
    })
}

fn tests<'t>(door: &mut Door<'t>, part: Option<&'t str>, place: &str) -> Tests {
    let Some(part) = part else { return Tests::new() };
    let tests = values::<Vec<String>>(door, part, place, limits::TESTS);
    let requests = tests.values().fold(0u32, |sum, lines| sum.saturating_add(wire::requests(lines)));
    let requests = usize::try_from(requests).unwrap_or(usize::MAX);
    let bounds = [(part.len(), "bytes", limits::TESTS_BYTES), (requests, "requests", limits::TEST_REQUESTS)];
    for (count, what, most) in bounds.into_iter().filter(|(count, _, most)| count > most) {
        door.problems.push(Problem::new(place, format!("{count} {what}"), format!("at most {most} are allowed")));
    }
    tests
}

/// In one pass where nothing is wrong with them: they are half of most bundles. Item by item else, to say what is.
fn names<'t>(door: &mut Door<'t>, part: Option<&'t str>, place: &str) -> Vec<NamedEntry> {
    let read = part.and_then(|part| serde_json::from_str::<Vec<NamedEntry>>(part).ok());
    let fitting = read.filter(|names| names.len() <= limits::NAMES);
    fitting.unwrap_or_else(|| items(door, part, place, limits::NAMES))
}

/// Places are lost where an item could not be read; then the bundle is refused and nobody asks for them.
fn items<'t, T: Deserialize<'t>>(door: &mut Door<'t>, part: Option<&'t str>, place: &str, limit: usize) -> Vec<T> {
    part.map_or_else(Vec::new, |part| door.items(part, place, limit).into_iter().map(|(_, item)| item).collect())
}

fn values<'t, T: Deserialize<'t>>(
    door: &mut Door<'t>,
    part: &'t str,
    place: &str,
    limit: usize,
) -> BTreeMap<String, T> {
    let members = door.map(part, place).0;
    if members.len() > limit {
        let message = format!("{} members", members.len());
        door.problems.push(Problem::new(place, message, format!("at most {limit} are allowed")));
        return BTreeMap::new();
    }
    let read = |(name, value): (alloc::borrow::Cow<'t, str>, &'t serde_json::value::RawValue)| {
        let value = door.read::<T>(value.get(), &format!("{place}/{name}"))?;
        Some((name.into_owned(), value))
    };
    members.into_iter().filter_map(read).collect()
}

fn utf8(text: &[u8]) -> Result<&str, Problems> {
    core::str::from_utf8(text).map_err(|error| {
        let before = text.get(..error.valid_up_to()).unwrap_or(text);
        let line = before.iter().filter(|b| **b == b'\n').count().saturating_add(1);
        let column = before.iter().rev().take_while(|b| **b != b'\n').count().saturating_add(1);
        let position = Some(Position { line, column });
        let problem = Problem { position, ..Problem::new("", "not UTF-8", "give what `weir build` wrote, unchanged") };
        problem.into()
    })
}
