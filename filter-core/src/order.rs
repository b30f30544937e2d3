//! Sorting at load. The library's sorts are faster and cost 8 KiB of wasm for every type they are used with; tables
//! here are sorted once a bundle.

/// Heap sort (Williams 1964): in place, not stable, `n log n` comparisons at worst.
pub(crate) fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, |a, b| a < b);
}

/// The same by another order.
pub(crate) fn sort_by<T>(items: &mut [T], less: impl Fn(&T, &T) -> bool) {
    for root in (0..items.len() / 2).rev() {
        sink(items, root, &less);
    }
    for end in (1..items.len()).rev() {
        items.swap(0, end);
        if let Some(heap) = items.get_mut(..end) {
            sink(heap, 0, &less);
        }
    }
}

/// Moves the item at `root` down until no child is greater.
fn sink<T>(heap: &mut [T], mut root: usize, less: &impl Fn(&T, &T) -> bool) {
    loop {
        let left = root.saturating_mul(2).saturating_add(1);
        let right = left.saturating_add(1);
        let greater = match (heap.get(left), heap.get(right)) {
            (Some(a), Some(b)) if less(a, b) => right,
            (Some(_), _) => left,
            (None, _) => return,
        };
        match (heap.get(root), heap.get(greater)) {
            (Some(a), Some(b)) if less(a, b) => heap.swap(root, greater),
            _ => return,
        }
        root = greater;
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    #[test]
    fn it_sorts_as_the_library_does() {
        proptest::proptest!(|(items: Vec<u8>)| {
            let (mut ours, mut theirs) = (items.clone(), items);
            super::sort(&mut ours);
            theirs.sort_unstable();
            proptest::prop_assert_eq!(ours, theirs);
        });
    }
}
