//! From wire types to the checked bundle: names are resolved, numbers bounded, tables built.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::read::{self, Opened, Read, Tables};
use super::{Action, Bundle, Endpoint, RateLimit, Rule};
use crate::fingerprint::credentials::{Breached, BreachedKind, Fuse};
use crate::fingerprint::{Category, IdentitySource, Named, Names};
use crate::limits;
use crate::policy::compact;
use crate::policy::condition::{Guards, List, Scope, Word, list};
use crate::policy::json::one_of;
use crate::policy::problem::{Problem, Problems, Quoted};
use crate::policy::rule::check_name;
use crate::policy::wire::{self, Content};
use crate::score::Weights;
use crate::signals::infrastructure::{NetworkKind, NetworkList, Networks, RangeTable};
use crate::signals::{SIGNALS, SignalId};
use crate::state::Limits;

/// The manifest's checks and the content's, together.
pub(super) fn bundle(opened: &Opened<'_>, read: Read<'_>) -> Result<Bundle, Problems> {
    let Opened { manifest, signer, .. } = opened;
    let mut problems = Vec::new();
    if let (Some(from), Some(to)) = (manifest.not_before, manifest.expires)
        && from >= to
    {
        problems.push(Problem::new("/manifest/expires", "it expires before it may begin", "swap the times"));
    }
    let compiled = compile(read, "/content", &mut problems);
    Problems::check(problems)?;
    Ok(Bundle {
        id: manifest.id.clone(),
        serial: manifest.serial,
        signer: signer.clone(),
        not_before: manifest.not_before,
        expires: manifest.expires,
        ..compiled
    })
}

/// The content's checks alone; places start at its root.
pub(super) fn check(content: Content) -> Result<(), Problems> {
    let mut problems = Vec::new();
    compile(Read::within(content), "", &mut problems);
    Problems::check(problems)
}

fn compile(read: Read<'_>, at: &str, problems: &mut Vec<Problem>) -> Bundle {
    let Read { mut content, names: apart, tables, breached: filters } = read;
    let weights = weights(&content, at, problems);
    let identity = identity(content.settings.identity, &format!("{at}/settings/identity"), problems);
    let networks = networks(content.networks, tables, &format!("{at}/networks"), problems);
    let names = names(content.names, &apart, &networks, &format!("{at}/names"), problems);
    let endpoints = endpoints(content.endpoints, &format!("{at}/endpoints"), problems);
    let lists = lists(content.lists, &format!("{at}/lists"), problems);
    let breached = breached(content.breached, &filters, &format!("{at}/breached"), problems);
    let has_limits = !content.limits.is_empty();
    let limits = memory(&content.settings.limits, has_limits, &format!("{at}/settings/limits"), problems);
    let rate_limits = rate_limits(content.limits, &format!("{at}/limits"), problems);

    let disposable = lists.get("disposable_mail").cloned().unwrap_or_default();
    let mut scope = Scope {
        names: &names,
        networks: &networks,
        endpoints: &endpoints,
        lists: &lists,
        rate_limits: &rate_limits,
        problems: core::mem::take(problems),
        nodes: 0,
        unverified: Vec::new(),
    };
    let allow = content.allow.into_iter().enumerate();
    let allow: Vec<Rule> =
        allow.map(|(index, rule)| Rule::allow(rule, &format!("{at}/allow/{index}"), &mut scope)).collect();
    let rules = content.rules.into_iter().enumerate();
    let rules: Vec<Rule> =
        rules.map(|(index, rule)| Rule::compile(rule, &format!("{at}/rules/{index}"), &mut scope)).collect();
    *problems = scope.problems;
    let ids = (0usize..).zip(&allow).map(|(i, rule)| (format!("{at}/allow/{i}/id"), rule.id.as_str()));
    let more = (0usize..).zip(&rules).map(|(i, rule)| (format!("{at}/rules/{i}/id"), rule.id.as_str()));
    unique(ids.chain(more), problems);
    if let wire::Action::Limit(_) = content.otherwise {
        let message = "what happens to all other requests is no limit";
        let remedy = "limit in a last rule with `\"when\": \"true\"`, and say here what happens to those who keep it";
        problems.push(Problem::new(format!("{at}/otherwise"), message, remedy));
        content.otherwise = wire::Action::Allow;
    }
    let otherwise = Action::compile(content.otherwise, &[], &format!("{at}/otherwise"), problems);
    Bundle {
        id: String::new(),
        serial: 0,
        signer: None,
        not_before: None,
        expires: None,
        weights,
        identity,
        event_client: content.settings.event_client,
        limits,
        names,
        networks,
        endpoints,
        disposable,
        breached,
        rate_limits,
        guards: Guards::new(allow.iter().chain(&rules).map(|rule| &rule.when)),
        allow,
        rules,
        otherwise,
        tests: content.tests,
    }
}

