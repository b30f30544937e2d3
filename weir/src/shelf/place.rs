//! A folder, or an HTTP endpoint: bytes by name, replaced in one step.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use ureq::Agent;
use ureq::http::Response;

use super::ShelfError;
use crate::files;

/// A file has at most so many bytes; a bundle has 4 MiB.
const LONGEST: u64 = 64 << 20;

/// Where files are kept.
pub enum Place {
    /// A folder.
    Folder(PathBuf),
    /// An endpoint that answers `GET` and `PUT` below a URL.
    Http(Http),
}

/// An endpoint.
pub struct Http {
    base: String,
    token: Option<String>,
    agent: Agent,
}

/// What a file was when it was read: its entity tag. The default: it was not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag(Option<String>);

impl Place {
    /// A URL, or else a folder. The token, if any, goes with each HTTP request as `Authorization: Bearer`.
    pub fn new(given: &str, token: Option<String>) -> Self {
        if !given.starts_with("http://") && !given.starts_with("https://") {
            return Place::Folder(PathBuf::from(given));
        }
        let agent = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(30)))
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .into();
        Place::Http(Http { base: given.trim_end_matches('/').to_owned(), token, agent })
    }

    /// A file's bytes and tag; `None`: it is not there.
    pub(super) fn get(&self, name: &str) -> Result<Option<(Vec<u8>, Tag)>, ShelfError> {
        match self {
            Place::Folder(folder) => match std::fs::read(folder.join(name)) {
                Ok(bytes) => {
                    let tag = Tag(Some(super::sha256(&bytes)));
                    Ok(Some((bytes, tag)))
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(ShelfError::Place(format!("`{}`: {error}", folder.join(name).display()))),
            },
            Place::Http(http) => http.get(name),
        }
    }

    /// Replaces a file; with a tag only if it is still what it was.
    pub(super) fn put(&self, name: &str, bytes: &[u8], only_if: Option<&Tag>) -> Result<(), ShelfError> {
        match self {
            Place::Folder(folder) => {
                let path = folder.join(name);
                let tag = self.get(name)?.map(|(_, tag)| tag).unwrap_or_default();
                if only_if.is_some_and(|expected| *expected != tag) {
                    return Err(changed(name));
                }
                let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
                let written = made.and_then(|()| files::replace(&path, bytes));
                written.map_err(|error| ShelfError::Place(format!("`{}`: {error}", path.display())))
            }
            Place::Http(http) => http.put(name, bytes, only_if),
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
                // Without a tag nothing can be compared: the file is there, and that is all that is known.
                Ok(Some((bytes, Tag(Some(tag.unwrap_or_else(|| "*".into()))))))
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
            Some(Tag(None)) => request.header("if-none-match", "*"),
            Some(Tag(Some(tag))) => request.header("if-match", tag),
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

fn changed(name: &str) -> ShelfError {
    ShelfError::Place(format!("somebody else changed `{name}` meanwhile; look at `weir history` and try again"))
}

impl std::fmt::Debug for Place {
    /// Says nothing of the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Folder(folder) => write!(f, "Place({})", folder.display()),
            Place::Http(http) => write!(f, "Place({})", http.base),
        }
    }
}
