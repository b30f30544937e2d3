//! One vector, parsed into owned facts.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use siphasher::sip::SipHasher24;

use super::BASES;
use crate::facts::{ClientFacts, Fact, Facts, Header, HeaderOrder, Ja4By, Provenance, TlsFacts, TlsVersion};
use crate::fingerprint::Fingerprint;
use crate::fingerprint::credentials::Attempt;
use crate::fingerprint::id::{Id, field};
use crate::request::{ClientAddressSettings, Request};
use crate::signals::Seen;
use crate::signals::infrastructure::{Origin, sample};
use crate::state::{LoginResult, Memory};

/// A request's facts, owned.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Method.
    pub method: String,
    /// `https` or `http`.
    pub secure: bool,
    /// Host name.
    pub authority: String,
    /// Path and query.
    pub path: String,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// Client address.
    pub from: IpAddr,
    /// Where the address came from.
    pub provenance: Provenance,
    /// Networks the address is in: kind and list name.
    pub networks: Vec<(String, String)>,
    version: String,
    pseudo: Option<String>,
    tls: TlsVersion,
    ja4: Option<String>,
    ja4_by: Ja4By,
    /// Path before `{n}` was replaced.
    pub(super) written: String,
    /// Status of the answer.
    pub(super) answer: Option<u16>,
    /// Headers of the answer.
    pub(super) gives: Vec<String>,
    /// Much is known of the site.
    pub(super) site_known: bool,
    /// Much is known of each endpoint.
    pub(super) endpoint_known: bool,
    /// Client address before `{n}` was replaced.
    pub(super) from_written: Option<String>,
    /// What came of what it tried, other than a login.
    pub(super) tried: Option<LoginResult>,
    /// The login or sign-up that it is.
    pub(super) login: Login,
}

/// What a login is, and what came of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Login {
    user: String,
    password: String,
    mask: String,
    is_sign_up: bool,
    is_disposable: bool,
    is_breached: bool,
    is_breached_pair: bool,
    pub(super) result: Option<LoginResult>,
    /// Much is known of the site's logins.
    pub(super) site_known: bool,
}

impl Login {
    /// As the core would find it; `{n}` stands for the request's number.
    pub(super) fn attempt(&self, number: usize) -> Option<Attempt> {
        let hash = |text: &str| {
            let text = text.replace("{n}", &number.to_string());
            let mut hasher = Id::hasher(SipHasher24::new(), b"vector");
            field(&mut hasher, text.as_bytes());
            if text.is_empty() { 0 } else { Id::finish(&hasher).bits() }
        };
        let (account, password, mask) = (hash(&self.user), hash(&self.password), hash(&self.mask));
        let Login { is_sign_up, is_disposable, is_breached, is_breached_pair, .. } = *self;
        let found = Attempt { is_sign_up, account, password, mask, is_disposable, is_breached, is_breached_pair };
        (account != 0).then_some(found)
    }
}

