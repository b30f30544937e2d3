//! What Envoy tells of an answer, as the core's outcome: one read of the header map, when the request is logged.

use filter_core::facts::{Fact, Header, Outcome};

use crate::{hostcalls, pairs};

/// The host's bytes of one answer.
pub(crate) struct AnswerBytes(Vec<u8>);

impl AnswerBytes {
    /// Asks the host: one call. Nothing where no answer left.
    pub(crate) fn fetch() -> Self {
        AnswerBytes(hostcalls::header_map(hostcalls::Map::Response).unwrap_or_default())
    }

    /// Lends the outcome to `use_it`; of the headers those that the core looks at.
    pub(crate) fn with_outcome<T>(&self, use_it: impl FnOnce(&Outcome<'_>) -> T) -> T {
        let number = |value: &[u8]| core::str::from_utf8(value).ok()?.parse::<u64>().ok();
        let mut outcome = Outcome { status: Fact::Absent, ..Outcome::default() };
        let mut lines = [Header { name: b"", value: b"" }; 3];
        for (name, value) in pairs::read(&self.0) {
            let place = match name {
                b":status" => {
                    let status = number(value).and_then(|status| u16::try_from(status).ok());
                    outcome.status = status.map_or(Fact::Unknown, Fact::Present);
                    continue;
                }
                b"content-length" => {
                    outcome.size = number(value).map_or(Fact::Unknown, Fact::Present);
                    continue;
                }
                b"set-cookie" => 0,
                b"etag" => 1,
                b"last-modified" => 2,
                _ => continue,
            };
            if let Some(line) = lines.get_mut(place) {
                *line = Header { name, value };
            }
        }
        outcome.headers = &lines;
        use_it(&outcome)
    }
}
