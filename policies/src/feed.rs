//! Feeds: lists of networks, of domains and of breached passwords that a program keeps current, with their source, licence, date and age, and signed where that is wanted.
//!
//! A feed is a text file as other network lists are, with a head that `weir feed update` writes:
//!
//! ```text
//! # weir feed 1
//! # name: tor
//! # kind: tor
//! # source: https://check.torproject.org/torbulkexitlist (CC0-1.0, 2026-11-22)
//! # stale after: 7 days
//! # signature: 21fe31dfa154a261 <base64>
//! 192.0.2.1/32
//! ```

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_compact::{PublicKey, Signature};
use filter_core::policy::TrustedKey;
use filter_core::request::Prefix;

/// The first line.
const FIRST: &str = "# weir feed 1";

/// What DSSE calls the payload's type: a signature over a bundle is none over a feed.
const TYPE: &str = "application/vnd.weir.feed+text";

/// What one feed holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Its name: that of the file too, and what rules call the list.
    pub name: String,
    /// What it means to be in it: a network kind's name, or one of [`Kind`]'s.
    pub kind: String,
    /// Whose list it is and what it holds, for people.
    pub about: Option<String>,
    /// Where the blocks came from: address, licence, and the day on which that was the source's latest.
    pub sources: Vec<(String, String, String)>,
    /// Days after which it is stale.
    pub stale_days: u32,
    /// What it holds.
    pub body: Body,
}

/// What a feed holds, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Blocks of addresses.
    Blocks(Vec<Prefix>),
    /// Blocks with an AS number or a country's code each.
    Marked(Vec<(Prefix, String)>),
    /// Domains.
    Domains(Vec<String>),
    /// A filter over breached passwords or pairs.
    Filter(Filter),
}

/// A filter as [`Fuse`](filter_core::fingerprint::credentials::Fuse) reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Keys that are in it.
    pub keys: u64,
    /// Bits of a place: 8 or 16.
    pub bits: u32,
    /// What keys are mixed with.
    pub seed: u64,
    /// Places of a segment.
    pub segment: u32,
    /// The places; of 16 bits the lower byte first.
    pub table: Vec<u8>,
}

/// Kinds of feeds that are no network lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Domains of throw-away mail.
    DisposableMail,
    /// Which AS announces an address.
    Asn,
    /// Which country an address is registered in.
    Country,
    /// Passwords known from breaches.
    BreachedPasswords,
    /// Names and passwords known from breaches.
    BreachedPairs,
}

impl Kind {
    const ALL: [(Kind, &'static str); 5] = [
        (Kind::DisposableMail, "disposable_mail"),
        (Kind::Asn, "asn"),
        (Kind::Country, "country"),
        (Kind::BreachedPasswords, "breached_passwords"),
        (Kind::BreachedPairs, "breached_pairs"),
    ];

    /// Reads the form used in feeds.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, name)| *name == word).map(|(kind, _)| kind)
    }

