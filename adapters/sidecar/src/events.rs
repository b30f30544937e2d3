//! Event lines to a file or a terminal, from a thread of their own: a slow reader costs lines, never requests.

use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread;

use crate::metrics::Metrics;

/// Lines that wait to be written, about 1 KB each.
const WAITING: usize = 8192;

/// Where event lines go.
#[derive(Clone, Debug)]
pub struct Events {
    lines: SyncSender<String>,
    metrics: Arc<Metrics>,
}

impl Events {
    /// Writes to `out` until the last sender is gone.
    pub fn new(out: impl Write + Send + 'static, metrics: Arc<Metrics>) -> Self {
        let (lines, waiting) = mpsc::sync_channel(WAITING);
        thread::spawn(move || write(waiting, BufWriter::new(out)));
        Events { lines, metrics }
    }

    /// Hands a line on; lost where too many wait.
    pub(crate) fn send(&self, line: String) {
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = self.lines.try_send(line) {
            self.metrics.events_dropped.inc();
        }
    }
}

/// Flushes whenever nothing waits, so that a person sees each line at once.
fn write(waiting: Receiver<String>, mut out: impl Write) {
    while let Ok(mut line) = waiting.recv() {
        loop {
            line.push('\n');
            if out.write_all(line.as_bytes()).is_err() {
                return;
            }
            match waiting.try_recv() {
                Ok(next) => line = next,
                Err(_) => break,
            }
        }
        if out.flush().is_err() {
            return;
        }
    }
}
