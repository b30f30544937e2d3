//! Receipts: what can be read is written back so that it reads the same.

use filter_core::action::Receipt;
use filter_core::keys::Keys;

use super::Target;
use crate::parts::SECRET;
use crate::seeds;

pub(super) const TARGET: Target = Target {
    name: "receipt",
    check,
    seeds: || seeds::texts(&["4T9K-7QX2-M0HB", "4t9k 7qx2 mohb", "000000000000", "ZZZZ-ZZZZ-ZZZZ", "il o-uuuu"]),
    rounds: 4000,
};

fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(receipt) = Receipt::parse(text) else { return };
    let written = receipt.to_string();
    assert_eq!(written.len(), 14);
    assert_eq!(Receipt::parse(&written), Some(receipt));
    assert_eq!(Receipt::parse(&written.to_lowercase()), Some(receipt));
    let keys = Keys::derive(SECRET);
    assert_eq!(receipt.names_rule(text, Some(&keys)), receipt.names_rule(text, Some(&keys)));
}