    /// The form used in feeds.
    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

/// A key, and what signs bytes with it.
pub type Signer<'s> = (&'s TrustedKey, &'s dyn Fn(&[u8]) -> [u8; 64]);

/// Writes the file, signed where there is a signer.
pub fn write(feed: &Feed, sign: Option<Signer<'_>>) -> String {
    let plain = |text: &str| text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let mut head = vec![FIRST.to_owned(), format!("# name: {}", feed.name), format!("# kind: {}", feed.kind)];
    head.extend(feed.about.iter().map(|about| format!("# about: {}", plain(about))));
    head.extend(
        feed.sources
            .iter()
            .map(|(address, licence, date)| format!("# source: {} ({}, {date})", plain(address), plain(licence))),
    );
    head.push(format!("# stale after: {} days", feed.stale_days));
    if let Body::Filter(Filter { keys, bits, seed, segment, .. }) = &feed.body {
        head.push(format!("# filter: {keys} keys, {bits} bits, seed {seed:016x}, segments of {segment}"));
    }
    let head: String = head.into_iter().map(|line| line + "\n").collect();
    let body = body(&feed.body);
    let signed = sign.map_or_else(String::new, |(key, sign)| {
        let signature = STANDARD.encode(sign(&message(&format!("{head}{body}"))));
        format!("# signature: {} {signature}\n", key.id())
    });
    format!("{head}{signed}{body}")
}

fn body(body: &Body) -> String {
    let block = |block: &Prefix| format!("{}/{}", block.address(), block.length());
    match body {
        Body::Blocks(blocks) => blocks.iter().map(|one| block(one) + "\n").collect(),
        Body::Marked(blocks) => blocks.iter().map(|(one, mark)| format!("{} {mark}\n", block(one))).collect(),
        Body::Domains(domains) => domains.iter().map(|domain| format!("{domain}\n")).collect(),
        Body::Filter(filter) => {
            filter.table.chunks(LINE).flat_map(|bytes| [STANDARD.encode(bytes), "\n".to_owned()]).collect()
        }
    }
}

/// Bytes of a filter on a line; a multiple of three, so that lines of base64 can be joined.
const LINE: usize = 3 * 1024;

/// What a feed's head says of its filter, and its table.
pub(crate) fn filter(text: &str) -> Option<Filter> {
    let mut words = value(text, "filter")?.split([' ', ',']).filter(|word| !word.is_empty());
    let keys = words.next()?.parse().ok()?;
    let bits = words.nth(1)?.parse().ok()?;
    let seed = u64::from_str_radix(words.nth(2)?, 16).ok()?;
    let segment = words.nth(2)?.parse().ok()?;
    let lines = text.lines().filter(|line| !line.starts_with('#')).map(str::trim);
    let table: Result<Vec<Vec<u8>>, _> = lines.map(|line| STANDARD.decode(line)).collect();
    Some(Filter { keys, bits, seed, segment, table: table.ok()?.concat() })
}

/// What kind of feed a text is, where it is no network list.
pub(crate) fn kind(text: &str) -> Option<Kind> {
    Kind::parse(value(text, "kind")?)
}

/// The day on which all of a list's sources were the latest.
pub(crate) fn date(text: &str) -> Option<String> {
    let head = text.lines().take_while(|line| line.starts_with('#'));
    let sources = head.filter_map(|line| line.strip_prefix("# source: "));
    let dates = sources.filter_map(|source| Some(source.trim().trim_end_matches(')').rsplit_once(", ")?.1));
    dates.min().map(str::to_owned)
}

/// Says what is wrong with a file as a feed: message and remedy. Without keys nobody need vouch for it.
pub(crate) fn check(text: &str, name: &str, keys: &[TrustedKey]) -> Result<(), (String, String)> {
    let wrong = |message: String, remedy: &str| Err((message, remedy.to_owned()));
    let update = "make it with `weir feed update`, or put it under `networks`";
    if text.lines().next() != Some(FIRST) {
        return wrong(format!("no feed: its first line is not `{FIRST}`"), update);
    }
    let own = value(text, "name").unwrap_or_default();
    if own != name {
        return wrong(format!("the feed `{own}` in a file called `{name}`"), "rename the file");
    }
    if stale_days(text).is_none() {
        return wrong("it does not say when it is stale".to_owned(), update);
    }
    if keys.is_empty() {
        return Ok(());
    }
    let Some((id, signature)) = value(text, "signature").and_then(|value| value.split_once(' ')) else {
        return wrong("nobody signed it".to_owned(), "run `weir feed update` with `--key`, or remove `feed_keys`");
    };
    let Some(key) = keys.iter().find(|key| key.id() == id) else {
        return wrong(format!("key `{id}` signed it"), "add its line to `feed_keys`, if you trust it");
    };
    let unsigned: String = text.split_inclusive('\n').filter(|line| !line.starts_with("# signature: ")).collect();
    let signature = STANDARD.decode(signature).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
    let public = PublicKey::from_slice(key.as_bytes()).ok();
    let is_good =
        public.zip(signature).is_some_and(|(key, signature)| key.verify(message(&unsigned), &signature).is_ok());
    if is_good {
        Ok(())
    } else {
        wrong("it is not what was signed".to_owned(), "fetch it again with `weir feed update`")
    }
}

/// Days after which a list counts as stale, where its head says so.
pub(crate) fn stale_days(text: &str) -> Option<u32> {
    value(text, "stale after")?.strip_suffix(" days")?.parse().ok().filter(|days| *days > 0)
}

/// A value of the head.
fn value<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let head = text.lines().take_while(|line| line.starts_with('#'));
    let mut values = head.filter_map(|line| line.strip_prefix("# ")?.strip_prefix(name)?.strip_prefix(": "));
    values.next().map(str::trim)
}

