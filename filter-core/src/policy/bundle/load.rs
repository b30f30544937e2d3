//! From the opened bundle to the checked one, a piece at a time.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::ToString;

use super::compile::{self, split};
use super::read::{self, Form, Opened, Tables};
use super::{Bundle, fail};
use crate::policy::compact::{self, Compact, Hasher};
use crate::policy::problem::{Problems, Quoted};
use crate::signals::infrastructure::{Decoding, RangeError};

/// Bytes that one piece hashes; of ranges it decodes a quarter as many. 1 to 3 ms in wasm.
const PIECE: usize = 128 << 10;

/// A bundle on its way in. In its compact form it is taken in pieces, for hosts that may not stop for as long as a large one takes;
/// in two lines it is one piece.
#[derive(Debug)]
pub struct Loading<'t> {
    opened: Opened<'t>,
    stage: Stage,
    hashed: usize,
    hasher: Hasher,
    networks: Decoding,
    asns: Decoding,
    countries: Decoding,
}

/// What the next piece is of.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Hash,
    Networks,
    Asns,
    Countries,
    Rest,
}

impl<'t> Loading<'t> {
    pub(in crate::policy) fn new(opened: Opened<'t>) -> Self {
        let stage = if opened.is_vetted { Stage::Networks } else { Stage::Hash };
        Loading {
            opened,
            stage,
            hashed: 0,
            hasher: Hasher::default(),
            networks: Decoding::default(),
            asns: Decoding::default(),
            countries: Decoding::default(),
        }
    }

    /// Takes all that is left.
    pub(in crate::policy) fn whole(mut self) -> Result<Bundle, Problems> {
        loop {
            if let Some(bundle) = self.step()? {
                return Ok(bundle);
            }
        }
    }

    /// The same with its bytes, for later; `None`: it is one piece.
    pub fn keep(self) -> Option<Loading<'static>> {
        let Loading { opened, stage, hashed, hasher, networks, asns, countries } = self;
        let Form::Compact(bytes) = opened.content else { return None };
        let content = Form::Compact(Cow::Owned(bytes.into_owned()));
        let opened = Opened { content, ..opened };
        Some(Loading { opened, stage, hashed, hasher, networks, asns, countries })
    }

    /// Takes the next piece; `Some`: it was the last. After an error there is nothing left to take.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn step(&mut self) -> Result<Option<Bundle>, Problems> {
        let bytes = match &self.opened.content {
            Form::Compact(bytes) => bytes,
            Form::Line(whole, second) => {
                let read = read::line(whole, second)?;
                return compile::bundle(&self.opened, read).map(Some);
            }
        };
        if let Stage::Hash = self.stage {
            let end = self.hashed.saturating_add(PIECE).min(bytes.len());
            self.hasher.take(bytes.get(self.hashed..end).unwrap_or_default());
            self.hashed = end;
            if end == bytes.len() {
                self.compare()?;
                self.stage = Stage::Networks;
            }
            return Ok(None);
        }
        let compact = compact::open(bytes).ok_or_else(other_version)?;
        let Compact { v4, v6, asn_v4, asn_v6, .. } = &compact;
        match self.stage {
            Stage::Hash => {}
            Stage::Networks => {
                if self.networks.step(v4, v6, PIECE / 4).map_err(no_table)? {
                    self.stage = Stage::Asns;
                }
            }
            Stage::Asns => {
                if self.asns.step(asn_v4, asn_v6, PIECE / 4).map_err(no_table)? {
                    self.stage = Stage::Countries;
                }
            }
            Stage::Countries => {
                if self.countries.step(compact.country_v4, compact.country_v6, PIECE / 4).map_err(no_table)? {
                    self.stage = Stage::Rest;
                }
            }
            Stage::Rest => {
                let [networks, asns, countries] = [&mut self.networks, &mut self.asns, &mut self.countries]
                    .map(|decoding| core::mem::take(decoding).finish());
                let tables = Tables { networks, asns, countries };
                let read = read::compact(compact, tables, !self.opened.is_vetted)?;
                return compile::bundle(&self.opened, read).map(Some);
            }
        }
        Ok(None)
    }

    /// Whether the first line vouches for what was hashed.
    fn compare(&mut self) -> Result<(), Problems> {
        let found = core::mem::take(&mut self.hasher).finish();
        match &self.opened.manifest.bincode {
            Some(expected) if *expected == found => Ok(()),
            Some(expected) => {
                let message = format!("the compact form's SHA-512/256 is `{found}`, not `{}`", Quoted(expected));
                Err(fail("/manifest/bincode", message, "give what `weir build` wrote, unchanged"))
            }
            None => {
                let remedy = "build the bundle again, or give its two lines";
                Err(fail("/manifest/bincode", "the first line vouches for no compact form", remedy))
            }
        }
    }
}

fn no_table(error: RangeError) -> Problems {
    split("/content/networks".to_string(), &error.to_string()).into()
}

fn other_version() -> Problems {
    let remedy = "use a newer version, give the two lines, or build the bundle with this one";
    fail("/content", "this version does not know the compact form", remedy)
}

#[cfg(test)]
mod tests;
