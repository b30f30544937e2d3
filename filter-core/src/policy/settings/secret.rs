//! Which secrets a host takes, wherever it has them from.

use alloc::format;

use super::Settings;
use crate::keys::{DESK_SECRET, Keys, TEST_SECRET};
use crate::policy::Problem;

/// Shortest secret in bytes: half the strength of the hashes keyed with it is enough, guesses are not.
const SHORTEST: usize = 16;

impl Settings {
    /// The keys of a host's secret. Hosts that keep it beside their settings ask here, too.
    ///
    /// # Errors
    /// Where it is shorter than 16 bytes, or one that Weir itself uses where nothing is to be hidden: whoever reads the source could
    /// sign tags and undo ids. The place is `/secret`.
    pub fn keys_of(secret: &[u8]) -> Result<Keys, Problem> {
        let why = match secret {
            TEST_SECRET | DESK_SECRET => "that everybody can read in Weir's source",
            _ if secret.len() < SHORTEST => "are too few",
            _ => return Ok(Keys::derive(secret)),
        };
        let remedy = format!("give at least {SHORTEST}, chosen at random");
        Err(Problem::new("/secret", format!("{} bytes {why}", secret.len()), remedy))
    }
}
