//! Host settings: what belongs to one host and never travels in a bundle. The same names on every host.

mod candidate;
mod secret;
#[cfg(test)]
mod tests;

pub use candidate::CandidateSettings;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Deserialize;

use super::TrustedKey;
use super::json::Door;
use super::problem::{Problem, Problems};
use crate::keys::Keys;
use crate::limits;
use crate::request::{ClientAddressSettings, HeaderName, Prefix};

/// Host settings, checked.
///
/// ```
/// use filter_core::policy::Settings;
/// let text = br#"{"poll":{"url":"https://bundles.example/default.json"},"allow_unsigned":true,
///                 "secret":"correct horse battery staple","client_address":{"trusted_hops":1}}"#;
/// assert_eq!(Settings::parse(text).unwrap().client_address.trusted_hops, 1);
/// assert!(Settings::parse(b"{}").is_err(), "no bundle");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where the bundle comes from.
    pub source: BundleSource,
    /// Keys of which one must have signed a bundle: `ed25519:` and base64, as `weir keygen` prints them. While a key is
    /// replaced both stand here.
    pub trusted_keys: Vec<TrustedKey>,
    /// Bundles are loaded whoever signed them. Not beside `trusted_keys`.
    pub allow_unsigned: bool,
    /// Bundles with a lower serial are not loaded, whoever signed them; 0 by default. A host that starts anew knows of no earlier one:
    /// without this it takes any that a trusted key ever signed, from whoever can serve it.
    pub min_serial: u64,
    /// Ids of bundles that may not be loaded, under no serial and whoever signed them.
    pub quarantined: Vec<String>,
    /// Keys for ids, receipts and signatures, from `secret` (a text of 16 bytes or more, the same on every host of a
    /// tenant). `None`: events carry no client and no identity, and bundles that tag are refused.
    pub keys: Option<Keys>,
    /// Which hops may speak for the client: `{trusted_hops, trusted_proxies, header, appends_peer}`. By default none.
    pub client_address: ClientAddressSettings,
    /// This node's name, for logs and status.
    pub node: Option<String>,
    /// Of a million requests that pass without an event, so many get one all the same, chosen by a keyed hash; 0 by default.
    pub event_share: u32,
    /// A bundle that is tried beside the one that serves; by default none.
    pub candidate: Option<CandidateSettings>,
}

/// Where the bundle comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BundleSource {
    /// The caller has it already, as tools do.
    #[default]
    Given,
    /// The two lines are in the settings.
    Inline(String),
    /// It is asked for again and again. Until the first answer `start` serves; without it every request passes unjudged.
    Poll {
        /// Where from, and how often.
        poll: Poll,
        /// The two lines to start with: `bundle` beside `poll`.
        start: Option<String>,
    },
}

/// Where and how often a host asks for its bundle: `{cluster, path}`, `{url}` or `{store, key}`, and `interval`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    /// Name of the host's upstream cluster, on hosts that have such (Envoy).
    #[serde(default)]
    pub cluster: Option<String>,
    /// Path and query, with `cluster`.
    #[serde(default)]
    pub path: Option<String>,
    /// Whole URL, on hosts that fetch by themselves.
    #[serde(default)]
    pub url: Option<String>,
    /// Name of the host's key-value store, on hosts that have such (Fastly, Cloudflare).
    #[serde(default)]
    pub store: Option<String>,
    /// Key of the bundle's first line, with `store`.
    #[serde(default)]
    pub key: Option<String>,
    /// Seconds between two questions, 1 to 86,400; 30 by default.
    #[serde(default = "thirty")]
    pub interval: u32,
}

/// `client_address` as written.
#[derive(Default)]
struct ClientAddress {
    trusted_hops: u32,
    trusted_proxies: Vec<String>,
    header: Option<String>,
    appends_peer: Option<bool>,
}

impl ClientAddress {
    fn read<'t>(door: &mut Door<'t>, part: &'t str) -> Self {
        let at = "/client_address";
        let known = ["trusted_hops", "trusted_proxies", "header", "appends_peer"];
        let Some(members) = door.object(part, at, &known) else { return ClientAddress::default() };
        let place = |name: &str| format!("{at}/{name}");
        let hops = members.get("trusted_hops").and_then(|part| door.read(part, &place("trusted_hops")));
        let proxies = members.get("trusted_proxies").and_then(|part| door.read(part, &place("trusted_proxies")));
        let header = members.get("header").and_then(|part| door.read(part, &place("header")));
        let appends_peer = members.get("appends_peer").and_then(|part| door.read(part, &place("appends_peer")));
        let (trusted_hops, trusted_proxies) = (hops.unwrap_or_default(), proxies.unwrap_or_default());
        ClientAddress { trusted_hops, trusted_proxies, header, appends_peer }
    }
}

const MEMBERS: [&str; 11] = [
    "bundle",
    "poll",
    "trusted_keys",
    "allow_unsigned",
    "min_serial",
    "quarantined",
    "secret",
    "client_address",
    "node",
    "event_share",
    "candidate",
];

