//! Whether the origin is there, asked again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::Request;
use hyper::header::{HOST, USER_AGENT};
use tokio::time::timeout;

use super::{Origin, connect};
use crate::body::Body;
use crate::metrics::Metrics;

/// How to ask.
#[derive(Clone, Debug)]
pub struct HealthConfig {
    /// Path that answers 200 to 399 while all is well; `None`: that it takes a connection is enough.
    pub path: Option<String>,
    /// Time between two questions, and for an answer.
    pub interval: Duration,
}

impl Default for HealthConfig {
    fn default() -> Self {
        HealthConfig { path: None, interval: Duration::from_secs(5) }
    }
}

/// Asks until the task is dropped. Requests are sent on whatever it finds: it is for readiness and for people.
pub(crate) async fn watch(origin: Arc<Origin>, config: HealthConfig, is_up: &AtomicBool, metrics: Arc<Metrics>) {
    loop {
        let asked = timeout(config.interval, ask(&origin, config.path.as_deref())).await;
        let now = asked.unwrap_or(false);
        metrics.origin_up.set(i64::from(now));
        if is_up.swap(now, Ordering::Relaxed) != now {
            let word = if now { "answers" } else { "does not answer" };
            eprintln!("weir: the origin {} {word}", origin.target());
        }
        tokio::time::sleep(config.interval).await;
    }
}

async fn ask(origin: &Arc<Origin>, path: Option<&str>) -> bool {
    let Some(path) = path else { return connect::tcp(origin.target()).await.is_ok() };
    let request = Request::get(path).header(HOST, origin.target().authority()).header(USER_AGENT, "weir-health");
    let Ok(request) = request.body(Body::Empty) else { return false };
    let answer = origin.send(request, false, None).await;
    answer.is_ok_and(|answer| answer.status().is_success() || answer.status().is_redirection())
}
