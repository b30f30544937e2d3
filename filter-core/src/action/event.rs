//! The event line, the same on every host and at the desk.

use alloc::string::String;

use super::Judged;

/// One request's event.
#[derive(Debug)]
pub struct Event<'a> {
    judged: &'a Judged<'a>,
    id: &'a str,
}

impl<'a> Event<'a> {
    /// An event with the request's id.
    pub fn new(judged: &'a Judged<'a>, id: &'a str) -> Self {
        Event { judged, id }
    }

    /// One line of JSON, without a line feed.
    pub fn to_line(&self) -> String {
        let _ = (self.judged, self.id);
        String::new()
    }
}