/// What an event share is a part of.
pub(crate) const EVENT_SHARES: u64 = 1_000_000;

impl Settings {
    /// Reads host settings: one JSON object.
    ///
    /// A bundle in it is not looked at yet: that is [`Bundle::parse`](super::Bundle::parse)'s work.
    ///
    /// # Errors
    /// Everything that is wrong with them, at once.
    pub fn parse(text: &[u8]) -> Result<Self, Problems> {
        if text.len() > limits::SETTINGS {
            let remedy = format!("at most {} are allowed", limits::SETTINGS);
            return Err(Problem::new("", format!("{} bytes", text.len()), remedy).into());
        }
        let text = core::str::from_utf8(text)
            .map_err(|_| Problems::from(Problem::new("", "not UTF-8", "write the settings as JSON")))?;
        let mut door = Door::new(text);
        let Some(members) = door.object(text, "", &MEMBERS) else { return Err(Problems::of(door.problems)) };
        let bundle = members.get("bundle").and_then(|part| door.read::<String>(part, "/bundle"));
        let poll = members.get("poll").and_then(|part| door.read::<Poll>(part, "/poll"));
        let trusted = members.get("trusted_keys").and_then(|part| door.read::<Vec<String>>(part, "/trusted_keys"));
        let quarantined = members.get("quarantined").and_then(|part| door.read::<Vec<String>>(part, "/quarantined"));
        let min_serial = members.get("min_serial").and_then(|part| door.read::<u64>(part, "/min_serial"));
        let unsigned = members.get("allow_unsigned").and_then(|part| door.read::<bool>(part, "/allow_unsigned"));
        let secret = members.get("secret").and_then(|part| door.read::<String>(part, "/secret"));
        let node = members.get("node").and_then(|part| door.read::<String>(part, "/node"));
        let share = members.get("event_share").and_then(|part| door.read::<u32>(part, "/event_share"));
        let address = members.get("client_address").map(|part| ClientAddress::read(&mut door, part));
        let candidate = members.get("candidate").and_then(|part| CandidateSettings::read(&mut door, part));

        let problems = &mut door.problems;
        let polled = poll.as_ref().inspect(|poll| check_poll(poll, "", problems)).is_some();
        if members.get("bundle").is_none() && members.get("poll").is_none() {
            let remedy = "give `bundle` (the two lines as a string) or `poll`";
            problems.push(Problem::new("", "no bundle is given", remedy));
        }
        let trusted_keys = check_keys(trusted.unwrap_or_default(), unsigned == Some(true), problems);
        let quarantined = check_ids(quarantined.unwrap_or_default(), problems);
        let keys = secret
            .and_then(|secret| Settings::keys_of(secret.as_bytes()).map_err(|problem| problems.push(problem)).ok());
        if let Some(name) = node.as_ref().filter(|name| !is_node(name)) {
            let message = format!("`{}` is no name", name.escape_debug());
            let remedy = format!("use printable ASCII without spaces, at most {} bytes", limits::NAME);
            problems.push(Problem::new("/node", message, remedy));
        }
        if let Some(share) = share.filter(|share| u64::from(*share) > EVENT_SHARES) {
            let message = format!("{share} is more than {EVENT_SHARES}");
            problems.push(Problem::new("/event_share", message, "give how many of a million requests get an event"));
        }
        let client_address = check_address(address.unwrap_or_default(), problems);
        Problems::check(core::mem::take(problems))?;
        let source = match (bundle, poll) {
            (start, Some(poll)) if polled => BundleSource::Poll { poll, start },
            (Some(bundle), _) => BundleSource::Inline(bundle),
            (None, _) => BundleSource::Given,
        };
        Ok(Settings {
            source,
            trusted_keys,
            allow_unsigned: unsigned.unwrap_or(false),
            min_serial: min_serial.unwrap_or(0),
            quarantined,
            keys,
            client_address,
            node,
            event_share: share.unwrap_or(0),
            candidate,
        })
    }
}

fn thirty() -> u32 {
    30
}

fn is_node(name: &str) -> bool {
    !name.is_empty() && name.len() <= limits::NAME && name.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(feature = "signatures")]
fn check_keys(texts: Vec<String>, allow_unsigned: bool, problems: &mut Vec<Problem>) -> Vec<TrustedKey> {
    if texts.len() > limits::TRUSTED_KEYS {
        let remedy = format!("at most {} are allowed", limits::TRUSTED_KEYS);
        problems.push(Problem::new("/trusted_keys", format!("{} keys", texts.len()), remedy));
    }
    if allow_unsigned && !texts.is_empty() {
        let message = "with this, what is signed by nobody would load beside what is signed by a trusted key";
        problems.push(Problem::new("/allow_unsigned", message, "take it out, or `trusted_keys`"));
    }
    let mut keys = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        match TrustedKey::parse(text) {
            Some(key) => keys.push(key),
            None => {
                let message = format!("`{}` is no public key", text.escape_debug());
                let remedy = "give the line that `weir keygen` prints, which starts with `ed25519:`";
                problems.push(Problem::new(format!("/trusted_keys/{index}"), message, remedy));
            }
        }
    }
    keys
}

