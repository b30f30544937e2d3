//! What machines ask: `/metrics` for Prometheus, `/ready` and `/live` for whoever starts and stops us, `/shadow` for `weir shadow`.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::body::Body;
use crate::proxy::Proxy;

/// Connections at once.
const CONNECTIONS: usize = 64;
/// How long one may last.
const LONGEST: Duration = Duration::from_secs(30);

/// What is known beside the metrics.
#[derive(Debug)]
pub(crate) struct Status {
    pub(crate) origin_up: AtomicBool,
    pub(crate) stopping: AtomicBool,
}

pub(crate) async fn serve(listener: TcpListener, proxy: Arc<Proxy>, status: Arc<Status>) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        let Ok((socket, _)) = listener.accept().await else {
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (proxy, status) = (Arc::clone(&proxy), Arc::clone(&status));
        let service = service_fn(move |request| {
            let answer = answer(&request, &proxy, &status);
            async move { Ok::<_, Infallible>(answer) }
        });
        tokio::spawn(async move {
            let served = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(socket), service);
            let _ = timeout(LONGEST, served).await;
            drop(slot);
        });
    }
}

fn answer(request: &Request<Incoming>, proxy: &Proxy, status: &Status) -> Response<Body> {
    match request.uri().path() {
        "/metrics" => {
            let text = proxy.metrics.text();
            with(StatusCode::OK, "application/openmetrics-text; version=1.0.0; charset=utf-8", text)
        }
        "/live" => with(StatusCode::OK, TEXT, "alive\n".to_owned()),
        "/ready" => match not_ready(proxy, status) {
            None => with(StatusCode::OK, TEXT, "ready\n".to_owned()),
            Some(why) => with(StatusCode::SERVICE_UNAVAILABLE, TEXT, format!("not ready: {why}\n")),
        },
        "/shadow" => match proxy.store.trial().told(&proxy.store) {
            Some(told) => with(StatusCode::OK, "application/json", format!("{told}\n")),
            None => with(StatusCode::NOT_FOUND, TEXT, "no candidate is tried\n".to_owned()),
        },
        _ => with(StatusCode::NOT_FOUND, TEXT, "ask for /metrics, /ready, /live or /shadow\n".to_owned()),
    }
}

fn not_ready(proxy: &Proxy, status: &Status) -> Option<&'static str> {
    if status.stopping.load(Ordering::Relaxed) {
        return Some("stopping");
    }
    if !proxy.bypass && !proxy.store.is_ready() {
        return Some("there is no bundle");
    }
    (!status.origin_up.load(Ordering::Relaxed)).then_some("the origin does not answer")
}

const TEXT: &str = "text/plain; charset=utf-8";

fn with(status: StatusCode, kind: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::of(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
