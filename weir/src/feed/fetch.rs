//! Lists from where they are published: only what changed is sent again.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ureq::Agent;

use crate::input::Input;
use crate::{files, time};

/// Bytes of one list, unpacked.
const LONGEST: u64 = 256 << 20;

/// Bytes between two words about progress.
const STEP: usize = 64 << 10;

/// A list as it is now.
#[derive(Debug)]
pub struct Fetched {
    /// Its bytes, unpacked.
    pub bytes: Vec<u8>,
    /// The day on which this was the latest: today for what was asked of its publisher, its own for a file.
    pub date: String,
    /// Its publisher had nothing newer than we had.
    pub is_unchanged: bool,
}

/// What was known of a list when it was fetched.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Known {
    url: String,
    etag: Option<String>,
    modified: Option<String>,
}

/// Fetches lists, and keeps them in a folder for the next time.
pub struct Fetcher {
    agent: Agent,
    cache: PathBuf,
}

impl Fetcher {
    /// Keeps what it fetches in `cache`.
    pub fn new(cache: PathBuf) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(300)))
            .timeout_connect(Some(Duration::from_secs(15)))
            .http_status_as_error(false)
            .max_redirects(3)
            .user_agent(concat!("weir/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Fetcher { agent, cache }
    }

    /// A list by its URL, or a file by its path; `told` hears bytes so far, and all of them where that is known.
    ///
    /// # Errors
    /// Where it cannot be had, or has more bytes than a list may have.
    pub fn fetch(&self, from: &str, folder: &Path, told: &mut dyn FnMut(u64, Option<u64>)) -> Result<Fetched, String> {
        if from.starts_with("http://") || from.starts_with("https://") {
            return self.url(from, told);
        }
        let path = folder.join(from);
        let failed = |error: std::io::Error| format!("`{}`: {error}", path.display());
        let bytes = whole(Input::open(&path).map_err(failed)?)?;
        let changed = std::fs::metadata(&path).and_then(|meta| meta.modified()).map_err(failed)?;
        let since = changed.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Ok(Fetched { bytes, date: day(u64::try_from(since.as_millis()).unwrap_or(0)), is_unchanged: false })
    }

    fn url(&self, url: &str, told: &mut dyn FnMut(u64, Option<u64>)) -> Result<Fetched, String> {
        let failed = |error: &dyn std::fmt::Display| format!("`{url}`: {error}");
        let (body, about) = (self.kept(url, "list"), self.kept(url, "json"));
        let known: Known =
            std::fs::read(&about).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        let mut request = self.agent.get(url);
        if known.url == url && body.exists() {
            for (name, value) in [("if-none-match", &known.etag), ("if-modified-since", &known.modified)] {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
        }
        let mut answer = request.call().map_err(|error| failed(&error))?;
        let today = day(time::now());
        match answer.status().as_u16() {
            304 => {
                let input = Input::open(&body).map_err(|error| failed(&error))?;
                return Ok(Fetched { bytes: whole(input)?, date: today, is_unchanged: true });
            }
            200 => {}
            status => return Err(failed(&format!("answered {status}"))),
        }
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let known = Known { url: url.to_owned(), etag: header("etag"), modified: header("last-modified") };
        let length = header("content-length").and_then(|length| length.parse().ok());
        let mut packed = Vec::new();
        let mut reader = answer.body_mut().with_config().limit(LONGEST).reader();
        let mut buffer = vec![0; STEP];
        loop {
            match reader.read(&mut buffer).map_err(|error| failed(&error))? {
                0 => break,
                count => packed.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            }
            told(packed.len() as u64, length);
        }
        if length.is_some_and(|length| length != packed.len() as u64) {
            return Err(failed(&"the answer ends too early"));
        }
        let bytes = whole(Input::new(std::io::Cursor::new(packed.clone()), None).map_err(|error| failed(&error))?)?;
        std::fs::create_dir_all(&self.cache).map_err(|error| failed(&error))?;
        let about_text = serde_json::to_vec(&known).map_err(|error| failed(&error))?;
        // The list before what is known of it: a crash between the two fetches it again.
        let _ = std::fs::remove_file(&about);
        files::replace(&body, &packed)
            .and_then(|()| files::replace(&about, &about_text))
            .map_err(|error| failed(&error))?;
        Ok(Fetched { bytes, date: today, is_unchanged: false })
    }

    /// Where a URL's list is kept.
    fn kept(&self, url: &str, ending: &str) -> PathBuf {
        let name = crate::shelf::sha256(url.as_bytes());
        self.cache.join(format!("{}.{ending}", name.get(..16).unwrap_or(&name)))
    }
}

fn whole(input: Input) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    input.take(LONGEST.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LONGEST { Err(format!("it has more than {LONGEST} bytes")) } else { Ok(bytes) }
}

/// The day of a time, in UTC.
fn day(t: u64) -> String {
    time::show(t).get(..10).unwrap_or_default().to_owned()
}

impl std::fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fetcher({})", self.cache.display())
    }
}
