//! How far through a file we are, on terminals only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use weir::input::Input;

/// Requests between two looks at the position.
const EVERY: u64 = 1024;

pub(super) struct Progress {
    bar: ProgressBar,
    seen: u64,
}

impl Progress {
    pub(super) fn new(name: &str, input: &Input) -> Self {
        let bar = ProgressBar::with_draw_target(input.length, ProgressDrawTarget::stderr());
        let form = match input.length {
            Some(_) => "{prefix} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
            None => "{prefix} {spinner} {bytes} {bytes_per_sec}",
        };
        bar.set_style(ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(name.to_owned());
        Progress { bar, seen: 0 }
    }

    /// One more request; `position` is asked now and then.
    pub(super) fn tick(&mut self, position: impl FnOnce() -> u64) {
        self.seen = self.seen.saturating_add(1);
        if self.seen.checked_rem(EVERY) == Some(0) {
            self.bar.set_position(position());
        }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