fn weights(content: &Content, at: &str, problems: &mut Vec<Problem>) -> Weights {
    let mut weights = Weights::default();
    let mut bounded = |value: i32, least: i32, place: String| {
        if !(least..=limits::WEIGHT).contains(&value) {
            let remedy = format!("give a number from {least} to {} milli-nats", limits::WEIGHT);
            problems.push(Problem::new(place, format!("`{value}` is out of range"), remedy));
        }
        value
    };
    let settings = &content.settings;
    if let Some(prior) = settings.prior {
        weights.prior = bounded(prior, limits::WEIGHT.saturating_neg(), format!("{at}/settings/prior"));
    }
    let caps = &settings.caps;
    let named = [
        ("tools", caps.tools),
        ("infrastructure", caps.infrastructure),
        ("credentials", caps.credentials),
        ("behaviour", caps.behaviour),
    ];
    for (slot, (name, cap)) in weights.caps.iter_mut().zip(named) {
        if let Some(cap) = cap {
            *slot = bounded(cap, 0, format!("{at}/settings/caps/{name}"));
        }
    }
    for (id, weight) in &content.weights {
        let place = format!("{at}/weights/{id}");
        let weight = bounded(*weight, limits::WEIGHT.saturating_neg(), place);
        if let Some(signal) = SignalId::parse(id) {
            weights.set(signal, weight);
        }
    }
    for id in content.weights.keys().filter(|id| SignalId::parse(id).is_none()) {
        let known: Vec<&str> = SIGNALS.iter().map(|signal| signal.id).collect();
        let message = format!("no signal is called `{}`", Quoted(id));
        problems.push(Problem::new(format!("{at}/weights/{id}"), message, one_of(&known)));
    }
    thresholds(&mut weights, settings, at, problems);
    weights
}

fn memory(wire: &wire::Limits, has_limits: bool, place: &str, problems: &mut Vec<Problem>) -> Limits {
    let kept = Limits::default();
    let found = Limits {
        clients: wire.clients.unwrap_or(kept.clients),
        details: wire.details.unwrap_or(kept.details),
        addresses: wire.addresses.unwrap_or(kept.addresses),
        networks: wire.networks.unwrap_or(kept.networks),
        tools: wire.tools.unwrap_or(kept.tools),
        accounts: wire.accounts.unwrap_or(kept.accounts),
        endpoints: wire.endpoints.unwrap_or(kept.endpoints),
        sites: wire.sites.unwrap_or(kept.sites),
        cells: wire.cells.unwrap_or(if has_limits { limits::CELLS } else { kept.cells }),
    };
    if has_limits && found.cells == 0 {
        let message = "there are limits, and nothing to count in";
        problems.push(Problem::new(format!("{place}/cells"), message, "give at least one, or take the limits out"));
    }
    if found.bytes() > limits::STATE {
        let message = format!("records of these numbers take {} MiB", found.bytes() >> 20);
        problems.push(Problem::new(place, message, format!("at most {} MiB are allowed", limits::STATE >> 20)));
    }
    found
}

fn rate_limits(limits: Vec<wire::RateLimit>, place: &str, problems: &mut Vec<Problem>) -> Vec<RateLimit> {
    unique((0usize..).zip(&limits).map(|(i, limit)| (format!("{place}/{i}/id"), limit.id.as_str())), problems);
    let all = (0usize..).zip(limits);
    all.map(|(index, limit)| RateLimit::compile(limit, &format!("{place}/{index}"), problems)).collect()
}

fn thresholds(weights: &mut Weights, settings: &wire::BundleSettings, at: &str, problems: &mut Vec<Problem>) {
    let mut percent = |given: Option<u32>, name: &str, default: u8| match given.map(u8::try_from) {
        None => default,
        Some(Ok(value)) if (1..=100).contains(&value) => value,
        Some(_) => {
            let place = format!("{at}/settings/{name}");
            problems.push(Problem::new(place, "it is no score", "give a number from 1 to 100"));
            default
        }
    };
    weights.bot_threshold = percent(settings.bot_threshold, "bot_threshold", weights.bot_threshold);
    weights.human_threshold = percent(settings.human_threshold, "human_threshold", weights.human_threshold);
    if weights.human_threshold >= weights.bot_threshold {
        let message = format!("{} is not below the bot threshold {}", weights.human_threshold, weights.bot_threshold);
        problems.push(Problem::new(format!("{at}/settings/human_threshold"), message, "lower it"));
    }
}

