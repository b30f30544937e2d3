//! Records without their zeros: most sketches of most records are nearly empty.

use alloc::vec::Vec;

/// Of each eight bytes a mask of those that are not zero, and these. Zeros at the end are left out.
pub(super) fn pack(bytes: &[u8], out: &mut Vec<u8>) {
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    for group in bytes.get(..end).unwrap_or(bytes).chunks(8) {
        let bits = group.iter().enumerate().filter(|(_, byte)| **byte != 0);
        out.push(bits.fold(0, |mask, (at, _)| mask | 1u8.wrapping_shl(at as u32)));
        out.extend(group.iter().filter(|byte| **byte != 0));
    }
}

/// Puts them back, in front of zeros. `None`: there is more than `out` takes, or less than the masks say.
pub(super) fn unpack(mut packed: &[u8], out: &mut [u8]) -> Option<()> {
    out.fill(0);
    let mut groups = out.chunks_mut(8);
    while let Some((mask, rest)) = packed.split_first() {
        packed = rest;
        let group = groups.next()?;
        if u32::from(*mask).checked_shr(group.len() as u32).unwrap_or(0) != 0 {
            return None;
        }
        for (at, slot) in group.iter_mut().enumerate() {
            if mask.wrapping_shr(at as u32) & 1 == 1 {
                let (byte, rest) = packed.split_first()?;
                (*slot, packed) = (*byte, rest);
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_packed_comes_back(bytes in prop::collection::vec(prop_oneof![3 => Just(0u8), 1 => any::<u8>()], 0..70)) {
            let mut packed = Vec::new();
            pack(&bytes, &mut packed);
            let mut out = alloc::vec![7; bytes.len()];
            prop_assert_eq!(unpack(&packed, &mut out), Some(()));
            prop_assert_eq!(&out, &bytes);
            prop_assert!(packed.len() <= bytes.len() + bytes.len().div_ceil(8));
        }

        #[test]
        fn any_bytes_are_unpacked_or_refused(packed in prop::collection::vec(any::<u8>(), 0..40), room in 0usize..20) {
            let mut out = alloc::vec![7; room];
            if unpack(&packed, &mut out).is_some() {
                let mut again = Vec::new();
                pack(&out, &mut again);
                let mut back = alloc::vec![7; room];
                prop_assert_eq!(unpack(&again, &mut back), Some(()));
                prop_assert_eq!(back, out);
            }
        }
    }

    #[test]
    fn nothing_is_nothing() {
        let mut packed = Vec::new();
        pack(&[0; 64], &mut packed);
        assert!(packed.is_empty());
        assert_eq!(unpack(&[2, 1], &mut [9; 1]), None, "a byte past the end");
        assert_eq!(unpack(&[3, 1], &mut [9; 8]), None, "one byte too few");
    }
}
