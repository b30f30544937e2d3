//! What tests compare with: texts, header values, addresses, each checked where it stands.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::text::Text;
use super::super::words::{Word, Words};
use super::super::{Address, Condition, Header, list};
use super::Scope;
use crate::bytes::is_own_header;
use crate::facts::Provenance;
use crate::limits;
use crate::policy::json::one_of;
use crate::policy::problem::Problem;
use crate::policy::wire;
use crate::request::{HeaderName, Prefix};
use crate::signals::infrastructure::NetworkKind;

impl Scope<'_> {
    pub(super) fn methods(&mut self, methods: Vec<String>, place: &str) -> Text {
        self.count(methods.len(), place);
        for (index, method) in methods.iter().enumerate() {
            if method.is_empty() || method.bytes().any(|b| !b.is_ascii_uppercase() && b != b'-') {
                let remedy = "write methods in upper case, as they are sent";
                self.wrong(&format!("{place}/{index}"), format!("`{method}` is no method"), remedy);
            }
        }
        Text::OneOf(list(methods))
    }

    pub(super) fn countries(&mut self, codes: Vec<String>, place: &str) -> Text {
        self.count(codes.len(), place);
        for (index, code) in codes.iter().enumerate() {
            if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
                let remedy = "write two upper-case letters (ISO 3166-1 alpha-2), such as `DE`";
                self.wrong(&format!("{place}/{index}"), format!("`{code}` is no country code"), remedy);
            }
        }
        Text::OneOf(list(codes))
    }

    pub(super) fn host(&mut self, text: wire::Text, place: &str) -> Text {
        if let wire::Text::Suffix(end) = &text
            && !end.starts_with('.')
        {
            let message = format!("`{end}` is also the end of other hosts' names");
            self.wrong(&format!("{place}/suffix"), message, format!("write `.{end}`, and `is` for the name itself"));
        }
        let upper = match &text {
            wire::Text::Is(t)
            | wire::Text::Prefix(t)
            | wire::Text::Suffix(t)
            | wire::Text::Contains(t)
            | wire::Text::Glob(t) => has_upper(t),
            wire::Text::OneOf(all) => all.iter().any(|t| has_upper(t)),
            wire::Text::In(name) => {
                self.lists.get(name).is_some_and(|list| list.iter().any(|t| t.iter().any(u8::is_ascii_uppercase)))
            }
        };
        if upper {
            self.wrong(place, "a host's name is compared in lower case", "write it in lower case");
        }
        self.text(text, place)
    }

    pub(super) fn path(&mut self, text: wire::Text, place: &str) -> Text {
        let starts: &[String] = match &text {
            wire::Text::Is(path) | wire::Text::Prefix(path) => core::slice::from_ref(path),
            wire::Text::OneOf(paths) => paths,
            _ => &[],
        };
        if let Some(path) = starts.iter().find(|path| !path.starts_with('/') && *path != "*") {
            self.wrong(place, format!("no path starts with `{path}`"), "start it with `/`");
        }
        self.text(text, place)
    }

    pub(super) fn text(&mut self, text: wire::Text, place: &str) -> Text {
        let bytes = |text: String| text.into_bytes().into_boxed_slice();
        let (name, size) = match &text {
            wire::Text::Is(t) => ("is", Some(t.len())),
            wire::Text::Prefix(t) => ("prefix", Some(t.len()).filter(|n| *n > 0)),
            wire::Text::Suffix(t) => ("suffix", Some(t.len()).filter(|n| *n > 0)),
            wire::Text::Contains(t) => ("contains", Some(t.len()).filter(|n| *n > 0)),
            wire::Text::Glob(t) => ("glob", t.split('*').map(str::len).max().filter(|n| *n > 0)),
            wire::Text::OneOf(all) => ("one_of", all.iter().map(String::len).max()),
            wire::Text::In(_) => ("in", Some(0)),
        };
        match size {
            None => self.wrong(&format!("{place}/{name}"), "it is empty", "say what to look for"),
            Some(size) if matches!(name, "contains" | "glob") && size > limits::CONTAINS => {
                let remedy = format!("at most {} can be searched for", limits::CONTAINS);
                self.wrong(&format!("{place}/{name}"), format!("{size} bytes"), remedy);
            }
            Some(size) if size > limits::TEXT => {
                let remedy = format!("at most {} are allowed", limits::TEXT);
                self.wrong(&format!("{place}/{name}"), format!("{size} bytes"), remedy);
            }
            Some(_) => {}
        }
        match text {
            wire::Text::Is(text) => Text::OneOf(list([text])),
            wire::Text::OneOf(texts) => {
                self.count(texts.len(), &format!("{place}/one_of"));
                Text::OneOf(list(texts))
            }
            wire::Text::In(name) => match self.lists.get(&name) {
                Some(list) => Text::OneOf(list.clone()),
                None => {
                    let known: Vec<&str> = self.lists.keys().map(String::as_str).collect();
                    let remedy = if known.is_empty() { "add it under `lists`".to_string() } else { one_of(&known) };
                    self.wrong(&format!("{place}/in"), format!("there is no list `{name}`"), remedy);
                    Text::OneOf(list([]))
                }
            },
            wire::Text::Prefix(text) => Text::Prefix(bytes(text)),
            wire::Text::Suffix(text) => Text::Suffix(bytes(text)),
            wire::Text::Contains(text) => {
                self.spend(limits::CONTAINS_NODES, place);
                Text::Contains(bytes(text))
            }
            wire::Text::Glob(text) => {
                let parts: Box<[Box<[u8]>]> = text.split('*').map(|part| part.as_bytes().into()).collect();
                let Some(searches) = parts.len().checked_sub(2) else { return Text::OneOf(list([text])) };
                self.spend(limits::CONTAINS_NODES.saturating_mul(searches), place);
                Text::Glob(parts)
            }
        }
    }

    pub(super) fn header(&mut self, test: wire::HeaderTest, place: &str) -> Condition {
        let name = test.name.as_bytes();
        let token = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.!#$%&'*+^`|~".contains(b);
        let at = format!("{place}/name");
        if name.is_empty() || name.len() > limits::NAME || !name.iter().all(token) {
            let remedy = format!("write it in lower case, at most {} bytes", limits::NAME);
            self.wrong(&at, format!("`{}` is no header name", test.name), remedy);
        } else if is_own_header(name) {
            self.wrong(&at, "headers of our own are removed from requests first", "test the score instead");
        }
        let header = match HeaderName::parse(name) {
            Some(known) => Header::Known(known),
            None => Header::Other(name.into()),
        };
        Condition::Header(header, test.value.map(|value| self.text(value, &format!("{place}/value"))))
    }

    pub(super) fn address(&mut self, test: wire::AddressTest, place: &str) -> Condition {
        let total = test.blocks.len().saturating_add(test.lists.len()).saturating_add(test.kinds.len());
        if total == 0 {
            self.wrong(place, "nothing to look for", "give `blocks`, `lists` or `kinds`");
        } else {
            self.count(total, place);
        }
        let mut blocks = Vec::new();
        for (index, text) in test.blocks.iter().enumerate() {
            match text.parse::<Prefix>() {
                Ok(block) => blocks.push(block),
                Err(error) => self.refuse_block(&format!("{place}/blocks/{index}"), text, &error.to_string()),
            }
        }
        let mut lists = 0u64;
        for (index, name) in test.lists.iter().enumerate() {
            match self.networks.bit(name) {
                Some(bit) => lists |= bit,
                None => {
                    let message = format!("there is no network list `{name}`");
                    self.wrong(&format!("{place}/lists/{index}"), message, "add it under `networks`");
                }
            }
        }
        let mut kinds = Vec::new();
        for (index, text) in test.kinds.iter().enumerate() {
            let at = format!("{place}/kinds/{index}");
            let Some(kind) = self.word::<NetworkKind>(text, &at) else { continue };
            if self.networks.lists().iter().all(|list| list.kind != kind) {
                self.wrong(&at, format!("there is no network list of kind `{text}`"), "add one under `networks`");
            }
            kinds.push(kind);
        }
        let at = format!("{place}/provenance");
        let mut provenance = self.optional::<Provenance>(test.provenance, &at);
        if provenance.is_empty() {
            provenance = Words(!Provenance::Unverified.bit());
        } else if provenance.has(Provenance::Unverified) {
            self.unverified.push(at);
        }
        Condition::Address(Address { blocks: blocks.into(), lists, kinds: kinds.into(), provenance })
    }

    pub(super) fn refuse_block(&mut self, place: &str, text: &str, error: &str) {
        let (message, remedy) = error.split_once("; ").unwrap_or((error, ""));
        self.wrong(place, format!("`{text}`: {message}"), remedy);
    }

    pub(crate) fn wrong(&mut self, place: &str, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Problem::new(place, message, remedy));
    }
}

fn has_upper(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_uppercase())
}