fn identity(sources: Vec<wire::IdentitySource>, place: &str, problems: &mut Vec<Problem>) -> Vec<IdentitySource> {
    if sources.len() > limits::IDENTITY_SOURCES {
        let remedy = format!("at most {} are looked at", limits::IDENTITY_SOURCES);
        problems.push(Problem::new(place, format!("{} sources", sources.len()), remedy));
    }
    let mut bytes = |text: String, at: String| -> Box<[u8]> {
        let token = |b: u8| b.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]{}".contains(&b);
        if text.is_empty() || text.len() > limits::NAME || !text.bytes().all(token) {
            let remedy = format!("give its name as it is sent, at most {} bytes", limits::NAME);
            problems.push(Problem::new(at, format!("`{}` is no name", Quoted(&text)), remedy));
        }
        text.into_bytes().into()
    };
    let compile = |(index, source)| match source {
        wire::IdentitySource::Cookie(name) => IdentitySource::Cookie(bytes(name, format!("{place}/{index}/cookie"))),
        wire::IdentitySource::Header(name) => {
            IdentitySource::Header(bytes(name.to_ascii_lowercase(), format!("{place}/{index}/header")))
        }
        wire::IdentitySource::Jwt(jwt) => IdentitySource::Jwt {
            header: bytes(jwt.header.to_ascii_lowercase(), format!("{place}/{index}/jwt/header")),
            claim: bytes(jwt.claim, format!("{place}/{index}/jwt/claim")),
        },
    };
    (0usize..).zip(sources).map(compile).collect()
}

fn networks(wire: wire::Networks, tables: Option<Tables>, place: &str, problems: &mut Vec<Problem>) -> Networks {
    let mut lists = Vec::new();
    for (index, entry) in wire.lists.iter().enumerate() {
        check_name(&entry.name, &format!("{place}/lists/{index}/name"), problems);
        let kind = NetworkKind::parse(&entry.kind);
        if kind.is_none() {
            let message = format!("unknown word `{}`", Quoted(&entry.kind));
            let place = format!("{place}/lists/{index}/kind");
            problems.push(Problem::new(place, message, one_of(NetworkKind::NAMES)));
        }
        lists.push(NetworkList { name: entry.name.clone(), kind: kind.unwrap_or(NetworkKind::Custom) });
    }
    let mut sets = Vec::new();
    for (index, text) in wire.sets.iter().enumerate() {
        let set = u64::from_str_radix(text, 16);
        if set.is_err() {
            let message = format!("`{}` is no set of lists", Quoted(text));
            let remedy = "give a hexadecimal number with one bit a list";
            problems.push(Problem::new(format!("{place}/sets/{index}"), message, remedy));
        }
        sets.push(set.unwrap_or(0));
    }
    let tables = tables.unwrap_or_else(|| Tables {
        networks: table((&wire.v4, "v4"), (&wire.v6, "v6"), place, problems),
        asns: table((&wire.asn_v4, "asn_v4"), (&wire.asn_v6, "asn_v6"), place, problems),
        countries: table((&wire.country_v4, "country_v4"), (&wire.country_v6, "country_v6"), place, problems),
    });
    match Networks::new(lists, sets, tables.networks) {
        Ok(networks) => networks.with_asns(tables.asns).with_countries(tables.countries),
        Err(errors) => {
            problems.extend(errors.iter().map(|error| split(place.to_string(), error)));
            Networks::default()
        }
    }
}

fn table(v4: (&str, &str), v6: (&str, &str), place: &str, problems: &mut Vec<Problem>) -> RangeTable {
    let mut decoded = |(text, name): (&str, &str)| base64(text, format!("{place}/{name}"), problems);
    let (v4, name, v6) = (decoded(v4), v4.1, decoded(v6));
    RangeTable::decode(&v4, &v6).unwrap_or_else(|error| {
        problems.push(split(format!("{place}/{name}"), &error.to_string()));
        RangeTable::default()
    })
}

fn base64(text: &str, place: String, problems: &mut Vec<Problem>) -> Vec<u8> {
    BASE64_STANDARD.decode(text).unwrap_or_else(|error| {
        let message = format!("not base64: {}", error.to_string().to_lowercase());
        problems.push(Problem::new(place, message, "build the bundle again with `weir build`"));
        Vec::new()
    })
}

