//! Bundles as they change: a file looked at every second, or a URL asked with its entity tag. The last good one serves on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt, Limited};
use hyper::header::{ETAG, HOST, HeaderValue, IF_NONE_MATCH, USER_AGENT};
use hyper::{Request, StatusCode};
use tokio::sync::mpsc::Receiver;
use tokio::time::sleep;

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

/// Watches until the task is dropped. A message on `at_once` asks out of turn.
pub(crate) async fn watch(store: Arc<Store>, mut source: Source, mut at_once: Receiver<()>) {
    // What the file was when it was read at the start. A server is asked at once.
    let mut seen = if let Source::File(path) = &source { stamp(path) } else { None };
    let mut pause = if let Source::Url(_) = &source { Duration::ZERO } else { LOOK };
    let mut said = String::new();
    loop {
        let is_asked = tokio::select! {
            () = sleep(pause) => false,
            asked = at_once.recv() => asked.is_some(),
        };
        let offered = match &mut source {
            Source::Fixed => None,
            Source::File(path) => {
                let now = stamp(path);
                let is_new = now != std::mem::replace(&mut seen, now);
                if is_new || is_asked { Some(read(path).await.and_then(|text| store.offer(&text))) } else { None }
            }
            Source::Url(url) => {
                pause = url.interval;
                match url.ask().await {
                    Ok(None) => None,
                    Ok(Some((text, tag))) => Some(store.offer(&text).inspect(|_| url.tag = tag)),
                    Err(why) => Some(Err(why)),
                }
            }
        };
        if let Some(offered) = offered {
            report(&store, offered, &mut said);
        }
    }
}

pub(crate) async fn read(path: &Path) -> Result<Vec<u8>, String> {
    tokio::fs::read(path).await.map_err(|error| format!("`{}` cannot be read: {error}", path.display()))
}

/// Changes whenever the file does; `None` where it is gone.
pub(crate) fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
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