impl Sample {
    /// Reads the form described in [the module above](super).
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().ok_or("empty")?;
        let mut sample = match first.strip_prefix("like ") {
            Some(base) => {
                let found = BASES.iter().find(|(name, _)| *name == base).ok_or_else(|| format!("no base `{base}`"))?;
                Self::parse(found.1)?
            }
            None => Self::request_line(first)?,
        };
        for line in lines {
            sample.apply(line)?;
        }
        Ok(sample)
    }

    /// The same with some lines changed, from the path as it was written.
    pub(super) fn with_changes(mut self, lines: &[&str]) -> Result<Self, String> {
        self.path = self.written.clone();
        lines.iter().filter(|line| !line.is_empty()).try_for_each(|line| self.apply(line))?;
        Ok(self)
    }

    /// Lends the facts.
    pub fn with<T>(&self, f: impl FnOnce(&Facts<'_>) -> T) -> T {
        let headers: Vec<Header<'_>> =
            self.headers.iter().map(|(n, v)| Header { name: n.as_bytes(), value: v.as_bytes() }).collect();
        let optional = |text: &'_ Option<String>| text.is_some();
        let tls = TlsFacts {
            version: if self.secure { Fact::Present(self.tls) } else { Fact::Absent },
            ja4: match (&self.ja4, self.secure) {
                (Some(ja4), true) => Fact::Present(ja4.as_bytes()),
                (_, false) => Fact::Absent,
                (None, true) => Fact::Unknown,
            },
            ja4_by: self.ja4_by,
            ..TlsFacts::default()
        };
        let facts = Facts {
            method: self.method.as_bytes(),
            scheme: Fact::Present(if self.secure { b"https" } else { b"http" }),
            authority: self.authority.as_bytes(),
            path: self.path.as_bytes(),
            version: Fact::Present(self.version.as_bytes()),
            pseudo_order: if optional(&self.pseudo) {
                Fact::Present(self.pseudo.as_deref().unwrap_or_default().as_bytes())
            } else {
                Fact::Unknown
            },
            headers: &headers,
            header_order: HeaderOrder::Kept,
            client: ClientFacts {
                address: Fact::Present(self.from),
                provenance: self.provenance,
                ..ClientFacts::default()
            },
            tls,
            ..Facts::default()
        };
        f(&facts)
    }

    fn request_line(line: &str) -> Result<Self, String> {
        let wrong = || format!("`{line}` is not `METHOD URL HTTP/VERSION`");
        let mut words = line.split(' ');
        let (method, url, version) =
            words.next().zip(words.next()).zip(words.next()).map(|((m, u), v)| (m, u, v)).ok_or_else(wrong)?;
        let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
        let at = rest.find('/').ok_or_else(wrong)?;
        let (authority, path) = rest.split_at_checked(at).ok_or_else(wrong)?;
        Ok(Sample {
            method: method.to_owned(),
            secure: scheme == "https",
            authority: authority.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            from: IpAddr::from([203, 0, 113, 7]),
            provenance: Provenance::Peer,
            networks: Vec::new(),
            version: version.strip_prefix("HTTP/").ok_or_else(wrong)?.to_owned(),
            pseudo: None,
            tls: TlsVersion::V1_3,
            ja4: None,
            ja4_by: Ja4By::Spec,
            written: path.to_owned(),
            answer: None,
            gives: Vec::new(),
            site_known: false,
            endpoint_known: false,
            from_written: None,
            tried: None,
            login: Login::default(),
        })
    }

    fn apply(&mut self, line: &str) -> Result<(), String> {
        if let Some(fact) = line.strip_prefix('@') {
            let (name, value) = fact.split_once('=').ok_or_else(|| format!("`{line}` is not `@fact=value`"))?;
            return self.set(name, value);
        }
        if let Some(name) = line.strip_prefix('-') {
            self.headers.retain(|(other, _)| other != name);
            return Ok(());
        }
        if let Some(name) = line.strip_prefix('<') {
            let at = self.headers.iter().position(|(other, _)| other == name).ok_or_else(|| format!("no `{name}`"))?;
            let header = self.headers.remove(at);
            self.headers.insert(0, header);
            return Ok(());
        }
        let (append, line) = line.strip_prefix('+').map_or((false, line), |rest| (true, rest));
        let (name, value) = line.split_once(':').ok_or_else(|| format!("`{line}` is not `name: value`"))?;
        let value = value.trim().to_string();
        match self.headers.iter_mut().find(|(other, _)| other == name) {
            Some(header) if !append => header.1 = value,
            _ => self.headers.push((name.to_owned(), value)),
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let owned = value.to_owned();
        match name {
            "method" => self.method = owned,
            "path" => self.path = owned,
            "authority" => self.authority = owned,
            "version" => self.version = owned,
            "pseudo" => self.pseudo = Some(owned),
            "ja4" => self.ja4 = Some(owned),
            "ja4_by" => self.ja4_by = if value == "envoy" { Ja4By::Envoy } else { Ja4By::Spec },
            "tls" => self.tls = TlsVersion::parse(value.as_bytes()).ok_or("unknown TLS version")?,
            "from" if value.contains("{n}") => self.from_written = Some(owned),
            "from" => {
                self.from_written = None;
                self.from = value.parse().map_err(|_| format!("`{value}` is no address"))?;
            }
            "provenance" => {
                let all = [Provenance::Peer, Provenance::Hop, Provenance::Cdn, Provenance::Unverified];
                self.provenance = *all.iter().find(|p| p.as_str() == value).ok_or("unknown provenance")?;
            }
            "headers" => {
                let count: usize = value.parse().map_err(|_| "not a number")?;
                self.headers.extend((0..count).map(|n| (format!("x-filler-{n}"), String::new())));
            }
            "network" => {
                let (kind, list) = value.split_once(':').ok_or("network is `kind:list`")?;
                self.networks.push((kind.to_owned(), list.to_owned()));
            }
            "answer" => self.answer = Some(value.parse().map_err(|_| "not a status")?),
            "gives" => self.gives.push(owned),
            "user" => self.login.user = owned,
            "password" => self.login.password = owned,
            "mask" => self.login.mask = owned,
            "login" => {
                self.login.result = Some(if value == "failed" { LoginResult::Failed } else { LoginResult::Passed })
            }
            "signs_up" => (self.login.is_sign_up, self.login.is_disposable) = (true, value == "throwaway"),
            "breached" => {
                (self.login.is_breached, self.login.is_breached_pair) = (value == "password", value == "pair");
            }
            "logins" => self.login.site_known = value == "known",
            "site" => self.site_known = value == "known",
            "endpoint" => self.endpoint_known = value == "known",
            "tried" => self.tried = Some(if value == "refused" { LoginResult::Failed } else { LoginResult::Passed }),
            _ => return Err(format!("no fact `{name}`")),
        }
        Ok(())
    }
}

impl Sample {
    /// Runs the stages before the signals, with a small table of names, and lends what they made.
    pub fn see<T>(&self, f: impl FnOnce(&Seen<'_>) -> T) -> T {
        let names = sample::names();
        let lists: Vec<(&str, &str)> = self.networks.iter().map(|(kind, name)| (&**kind, &**name)).collect();
        let networks = sample::networks(self.from, &lists).unwrap_or_default();
        self.with(|facts| {
            let request = Request::new(facts, &ClientAddressSettings::default());
            let fingerprint = Fingerprint::new(&request, &names);
            let origin = Origin::new(&request, &fingerprint, &networks);
            let memory = Memory::default();
            f(&Seen { request: &request, fingerprint: &fingerprint, origin: &origin, memory: &memory, now: 0 })
        })
    }
}