fn breached(entries: Vec<wire::BreachedEntry>, apart: &[&[u8]], place: &str, problems: &mut Vec<Problem>) -> Breached {
    let mut breached = Breached::default();
    for (index, entry) in (0usize..).zip(entries) {
        let place = format!("{place}/{index}");
        check_name(&entry.name, &format!("{place}/name"), problems);
        let kind = BreachedKind::parse(&entry.kind);
        if kind.is_none() {
            let message = format!("unknown word `{}`", Quoted(&entry.kind));
            problems.push(Problem::new(format!("{place}/kind"), message, one_of(&["passwords", "pairs"])));
        }
        let table = match apart.get(index) {
            Some(table) => table.to_vec(),
            None => base64(&entry.table, format!("{place}/table"), problems),
        };
        let seed = u64::from_str_radix(&entry.seed, 16).map_err(|_| "the seed is no number; give a hexadecimal one");
        match seed.and_then(|seed| Fuse::new(entry.bits, seed, entry.segment, table.into())) {
            Ok(filter) => breached.push(kind.unwrap_or(BreachedKind::Passwords), filter),
            Err(error) => problems.push(split(place, error)),
        }
    }
    breached
}

/// A message of an earlier stage: what is wrong; what to do.
pub(super) fn split(place: String, text: &str) -> Problem {
    let (message, remedy) = text.split_once("; ").unwrap_or((text, ""));
    Problem::new(place, message, remedy)
}

fn names(
    entries: Vec<wire::NamedEntry>,
    apart: &read::Names<'_>,
    networks: &Networks,
    place: &str,
    problems: &mut Vec<Problem>,
) -> Names {
    let mut table = Vec::new();
    let mut add = |entry: compact::Named<'_>| {
        let index = table.len();
        let category = Category::named(&entry.category);
        if category.is_none() {
            let message = format!("unknown word `{}`", Quoted(&entry.category));
            let place = format!("{place}/{index}/category");
            problems.push(Problem::new(place, message, one_of(Category::NAMES)));
        }
        if let Some(ranges) = entry.ranges.as_ref().filter(|ranges| networks.bit(ranges).is_none()) {
            let message = format!("there is no network list `{}`", Quoted(ranges));
            problems.push(Problem::new(format!("{place}/{index}/ranges"), message, "add it under `networks`"));
        }
        table.push(Named {
            token: entry.token.into_owned(),
            name: entry.name.into_owned(),
            category: category.unwrap_or(Category::OtherCrawler),
            operator: entry.operator.map(Cow::into_owned),
            ranges: entry.ranges.map(Cow::into_owned),
            generic: entry.generic,
        });
    };
    entries.into_iter().for_each(|entry| add(entry.into()));
    if let read::Names::Compact(names) = apart
        && names.each(&mut add).is_none()
    {
        problems.push(Problem::new(place, "the compact form's names are cut or too long", "build the bundle again"));
    }
    Names::new(table).unwrap_or_else(|errors| {
        problems.extend(errors.iter().map(|error| split(format!("{place}/{}", error.index), &error.message)));
        Names::default()
    })
}

fn endpoints(wire: Vec<wire::Endpoint>, place: &str, problems: &mut Vec<Problem>) -> Vec<Endpoint> {
    for (index, endpoint) in wire.iter().enumerate() {
        check_name(&endpoint.id, &format!("{place}/{index}/id"), problems);
        if let Some(label) = &endpoint.label {
            check_name(label, &format!("{place}/{index}/label"), problems);
        }
    }
    unique((0usize..).zip(&wire).map(|(i, endpoint)| (format!("{place}/{i}/id"), endpoint.id.as_str())), problems);
    let all = wire.into_iter().enumerate();
    let mut endpoints: Vec<Endpoint> =
        all.map(|(index, one)| Endpoint::compile(one, &format!("{place}/{index}"), problems)).collect();
    Endpoint::sort(&mut endpoints);
    endpoints
}

fn lists(lists: BTreeMap<String, Vec<String>>, place: &str, problems: &mut Vec<Problem>) -> BTreeMap<String, List> {
    for (name, texts) in &lists {
        let place = format!("{place}/{name}");
        check_name(name, &place, problems);
        if texts.len() > limits::LIST_ITEMS {
            let remedy = format!("at most {} are allowed", limits::LIST_ITEMS);
            problems.push(Problem::new(&place, format!("{} items", texts.len()), remedy));
        }
        if let Some(index) = texts.iter().position(|text| text.len() > limits::TEXT) {
            let remedy = format!("at most {} bytes are allowed", limits::TEXT);
            problems.push(Problem::new(format!("{place}/{index}"), "it is too long", remedy));
        }
    }
    lists.into_iter().map(|(name, texts)| (name, list(texts))).collect()
}

fn unique<'n>(names: impl Iterator<Item = (String, &'n str)>, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for (place, name) in names {
        if !seen.insert(name) {
            let message = format!("`{}` is taken", Quoted(name));
            problems.push(Problem::new(place, message, "give each a name of its own"));
        }
    }
}
