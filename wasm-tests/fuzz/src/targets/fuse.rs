//! Filters of breached passwords: refused, or the same as what a slow reader of the same bytes finds; what a desk builds is found again.

use filter_core::fingerprint::credentials::Fuse;
use xorf::{BinaryFuse8, BinaryFuse16};

use super::Target;
use crate::fields::{Fields, join};

pub(super) const TARGET: Target = Target { name: "fuse", check, seeds, rounds: 4000 };

fn seeds() -> Vec<Vec<u8>> {
    let keys: Vec<u64> = (0..40u64).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15)).collect();
    let (narrow, wide) = (BinaryFuse8::try_from(&keys[..]).unwrap(), BinaryFuse16::try_from(&keys[..7]).unwrap());
    let bytes: Vec<u8> = wide.fingerprints.iter().flat_map(|place| place.to_le_bytes()).collect();
    let written = |bits: u8, it: &xorf::Descriptor, table: &[u8]| {
        join([&[bits][..], &it.seed.to_le_bytes(), &it.segment_length.to_le_bytes(), table])
    };
    vec![
        written(8, &narrow.descriptor, &narrow.fingerprints),
        written(16, &wide.descriptor, &bytes),
        join([&b"\x08"[..], b"x", b"\x04", &[0; 12]]),
    ]
}

fn check(data: &[u8]) {
    let mut fields = Fields::of(data);
    let (bits, seed, segment) = (fields.number() as u32, fields.number(), fields.number() as u32);
    let table = fields.rest();
    let width = bits as usize / 8;
    let places = table.len().checked_div(width).unwrap_or(0);
    let is_sound = matches!(bits, 8 | 16)
        && segment.is_power_of_two()
        && segment <= 1 << 18
        && table.len().is_multiple_of(width)
        && places.is_multiple_of(segment as usize)
        && places / segment as usize >= 3;
    let fuse = Fuse::new(bits, seed, segment, table.into());
    assert_eq!(fuse.is_ok(), is_sound);
    let Ok(fuse) = fuse else { return };
    for key in (0..64).chain([u64::MAX, seed, seed.wrapping_neg()]) {
        assert_eq!(fuse.contains(key), slow(key, seed, segment, table, width), "{key}");
    }
}

/// The paper's look-up, place by place.
fn slow(key: u64, seed: u64, segment: u32, table: &[u8], width: usize) -> bool {
    let mut hash = key.wrapping_add(seed);
    for factor in [0xff51_afd7_ed55_8ccdu64, 0xc4ce_b9fe_1a85_ec53] {
        hash ^= hash >> 33;
        hash = hash.wrapping_mul(factor);
    }
    hash ^= hash >> 33;
    let segment = segment as usize;
    let starts = table.len() / width - 2 * segment;
    let first = ((u128::from(hash) * starts as u128) >> 64) as usize;
    // The place inside the next two segments differs from the first one's in some bits.
    let second = (first + segment) ^ ((hash >> 18) as usize % segment);
    let third = (first + 2 * segment) ^ (hash as usize % segment);
    let at = |place: usize| table[place * width..(place + 1) * width].to_vec();
    let print = (hash ^ hash >> 32).to_le_bytes();
    (0..width).all(|byte| at(first)[byte] ^ at(second)[byte] ^ at(third)[byte] == print[byte])
}
