//! Lines for people and lines for machines: each is one write to a log endpoint, which makes it one line there.

use std::io::Write as _;

use fastly::log::Endpoint;

/// Writes an event line to the endpoint of this name.
pub(crate) fn event(endpoint: &str, line: &str) {
    if let Ok(mut endpoint) = Endpoint::try_from_name(endpoint) {
        // Lost where the host does not take it; nothing else depends on it.
        let _ = endpoint.write_all(line.as_bytes());
    }
}

/// Says something to whoever runs the service: `fastly log-tail` shows it.
pub(crate) fn say(text: &str) {
    for line in text.lines() {
        let _ = std::io::stderr().write_all(format!("weir: {line}\n").as_bytes());
    }
}