/// DSSE's pre-authentication encoding (v1.0.2).
fn message(text: &str) -> Vec<u8> {
    format!("DSSEv1 {} {TYPE} {} {text}", TYPE.len(), text.len()).into_bytes()
}

#[cfg(test)]
mod tests {
    use ed25519_compact::{KeyPair, Seed};

    use super::*;

    fn feed() -> Feed {
        Feed {
            name: "bad".into(),
            kind: "reputation".into(),
            about: Some("two\nlines".into()),
            sources: vec![("https://example.org/list".into(), "CC0-1.0".into(), "2026-11-22".into())],
            stale_days: 7,
            body: Body::Blocks(vec!["192.0.2.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()]),
        }
    }

    #[test]
    fn a_signed_feed_is_what_was_signed() {
        let pair = KeyPair::from_seed(Seed::new([7; 32]));
        let key = TrustedKey::from_bytes(*pair.pk);
        let sign = |message: &[u8]| *pair.sk.sign(message, None);
        let text = write(&feed(), Some((&key, &sign)));
        let other = TrustedKey::from_bytes([9; 32]);
        assert_eq!(check(&text, "bad", &[other.clone(), key.clone()]), Ok(()));
        assert_eq!(check(&text, "bad", &[]), Ok(()));
        assert_eq!(stale_days(&text), Some(7));
        let said = |text: &str, name, keys: &[TrustedKey]| check(text, name, keys).unwrap_err().0;
        assert_eq!(said(&text, "good", &[]), "the feed `bad` in a file called `good`");
        assert_eq!(said(&text, "bad", &[other]), format!("key `{}` signed it", key.id()));
        assert_eq!(said(&write(&feed(), None), "bad", std::slice::from_ref(&key)), "nobody signed it");
        assert_eq!(said("# kind: tor\n", "bad", &[]), "no feed: its first line is not `# weir feed 1`");
        for changed in [
            text.replace("192.0.2.0/24", "192.0.3.0/24"),
            text.replace("2026-11-22", "2026-11-23"),
            format!("{text}203.0.113.0/24\n"),
            text.replace("# kind: reputation\n", "# kind: reputation\n# kind: crawler\n"),
        ] {
            assert_eq!(said(&changed, "bad", std::slice::from_ref(&key)), "it is not what was signed");
        }
    }

    #[test]
    fn a_filter_comes_back_as_it_was() {
        let table: Vec<u8> = (0..10_000u32).map(|n| n as u8).collect();
        let filter_in = Filter { keys: 7, bits: 8, seed: 0xfeed, segment: 16, table };
        let text = write(&Feed { body: Body::Filter(filter_in.clone()), ..feed() }, None);
        assert!(text.contains("# filter: 7 keys, 8 bits, seed 000000000000feed, segments of 16\n"), "{}", &text[..300]);
        assert_eq!(filter(&text), Some(filter_in));
        assert_eq!(date(&text).as_deref(), Some("2026-11-22"));
        assert_eq!(filter(&text.replace("seed 0", "seed x")), None);
        assert_eq!(filter(&format!("{text}!\n")), None);
    }
}
