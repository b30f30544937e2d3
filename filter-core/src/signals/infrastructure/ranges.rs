//! Sorted address ranges with one small value each, as they travel in bundles.

use core::fmt;
use core::net::IpAddr;

/// Why a table's bytes were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RangeError;

impl fmt::Display for RangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a range table; build the bundle again with `weir build`")
    }
}

/// Disjoint ranges in ascending order; look-up is one binary search.
#[derive(Clone, Debug, Default)]
pub struct RangeTable {}

impl RangeTable {
    /// Reads the wire form.
    pub fn decode(_v4: &[u8], _v6: &[u8]) -> Result<Self, RangeError> {
        Ok(RangeTable {})
    }

    /// The value of the range that holds `address`.
    pub fn find(&self, _address: IpAddr) -> Option<u32> {
        None
    }
}
