//! Bundles as they change: a file looked at every second, or a URL asked with its entity tag. The last good one serves on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt, Limited};
use hyper::header::{ETAG, HOST, HeaderValue, IF_NONE_MATCH, USER_AGENT};
use hyper::{Request, StatusCode};
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep};

use crate::body::Body;
use crate::origin::{Origin, OriginConfig, Target};
use crate::store::Store;

/// How often a file is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// For an answer, and for a connection.
const WAIT: Duration = Duration::from_secs(10);

/// Where new bundles come from.
pub enum Source {
    /// Nowhere: the one that serves is all there is.
    Fixed,
    /// A file that is replaced now and then.
    File(PathBuf),
    /// A server.
    Url(Box<Url>),
}

/// A bundle's place on a server.
pub struct Url {
    server: Arc<Origin>,
    path: String,
    interval: Duration,
    tag: Option<HeaderValue>,
}

impl Url {
    /// Reads `https://host/path`, asked every `interval`.
    ///
    /// # Errors
    /// Where it is no such URL.
    pub fn new(url: &str, interval: Duration) -> Result<Self, String> {
        let host = url.find("://").and_then(|at| at.checked_add(3)).unwrap_or(0);
        let slash = url.get(host..).and_then(|rest| rest.find('/')).and_then(|at| at.checked_add(host));
        let (base, path) = url.split_at_checked(slash.unwrap_or(url.len())).unwrap_or((url, ""));
        let target = Target::parse(base, || crate::tls::config::upstream(None))?;
        let config = OriginConfig {
            target,
            connect_timeout: WAIT,
            answer_timeout: WAIT,
            connections: 1,
            tunnels: 0,
            stall: WAIT,
        };
        let path = if path.is_empty() { "/" } else { path };
        Ok(Url { server: Origin::new(config), path: path.to_owned(), interval, tag: None })
    }

    /// A new bundle and its tag; `None`: it has not changed.
    async fn ask(&self) -> Result<Option<(Vec<u8>, Option<HeaderValue>)>, String> {
        let mut request = Request::get(self.path.as_str())
            .header(HOST, self.server.target().authority())
            .header(USER_AGENT, concat!("weir/", env!("CARGO_PKG_VERSION")));
        if let Some(tag) = &self.tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        let request = request.body(Body::Empty).map_err(|error| error.to_string())?;
        let response = self.server.send(request, false, None).await.map_err(|error| error.to_string())?;
        match response.status() {
            StatusCode::NOT_MODIFIED => return Ok(None),
            StatusCode::OK => {}
            status => return Err(format!("the answer was {status}")),
        }
        let tag = response.headers().get(ETAG).cloned();
        let body = Limited::new(response.into_body(), filter_core::limits::BUNDLE).collect().await;
        Ok(Some((body.map_err(|error| error.to_string())?.to_bytes().to_vec(), tag)))
    }
}

/// A source with what is known of it: what it has is read when it changed.
pub(crate) struct Watched {
    source: Source,
    /// A file's state when it was last read.
    seen: Option<(SystemTime, u64)>,
    /// There need be no file.
    is_optional: bool,
    /// It is looked at out of turn.
    is_asked: bool,
    /// When a server is asked again.
    due: Instant,
    /// The tag of what was found, once it was taken.
    tag: Option<HeaderValue>,
}

impl Watched {
    /// A source of which nothing was read; there may be nothing.
    pub(crate) fn new(source: Source) -> Self {
        Watched { source, seen: None, is_optional: true, is_asked: false, due: Instant::now(), tag: None }
    }

    /// One that was read when the process started.
    fn seen(source: Source) -> Self {
        let seen = if let Source::File(path) = &source { stamp(path) } else { None };
        Watched { seen, is_optional: false, ..Watched::new(source) }
    }

    /// Where it looks, for people.
    pub(crate) fn name(&self) -> String {
        match &self.source {
            Source::Fixed => String::new(),
            Source::File(path) => path.display().to_string(),
            Source::Url(url) => format!("{}{}", url.server.target().authority(), url.path),
        }
    }

    /// What is new, where it is time to look; `None`: nothing.
    pub(crate) async fn look(&mut self) -> Option<Result<Vec<u8>, String>> {
        let is_asked = std::mem::take(&mut self.is_asked);
        match &self.source {
            Source::Fixed => None,
            Source::File(path) => {
                let now = stamp(path);
                let is_new = now != std::mem::replace(&mut self.seen, now) || is_asked;
                if is_new && (now.is_some() || !self.is_optional) { Some(read(path).await) } else { None }
            }
            Source::Url(_) if !is_asked && Instant::now() < self.due => None,
            Source::Url(url) => {
                self.due = Instant::now().checked_add(url.interval).unwrap_or(self.due);
                match url.ask().await.transpose()? {
                    Ok((text, tag)) => {
                        self.tag = tag;
                        Some(Ok(text))
                    }
                    Err(why) => Some(Err(why)),
                }
            }
        }
    }

    /// What was found is in use: the server need not send it again.
    pub(crate) fn taken(&mut self) {
        if let Source::Url(url) = &mut self.source {
            url.tag = self.tag.take();
        }
    }
}

/// Watches until the task is dropped. A message on `at_once` asks out of turn.
pub(crate) async fn watch(store: Arc<Store>, source: Source, mut at_once: Receiver<()>) {
    let mut watched = Watched::seen(source);
    let mut said = String::new();
    loop {
        if let Some(found) = watched.look().await {
            let offered = found.and_then(|text| store.offer(&text));
            if offered.is_ok() {
                watched.taken();
            }
            report(&store, offered, &mut said);
        }
        watched.is_asked = tokio::select! {
            () = sleep(LOOK) => false,
            asked = at_once.recv() => asked.is_some(),
        };
    }
}

async fn read(path: &Path) -> Result<Vec<u8>, String> {
    tokio::fs::read(path).await.map_err(|error| format!("`{}` cannot be read: {error}", path.display()))
}

/// Changes whenever the file does; `None` where it is gone.
fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let data = std::fs::metadata(path).ok()?;
    Some((data.modified().ok()?, data.len()))
}

/// Says what became of a bundle; the same trouble once, however often it is met.
fn report(store: &Store, offered: Result<bool, String>, said: &mut String) {
    match offered {
        Ok(is_new) => {
            said.clear();
            if let Some(active) = store.active().filter(|_| is_new) {
                let bundle = active.engine.bundle();
                eprintln!("weir: bundle {} serial {} in use", bundle.id(), bundle.serial());
            }
        }
        Err(why) if why == *said => {}
        Err(why) => {
            eprintln!("weir: no new bundle, the last good one serves on:");
            // It may quote what was fetched.
            why.lines().for_each(|line| eprintln!("weir:   {}", line.replace(char::is_control, "?")));
            *said = why;
        }
    }
}
