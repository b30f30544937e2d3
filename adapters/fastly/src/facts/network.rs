//! Which network and country an address belongs to, as the host says.
//!
//! The SDK gives nothing where a single one of seventeen members is missing; three of them are read here.

use core::net::IpAddr;

use serde::Deserialize;

use crate::hostcalls::Arena;
use crate::hostcalls::request::geography;

/// What is known of an address.
#[derive(Debug, Default)]
pub(crate) struct Network {
    pub(crate) asn: Option<u32>,
    pub(crate) organisation: Option<Vec<u8>>,
    /// Two upper-case letters.
    pub(crate) country: Option<Vec<u8>>,
}

#[derive(Deserialize)]
struct Geography {
    as_number: Option<u32>,
    as_name: Option<String>,
    country_code: Option<String>,
}

/// Asks the host.
pub(crate) fn of(address: IpAddr, arena: &mut Arena) -> Network {
    let Ok(range) = geography(address, arena) else { return Network::default() };
    let Ok(found) = serde_json::from_slice::<Geography>(arena.get(&range)) else { return Network::default() };
    let text = |text: Option<String>| text.filter(|text| !text.is_empty() && text != "?").map(String::into_bytes);
    Network {
        // 0 stands for unknown.
        asn: found.as_number.filter(|number| *number != 0),
        organisation: text(found.as_name),
        country: text(found.country_code).filter(|code| code.len() == 2).map(|code| code.to_ascii_uppercase()),
    }
}
