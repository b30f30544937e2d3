//! The host's clock. It stands still while a request computes, so that nobody can time what others do.

/// Milliseconds since the epoch.
pub(crate) fn milliseconds() -> u64 {
    number(js_sys::Date::now())
}

/// A number of JavaScript's as a whole one.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
pub(crate) fn number(number: f64) -> u64 {
    number as u64
}
