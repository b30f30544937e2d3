//! A folder, an HTTP endpoint or a vendor's key-value store: bytes by name, replaced in one step.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use ureq::Agent;
use ureq::http::Response;

use super::ShelfError;
use super::api::TOKENS;
use super::kv::{Kv, changed};
use crate::files;

/// A file has at most so many bytes; a bundle has 4 MiB.
pub(super) const LONGEST: u64 = 64 << 20;

/// Where files are kept.
pub enum Place {
    /// A folder.
    Folder(PathBuf),
    /// An endpoint that answers `GET` and `PUT` below a URL.
    Http(Http),
    /// A key-value store at an edge.
    Kv(Kv),
}

/// One thing that lies there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item<'a> {
    /// What hosts get.
    Pointer,
    /// What was put there.
    Log,
    /// A bundle by the SHA-256 of its bytes.
    Blob(&'a str),
}

impl Item<'_> {
    /// Its file's name, on the shelf `name`.
    pub(super) fn file(self, name: &str) -> String {
        match self {
            Item::Pointer => format!("{name}.json"),
            Item::Log => format!("{name}.history.jsonl"),
            Item::Blob(sum) => format!("blobs/{sum}.json"),
        }
    }
}

/// An endpoint.
pub struct Http {
    base: String,
    token: Option<String>,
    agent: Agent,
}

/// What a file was when it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tag {
    /// It was not there.
    #[default]
    Absent,
    /// Its entity tag, or what stands for one.
    Is(String),
    /// It was there, and the place does not say how to tell it from another.
    Unknown,
}

impl Place {
    /// `fastly:STORE_ID`, `cloudflare:ACCOUNT_ID/NAMESPACE_ID`, a URL, or else a folder. The token, if any, goes with each HTTP request as
    /// `Authorization: Bearer`, or to the vendor in place of the one that `variable`, which reads the environment, has for it.
    ///
    /// # Errors
    /// Where a vendor's store is misnamed, or its token is not set, or the place is of a kind that nobody here knows.
    pub fn new(
        given: &str,
        token: Option<String>,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ShelfError> {
        let given_or_set = |name: &str| match &token {
            Some(token) if TOKENS.contains(&name) => Some(token.clone()),
            _ => variable(name),
        };
        if let Some(kv) = Kv::parse(given, &given_or_set) {
            return kv.map(Place::Kv);
        }
        if !given.starts_with("http://") && !given.starts_with("https://") {
            let kind = given.split_once(':').map(|(kind, _)| kind.to_ascii_lowercase()).unwrap_or_default();
            if given.contains("://") || ["fastly", "cloudflare"].contains(&kind.as_str()) {
                return Err(ShelfError::Place(format!(
                    "`{given}` is no place; give a folder, a URL with http:// or https://, fastly:STORE_ID or cloudflare:ACCOUNT_ID/NAMESPACE_ID"
                )));
            }
            return Ok(Place::Folder(PathBuf::from(given)));
        }
        let agent = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(30)))
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .into();
        Ok(Place::Http(Http { base: given.trim_end_matches('/').to_owned(), token, agent }))
    }

    /// Its bytes and tag; `None`: it is not there.
    pub(super) fn get(&self, name: &str, item: Item<'_>) -> Result<Option<(Vec<u8>, Tag)>, ShelfError> {
        let file = item.file(name);
        match self {
            Place::Folder(folder) => match std::fs::read(folder.join(&file)) {
                Ok(bytes) => {
                    let tag = Tag::Is(super::sha256(&bytes));
                    Ok(Some((bytes, tag)))
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(ShelfError::Place(format!("`{}`: {error}", folder.join(&file).display()))),
            },
            Place::Http(http) => http.get(&file),
            Place::Kv(kv) => kv.get(name, item),
        }
    }

    /// Replaces it; with a tag only if it is still what it was.
    pub(super) fn put(
        &self,
        name: &str,
        item: Item<'_>,
        bytes: &[u8],
        only_if: Option<&Tag>,
    ) -> Result<(), ShelfError> {
        let file = item.file(name);
        match self {
            Place::Folder(folder) => {
                let path = folder.join(&file);
                let tag = self.get(name, item)?.map(|(_, tag)| tag).unwrap_or_default();
                if only_if.is_some_and(|expected| *expected != tag) {
                    return Err(changed(&file));
                }
                let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
                let written = made.and_then(|()| files::replace(&path, bytes));
                written.map_err(|error| ShelfError::Place(format!("`{}`: {error}", path.display())))
            }
            Place::Http(http) => http.put(&file, bytes, only_if),
            Place::Kv(kv) => kv.put(name, item, bytes, only_if),
        }
    }
}

impl Http {
    fn get(&self, name: &str) -> Result<Option<(Vec<u8>, Tag)>, ShelfError> {
        let url = self.url(name);
        let mut request = self.agent.get(&url);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut answer = request.call().map_err(|error| failed(&url, &error))?;
        match answer.status().as_u16() {
            200 => {
                let tag = answer.headers().get("etag").and_then(|value| value.to_str().ok()).map(str::to_owned);
                let bytes = answer.body_mut().with_config().limit(LONGEST).read_to_vec();
                let bytes = bytes.map_err(|error| failed(&url, &error))?;
                // A weak one never matches (RFC 9110, 13.1.1).
                let tag = tag.filter(|tag| !tag.starts_with("W/")).map_or(Tag::Unknown, Tag::Is);
                Ok(Some((bytes, tag)))
            }
            404 | 410 => Ok(None),
            status => Err(ShelfError::Place(format!("`{url}` answered {status}"))),
        }
    }

    fn put(&self, name: &str, bytes: &[u8], only_if: Option<&Tag>) -> Result<(), ShelfError> {
        let url = self.url(name);
        let mut request = self.agent.put(&url).header("content-type", "application/json");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request = match only_if {
            None => request,
            Some(Tag::Absent) => request.header("if-none-match", "*"),
            Some(Tag::Is(tag)) => request.header("if-match", tag),
            Some(Tag::Unknown) => return Err(untagged(&url)),
        };
        let answer: Response<_> = request.send(bytes).map_err(|error| failed(&url, &error))?;
        match answer.status().as_u16() {
            200..=299 => Ok(()),
            409 | 412 => Err(changed(name)),
            401 | 403 => Err(ShelfError::Place(format!(
                "`{url}` answered {}: you may not write there; give a token with --token-file",
                answer.status().as_u16()
            ))),
            status => Err(ShelfError::Place(format!("`{url}` answered {status} to PUT"))),
        }
    }

    fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.base)
    }
}

fn failed(url: &str, error: &ureq::Error) -> ShelfError {
    ShelfError::Place(format!("`{url}`: {error}"))
}

/// Written all the same, two pushes at once would lose one, and nobody would know.
fn untagged(url: &str) -> ShelfError {
    ShelfError::Place(format!(
        "`{url}` comes without a strong `ETag`, so a push could undo somebody else's unseen; use a server that sends one, or push to \
         its folder"
    ))
}

impl std::fmt::Debug for Place {
    /// Says nothing of the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Folder(folder) => write!(f, "Place({})", folder.display()),
            Place::Http(http) => write!(f, "Place({})", http.base),
            Place::Kv(kv) => write!(f, "Place({kv:?})"),
        }
    }
}