/// Keys that cannot be used are not passed over: whoever lists them expects them to count.
#[cfg(not(feature = "signatures"))]
fn check_keys(texts: Vec<String>, _: bool, problems: &mut Vec<Problem>) -> Vec<TrustedKey> {
    if !texts.is_empty() {
        let remedy = "take `trusted_keys` out and set `allow_unsigned`";
        problems.push(Problem::new("/trusted_keys", "this build cannot check signatures", remedy));
    }
    Vec::new()
}

fn check_ids(mut ids: Vec<String>, problems: &mut Vec<Problem>) -> Vec<String> {
    ids.iter_mut().for_each(|id| id.make_ascii_lowercase());
    if let Some(index) = ids.iter().position(|id| id.len() != 64 || !id.bytes().all(|digit| digit.is_ascii_hexdigit()))
    {
        let place = format!("/quarantined/{index}");
        problems.push(Problem::new(place, "it is no id", "give its 64 hexadecimal digits"));
    }
    ids
}

/// `at`: what the poll stands in.
fn check_poll(poll: &Poll, at: &str, problems: &mut Vec<Problem>) {
    let mut wrong = |name: &str, message: String, remedy: &str| {
        problems.push(Problem::new(format!("{at}/poll{name}"), message, remedy));
    };
    let mut unclear = || {
        let remedy = "give `cluster` and `path`, or `url` alone, or `store` and `key`";
        wrong("", "not clear where to ask".to_owned(), remedy);
    };
    match (&poll.cluster, &poll.path, &poll.url) {
        (None, None, None) if poll.store.is_some() && poll.key.is_some() => {}
        _ if poll.store.is_some() || poll.key.is_some() => unclear(),
        (Some(_), Some(path), None) if !path.starts_with('/') => {
            wrong("/path", format!("`{}` is no path", path.escape_debug()), "start it with `/`");
        }
        (Some(_), Some(_), None) => {}
        (None, None, Some(url)) if url.starts_with("https://") || url.starts_with("http://") => {}
        (None, None, Some(url)) => {
            wrong("/url", format!("`{}` is no URL", url.escape_debug()), "start it with `https://`");
        }
        _ => unclear(),
    }
    if !(1..=86_400).contains(&poll.interval) {
        wrong("/interval", format!("`{}` is out of range", poll.interval), "give 1 to 86400 seconds");
    }
}

fn check_address(wire: ClientAddress, problems: &mut Vec<Problem>) -> ClientAddressSettings {
    let trusted_hops = u8::try_from(wire.trusted_hops).unwrap_or(u8::MAX);
    if usize::from(trusted_hops) > limits::FORWARDED_HOPS {
        let place = "/client_address/trusted_hops";
        let remedy = format!("at most {} are looked at", limits::FORWARDED_HOPS);
        problems.push(Problem::new(place, format!("{} hops", wire.trusted_hops), remedy));
    }
    if wire.trusted_proxies.len() > limits::TRUSTED_PROXIES {
        let remedy = format!("at most {} are allowed", limits::TRUSTED_PROXIES);
        let message = format!("{} blocks", wire.trusted_proxies.len());
        problems.push(Problem::new("/client_address/trusted_proxies", message, remedy));
    }
    let mut proxies = Vec::new();
    for (index, text) in wire.trusted_proxies.iter().enumerate() {
        match text.parse::<Prefix>() {
            Ok(block) => proxies.push(block),
            Err(error) => {
                let error = error.to_string();
                let (message, remedy) = error.split_once("; ").unwrap_or((&error, ""));
                let place = format!("/client_address/trusted_proxies/{index}");
                problems.push(Problem::new(place, format!("`{}`: {message}", text.escape_debug()), remedy));
            }
        }
    }
    let header = wire.header.as_ref().and_then(|name| {
        let known = HeaderName::parse(name.as_bytes()).filter(|name| ADDRESS_HEADERS.contains(name));
        if known.is_none() {
            let names = ADDRESS_HEADERS.map(HeaderName::as_str);
            let message = format!("`{}` is no header that carries one address", name.escape_debug());
            problems.push(Problem::new("/client_address/header", message, super::json::one_of(&names)));
        }
        known
    });
    if wire.header.is_some() && wire.trusted_proxies.is_empty() {
        let message = "anybody could send this header";
        let remedy = "list the proxies that overwrite it under `trusted_proxies`";
        problems.push(Problem::new("/client_address/header", message, remedy));
    }
    ClientAddressSettings { trusted_hops, trusted_proxies: proxies, header, appends_peer: wire.appends_peer }
}

/// Headers that some CDN or proxy overwrites with the client's one address.
const ADDRESS_HEADERS: [HeaderName; 5] = [
    HeaderName::CfConnectingIp,
    HeaderName::TrueClientIp,
    HeaderName::FastlyClientIp,
    HeaderName::XRealIp,
    HeaderName::XEnvoyExternalAddress,
];
