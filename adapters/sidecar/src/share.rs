//! This process as one node of many: every few seconds it tells a hub what it saw and hears what the others did.
//!
//! A hub that cannot be reached changes nothing here: what was heard expires within minutes, and this node goes on with what it sees itself.

use std::sync::Arc;
use std::time::Duration;

use filter_core::limits::SNAPSHOT;
use filter_core::sync::{Heard, Node, Peers, Seed};
use http_body_util::{BodyExt, Limited};
use hyper::header::{AUTHORIZATION, HOST, HeaderValue, USER_AGENT};
use hyper::{Request, StatusCode};
use tokio::time::sleep;

use crate::body::Body;
use crate::clock;
use crate::hub::{PATH, random_number};
use crate::origin::{Origin, OriginConfig, Target};
use crate::store::Store;

/// For an answer, and for a connection.
const WAIT: Duration = Duration::from_secs(10);

/// A hub, as a node sees it.
pub struct Share {
    server: Arc<Origin>,
    token: Option<HeaderValue>,
    interval: Duration,
}

impl Share {
    /// The hub at `http://host:port` or `https://host:port`, asked every `interval`; `token` is what it wants to be shown.
    ///
    /// # Errors
    /// Where it is no such URL, or no such token.
    pub fn new(url: &str, token: Option<&str>, interval: Duration) -> Result<Self, String> {
        let target = Target::parse(url, || crate::tls::config::upstream(None))?;
        let config = OriginConfig {
            target,
            connect_timeout: WAIT,
            answer_timeout: WAIT,
            connections: 1,
            tunnels: 0,
            stall: WAIT,
        };
        let token = token.map(|token| HeaderValue::try_from(format!("Bearer {token}")));
        let token = token.transpose().map_err(|_| "the hub's token is no header value; use letters and digits")?;
        Ok(Share { server: Origin::new(config), token, interval })
    }

    /// Starts to tell and to hear, until the runtime ends. Called on one.
    pub fn start(self, store: Arc<Store>) {
        tokio::spawn(async move {
            let seed = Seed::of(store.settings().keys.as_ref());
            let (mut node, mut peers) = (Node::new(random_number(), seed), Peers::new(seed, 2));
            let mut said = String::new();
            loop {
                match self.exchange(&store, &mut node, &mut peers).await {
                    Ok(_) if said.is_empty() => {}
                    Ok(_) => {
                        eprintln!("weir: the hub answers again");
                        said.clear();
                    }
                    Err(why) if why == said => {}
                    Err(why) => {
                        eprintln!(
                            "weir: nothing is heard of other nodes, this one judges by what it sees itself: {why}"
                        );
                        said = why;
                    }
                }
                sleep(self.interval).await;
            }
        });
    }

    async fn exchange(&self, store: &Store, node: &mut Node, peers: &mut Peers) -> Result<Heard, String> {
        let snapshot = node.snapshot(&store.memory().tables, clock::milliseconds(), SNAPSHOT);
        let mut request = Request::post(PATH)
            .header(HOST, self.server.target().authority())
            .header(USER_AGENT, concat!("weir/", env!("CARGO_PKG_VERSION")));
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token);
        }
        let request = request.body(Body::of(snapshot)).map_err(|error| error.to_string())?;
        let answer = self.server.send(request, false, None).await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                // What was heard before is forgotten when its time has come.
                peers.teach(&mut store.memory().tables, node.id(), clock::milliseconds());
                return Err(error.to_string());
            }
        };
        let status = answer.status();
        let body = Limited::new(answer.into_body(), SNAPSHOT).collect().await.map_err(|error| error.to_string())?;
        let body = body.to_bytes();
        if status != StatusCode::OK {
            let said = String::from_utf8_lossy(body.get(..200).unwrap_or(&body)).trim_end().to_owned();
            return Err(format!("the hub answered {status}: {said}"));
        }
        let now = clock::milliseconds();
        peers.add(&body, now).map_err(|why| format!("the hub's answer is {why}"))?;
        Ok(peers.teach(&mut store.memory().tables, node.id(), now))
    }
}
