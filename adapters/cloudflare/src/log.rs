//! Lines for people and lines for machines: both are the Worker's log, which `wrangler tail` shows and Workers Logs keep.

use web_sys::console;

/// Writes an event line: one JSON object, which Workers Logs take apart.
pub(crate) fn event(line: &str) {
    console::log_1(&line.into());
}

/// Says something to whoever runs the Worker.
pub(crate) fn say(text: &str) {
    for line in text.lines() {
        console::warn_1(&format!("weir: {line}").into());
    }
}
