//! Which feeds there are: a file of JSON with comments.

use std::path::{Path, PathBuf};

use filter_core::limits;
use filter_core::signals::infrastructure::NetworkKind;
use policy_compiler::feed::Kind;
use policy_compiler::{Code, Diagnostic, locate, without_comments};
use serde::Deserialize;
use serde_json::Value;

use super::form::Holds;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Folder that the feeds go to, relative to this file's.
    pub into: PathBuf,
    /// Each feed.
    pub feeds: Vec<Entry>,
}

/// One feed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What rules call it, and its file.
    pub name: String,
    /// What it means to be in it: `hosting`, `vpn`, `tor`, `reputation`, `crawler` ...; or `disposable_mail`, `asn`, `country`.
    pub kind: String,
    /// Whose list it is, for people.
    #[serde(default)]
    pub about: Option<String>,
    /// URLs, or files relative to this file's folder; all of them together are the feed.
    pub from: Vec<String>,
    /// What they look like.
    #[serde(default)]
    pub form: Form,
    /// Under which licence they may be used.
    pub licence: String,
    /// Days after which the feed is stale.
    pub stale_days: u32,
    /// Entries may be wider than a /8 of IPv4 or a /16 of IPv6, or private; without it such are passed over.
    #[serde(default)]
    pub any_width: bool,
}

/// What a list looks like.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Form {
    /// An address, a block or `first-last` a line; what follows a space, `;`, `,` or `#` is not looked at. Plain lists, Spamhaus DROP and CrowdSec as text.
    #[default]
    Lines,
    /// `prefixes` with `ipv4Prefix` and `ipv6Prefix`: Google, Bing, OpenAI, Apple, Perplexity.
    Google,
    /// Pointers to texts, `*` for every item: `["/prefixes/*/ip_prefix"]`.
    Json(Vec<String>),
    /// The same, an object a line: Spamhaus DROP as JSON, `["/cidr"]`.
    JsonLines(Vec<String>),
    /// Comma-separated values.
    Csv(Csv),
    /// A MaxMind database.
    Mmdb(Mmdb),
}

/// Which columns: one with blocks, addresses or domains, or two with the first and last of a range. By the name in the first row, or by number from 1.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Csv {
    /// Blocks or addresses, or the first address of a range.
    pub column: String,
    /// Last address of a range.
    #[serde(default)]
    pub last: Option<String>,
    /// AS number or country's code, for feeds of the kinds `asn` and `country`.
    #[serde(default)]
    pub value: Option<String>,
    /// What stands between columns; a comma.
    #[serde(default)]
    pub delimiter: Option<char>,
    /// Only rows with these values: column and value.
    #[serde(default, rename = "where")]
    pub only: Vec<(String, String)>,
}

/// Which networks: those whose record has one of the values at a pointer, such as `/autonomous_system_number`. For feeds of the kinds `asn` and
/// `country` what stands there is the value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mmdb {
    /// Pointer into the record.
    pub at: String,
    /// Values; none: any.
    #[serde(default)]
    pub is: Vec<Value>,
}

impl Entry {
    /// What its lists hold; `None` for a kind that `weir feed update` does not make.
    pub fn holds(&self) -> Option<Holds> {
        match Kind::parse(&self.kind) {
            Some(Kind::DisposableMail) => Some(Holds::Domains),
            Some(Kind::Asn) => Some(Holds::Asns),
            Some(Kind::Country) => Some(Holds::Countries),
            Some(Kind::BreachedPasswords | Kind::BreachedPairs) => None,
            None => NetworkKind::parse(&self.kind).map(|_| Holds::Networks),
        }
    }

    /// What its form does not say though its kind needs it.
    fn lacks(&self) -> Option<(&'static str, &'static str)> {
        match (self.holds()?, &self.form) {
            (Holds::Asns | Holds::Countries, Form::Csv(Csv { value: Some(_), .. }) | Form::Mmdb(_)) => None,
            (Holds::Asns | Holds::Countries, Form::Csv(_)) => {
                Some(("which column has the value is not said", "add `value` to `csv`"))
            }
            (Holds::Asns | Holds::Countries, _) => {
                Some(("its entries would have no values", "use `csv` with `value`, or `mmdb`"))
            }
            (Holds::Domains, Form::Google | Form::Mmdb(_)) => {
                Some(("such lists hold no domains", "use `lines`, `json` or `csv`"))
            }
            (Holds::Networks, Form::Mmdb(Mmdb { is, .. })) if is.is_empty() => {
                Some(("every network would be in it", "say which values count in `is`"))
            }
            _ => None,
        }
    }
}

impl Config {
    /// Reads the file's text.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(file: &Path, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let name = file.display().to_string();
        let plain = without_comments(text);
        let config: Config = serde_json::from_str(&plain).map_err(|error| {
            let before: usize = plain.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            let at = before.saturating_add(error.column().saturating_sub(1)).min(plain.len());
            let full = error.to_string();
            let message = full.split(" at line ").next().unwrap_or(&full).to_owned();
            let remedy = "see `weir feed update --help` for the form";
            vec![Diagnostic::new(Code::FEED_CONFIG, (&name, text), at..at, message, remedy)]
        })?;
        let mut wrong = Vec::new();
        let mut say = |place: String, message: String, remedy: &str| {
            let span = locate(&plain, &place).0;
            wrong.push(Diagnostic::new(Code::FEED_CONFIG, (&name, text), span, message, remedy).at(place));
        };
        for (index, entry) in config.feeds.iter().enumerate() {
            let place = |part: &str| format!("/feeds/{index}/{part}");
            let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
            if entry.name.is_empty() || entry.name.len() > limits::NAME || !entry.name.bytes().all(is_plain) {
                say(
                    place("name"),
                    format!("`{}` is no name", entry.name.escape_debug()),
                    "use `a`-`z`, `0`-`9`, `_` and `-`",
                );
            }
            if config.feeds.iter().take(index).any(|other| other.name == entry.name) {
                say(place("name"), format!("`{}` is there already", entry.name), "give each feed a name of its own");
            }
            if entry.holds().is_none() {
                let remedy = "write `hosting`, `vpn`, `tor`, `proxy`, `relay`, `cdn`, `reputation`, `crawler` or `custom`; \
                              `disposable_mail`, `asn` or `country`; `weir feed passwords` makes feeds of passwords";
                say(place("kind"), format!("`{}` is no kind of feed", entry.kind.escape_debug()), remedy);
            }
            if let Some((message, remedy)) = entry.lacks() {
                say(place("form"), message.into(), remedy);
            }
            if entry.from.is_empty() {
                say(place("from"), "it comes from nowhere".into(), "give a URL or a file");
            }
            if entry.licence.trim().is_empty() {
                say(
                    place("licence"),
                    "under which licence may it be used?".into(),
                    "write its name, or whose terms hold",
                );
            }
            if entry.stale_days == 0 {
                say(place("stale_days"), "it would be stale at once".into(), "give at least 1");
            }
            let pointers: &[String] = match &entry.form {
                Form::Json(pointers) | Form::JsonLines(pointers) => pointers,
                Form::Mmdb(mmdb) => std::slice::from_ref(&mmdb.at),
                _ => &[],
            };
            if let Some(pointer) = pointers.iter().find(|pointer| !pointer.starts_with('/')) {
                say(
                    place("form"),
                    format!("`{}` is no pointer", pointer.escape_debug()),
                    "start it with `/`, as `/prefixes/*/ip_prefix`",
                );
            }
        }
        if wrong.is_empty() { Ok(config) } else { Err(wrong) }
    }
}
