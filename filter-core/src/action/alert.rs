//! What is told about an account, beside the events of requests.

use alloc::format;
use alloc::string::String;

use crate::fingerprint::Id;
use crate::state::{Alarm, RecordKeys};

/// News of an account, by its keyed hash. [`account`](crate::fingerprint::credentials::account) makes the same id of a login name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// What happened.
    pub alarm: Alarm,
    /// Whose account.
    pub account: Id,
    /// The client that made it known.
    pub client: Id,
    /// Milliseconds since the epoch.
    pub t: u64,
}

impl Alert {
    pub(crate) fn new(alarm: Alarm, keys: &RecordKeys, t: u64) -> Self {
        Alert { alarm, account: Id::of_bits(keys.account), client: Id::of_bits(keys.client), t }
    }

    /// One JSON object, no line feed: `{"event":"account_under_attack","t":...,"account":"...","client":"..."}`.
    pub fn event(&self) -> String {
        let Alert { alarm, account, client, t } = self;
        format!(r#"{{"event":"{}","t":{t},"account":"{account}","client":"{client}"}}"#, alarm.as_str())
    }
}
