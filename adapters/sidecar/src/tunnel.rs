//! Upgraded connections (WebSocket): bytes both ways until either side ends.

use std::sync::Arc;

use hyper::header::{CONNECTION, HeaderValue, UPGRADE};
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Version};
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional;
use tokio::sync::OwnedSemaphorePermit;

use crate::metrics::{Metrics, Open};

/// The protocol that a request asks to switch to.
pub(crate) fn asked<B>(request: &Request<B>) -> Option<HeaderValue> {
    let headers = request.headers();
    let names_upgrade = |value: &HeaderValue| {
        value.as_bytes().split(|byte| *byte == b',').any(|item| item.trim_ascii().eq_ignore_ascii_case(b"upgrade"))
    };
    let is_asked = request.version() == Version::HTTP_11 && headers.get_all(CONNECTION).iter().any(names_upgrade);
    // Nothing else: behind `h2c`, alone or in a list, the origin could be smuggled requests.
    headers.get(UPGRADE).filter(|protocol| is_asked && protocol.as_bytes().eq_ignore_ascii_case(b"websocket")).cloned()
}

/// Joins both ends, in the task of the client's connection: its slot is taken and its silence noticed as before. Ends with
/// either side; `place` at the origin is free then.
pub(crate) async fn join(
    client: OnUpgrade,
    origin: OnUpgrade,
    metrics: Arc<Metrics>,
    place: Option<OwnedSemaphorePermit>,
) {
    let _place = place;
    if let (Ok(client), Ok(origin)) = (client.await, origin.await) {
        let _open = Open::new(&metrics.tunnels);
        let _ = copy_bidirectional(&mut TokioIo::new(client), &mut TokioIo::new(origin)).await;
    }
}
