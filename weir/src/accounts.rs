//! Which of an operator's accounts events are about: he holds the secret and the names, the events hold keyed hashes.

use std::collections::HashMap;
use std::io::{self, BufRead};

use filter_core::fingerprint::credentials::account;
use filter_core::keys::Keys;
use serde::{Deserialize, Serialize};

/// What events say about one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Requests that named it, of which events were written.
    pub requests: u64,
    /// The greatest score among them.
    pub score: u8,
    /// Of those, judged bots.
    pub bots: u64,
    /// Told to be under attack.
    pub under_attack: bool,
    /// Told to be likely taken over.
    pub taken_over: bool,
    /// When it was named first and last, in milliseconds since the epoch.
    pub first: u64,
    /// Likewise.
    pub last: u64,
}

/// What events say, by account id.
#[derive(Debug, Default)]
pub struct Accounts {
    told: HashMap<String, Told>,
    /// Lines that are no events.
    pub unread: u64,
}

/// What is looked at of an event; requests' events and news of accounts have other members too.
#[derive(Deserialize)]
struct Line {
    t: u64,
    #[serde(default)]
    account: Option<String>,
    #[serde(default)]
    event: Option<String>,
    #[serde(default)]
    score: u8,
    #[serde(default)]
    class: Option<String>,
}

impl Accounts {
    /// Reads events, one JSON object a line. Lines that are none are counted.
    ///
    /// # Errors
    /// Where the lines cannot be read further.
    pub fn read(&mut self, lines: impl BufRead) -> io::Result<()> {
        for line in lines.split(b'\n') {
            let line = line?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let Ok(line) = serde_json::from_slice::<Line>(&line) else {
                self.unread = self.unread.saturating_add(1);
                continue;
            };
            let Some(id) = line.account else { continue };
            let told = self.told.entry(id).or_insert_with(|| Told { first: line.t, ..Told::default() });
            (told.first, told.last) = (told.first.min(line.t), told.last.max(line.t));
            match line.event.as_deref() {
                Some("account_under_attack") => told.under_attack = true,
                Some("account_taken_over") => told.taken_over = true,
                _ => {
                    told.requests = told.requests.saturating_add(1);
                    told.score = told.score.max(line.score);
                    told.bots = told.bots.saturating_add(u64::from(line.class.as_deref() == Some("bot")));
                }
            }
        }
        Ok(())
    }

    /// What is told about a login name.
    pub fn of(&self, login_name: &str, keys: &Keys) -> Option<&Told> {
        self.told.get(&account(login_name.as_bytes(), keys)?.to_string())
    }

    /// Accounts that events name.
    pub fn len(&self) -> usize {
        self.told.len()
    }

    /// None are named.
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_written() {
        let keys = Keys::derive(b"0123456789abcdef");
        let id = account(b"ann.lee@gmail.com", &keys).unwrap();
        let events = format!(
            "{{\"id\":\"r1\",\"t\":5,\"score\":62,\"class\":\"bot\",\"account\":\"{id}\"}}\n\n\
             {{\"event\":\"account_taken_over\",\"t\":9,\"account\":\"{id}\",\"client\":\"X\"}}\n{{\"id\":\"r2\",\"t\":1,\"account\":null}}\nbroken\n"
        );
        let mut accounts = Accounts::default();
        accounts.read(events.as_bytes()).unwrap();
        assert_eq!((accounts.len(), accounts.unread), (1, 1));
        let told = accounts.of("AnnLee+x@googlemail.com", &keys).unwrap();
        let expected =
            Told { requests: 1, score: 62, bots: 1, under_attack: false, taken_over: true, first: 5, last: 9 };
        assert_eq!(*told, expected);
        assert_eq!(accounts.of("ann.lee@gmail.com", &Keys::derive(b"another secret, 16")), None);
        assert_eq!(accounts.of("", &keys), None);
    }
}
