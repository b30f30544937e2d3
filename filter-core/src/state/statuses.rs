//! Answers by kind of status.

use super::merge::Merge;

/// What an answer's status says about a client. The number is the place in [`Statuses`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusClass {
    /// 1xx and 2xx.
    Success,
    /// 3xx but 304.
    Redirect,
    /// 304: a conditional request was worth it.
    NotModified,
    /// 401, 403, 407: not allowed.
    Denied,
    /// 404, 405, 410: no such thing.
    Missing,
    /// 429: too many.
    Limited,
    /// Any other 4xx.
    Rejected,
    /// 5xx, and whatever is no status.
    Failed,
}

impl StatusClass {
    /// How many there are.
    pub const COUNT: usize = StatusClass::Failed as usize + 1;

    /// The class of a status code.
    pub fn of(status: u16) -> Self {
        match status {
            100..=299 => StatusClass::Success,
            304 => StatusClass::NotModified,
            300..=399 => StatusClass::Redirect,
            401 | 403 | 407 => StatusClass::Denied,
            404 | 405 | 410 => StatusClass::Missing,
            429 => StatusClass::Limited,
            400..=499 => StatusClass::Rejected,
            _ => StatusClass::Failed,
        }
    }
}

/// Counts by [`StatusClass`]. When one reaches 255 all are halved: shares stay, old answers fade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statuses([u8; StatusClass::COUNT]);

impl Statuses {
    /// Counts one answer.
    pub fn add(&mut self, status: u16) {
        bump(&mut self.0, StatusClass::of(status) as usize);
    }

    /// How many of a class.
    pub fn of(&self, class: StatusClass) -> u32 {
        self.0.get(class as usize).copied().map_or(0, u32::from)
    }

    /// How many of all classes.
    pub fn total(&self) -> u32 {
        total(&self.0)
    }

    /// Halves all counts.
    pub(super) fn fade(&mut self) {
        fade(&mut self.0);
    }
}

impl Merge for Statuses {
    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }
}

fields!(Statuses { 0: [u8; StatusClass::COUNT] });

/// Adds one at `place`; halves all counts where that one is full.
#[inline(never)] // once in wasm, not once a record
pub(super) fn bump(counts: &mut [u8], place: usize) {
    let Some(count) = counts.get_mut(place) else { return };
    *count = count.saturating_add(1);
    if *count == u8::MAX {
        fade(counts);
    }
}

/// The same for counts of 16 bits.
pub(super) fn bump_wide(counts: &mut [u16], place: usize) {
    let Some(count) = counts.get_mut(place) else { return };
    *count = count.saturating_add(1);
    if *count == u16::MAX {
        counts.iter_mut().for_each(|count| *count /= 2);
    }
}

/// Halves all counts.
pub(super) fn fade(counts: &mut [u8]) {
    counts.iter_mut().for_each(|count| *count /= 2);
}

/// Sum of small counts.
pub(super) fn total(counts: &[u8]) -> u32 {
    counts.iter().map(|count| u32::from(*count)).sum()
}
