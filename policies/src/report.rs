//! What went into a bundle, for the person who builds it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use filter_core::policy::wire::Content;
use filter_core::signals::infrastructure::RangeTable;

/// Counts and sizes of a built bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// SHA-256 of the content line.
    pub id: String,
    /// Serial of the bundle.
    pub serial: u64,
    /// Bytes of both lines.
    pub bytes: usize,
    /// Entries of the name table.
    pub names: usize,
    /// Bytes of the name table.
    pub names_bytes: usize,
    /// Network lists.
    pub networks: usize,
    /// Disjoint ranges of both families that the lists come to.
    pub ranges: usize,
    /// Bytes of the range table in its text form.
    pub networks_bytes: usize,
    /// Filters of breached passwords and pairs, and what they hold together.
    pub breached: (usize, u64),
    /// Bytes of those in their text form.
    pub breached_bytes: usize,
    /// Allow rules and rules.
    pub rules: usize,
}

impl Report {
    pub(crate) fn new(content: &Content, id: String, serial: u64, bytes: usize) -> Self {
        let size = |text: serde_json::Result<String>| text.map_or(0, |text| text.len());
        Report {
            id,
            serial,
            bytes,
            names: content.names.len(),
            names_bytes: size(serde_json::to_string(&content.names)),
            networks: content.networks.lists.len(),
            ranges: ranges(content).unwrap_or(0),
            networks_bytes: size(serde_json::to_string(&content.networks)),
            breached: (
                content.breached.len(),
                content.breached.iter().fold(0, |sum, entry| sum.saturating_add(entry.keys)),
            ),
            breached_bytes: content.breached.iter().fold(0, |sum, entry| sum.saturating_add(entry.table.len())),
            rules: content.allow.len().saturating_add(content.rules.len()),
        }
    }
}

fn ranges(content: &Content) -> Option<usize> {
    let v4 = STANDARD.decode(&content.networks.v4).ok()?;
    let v6 = STANDARD.decode(&content.networks.v6).ok()?;
    Some(RangeTable::decode(&v4, &v6).ok()?.len())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "bundle {}, serial {}, {} bytes", self.id, self.serial, self.bytes)?;
        writeln!(f, "  names     {:>6} entries  {:>8} bytes", self.names, self.names_bytes)?;
        writeln!(
            f,
            "  networks  {:>6} lists    {:>8} bytes, {} ranges",
            self.networks, self.networks_bytes, self.ranges
        )?;
        if let (filters @ 1.., keys) = self.breached {
            writeln!(f, "  breached  {filters:>6} filters  {:>8} bytes, {keys} keys", self.breached_bytes)?;
        }
        write!(f, "  rules     {:>6}", self.rules)
    }
}
