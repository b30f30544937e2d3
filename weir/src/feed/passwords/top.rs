//! The most frequent keys of any number, in bounded memory.

/// Keeps at most twice as many as are wanted, and lets go of the rarest.
#[derive(Debug)]
pub(super) struct Top {
    most: usize,
    /// Least count that is kept.
    floor: u32,
    kept: Vec<(u64, u32)>,
    /// Keys that were let go of, though they were seen often enough.
    is_cut: bool,
}

impl Top {
    /// The `most` frequent ones of those seen `floor` times or more.
    pub(super) fn new(most: usize, floor: u32) -> Self {
        Top { most: most.max(1), floor: floor.max(1), kept: Vec::new(), is_cut: false }
    }

    /// Takes one; the same key again counts with its greater count.
    pub(super) fn add(&mut self, key: u64, count: u32) {
        if count < self.floor {
            return;
        }
        self.kept.push((key, count));
        if self.kept.len() >= self.most.saturating_mul(2).saturating_add(1024) {
            self.cut();
        }
    }

    /// All that were seen as often as the floor or more: the floor, and the keys in ascending order with their counts.
    ///
    /// The same whatever the order in which they came: one is let go of only where as many as are wanted were seen more often.
    pub(super) fn finish(mut self) -> Result<(u32, Vec<(u64, u32)>), String> {
        self.cut();
        match (self.kept.is_empty(), self.is_cut) {
            (false, _) => Ok((self.floor, self.kept)),
            (true, true) => Err(format!(
                "more than {} were seen equally often, so that none can be chosen; give a greater --most, or a shorter list",
                self.most
            )),
            (true, false) => Err("nothing is left; give a list that holds something, or a smaller --at-least".into()),
        }
    }

    fn cut(&mut self) {
        self.kept.sort_unstable();
        // Equal keys stand together, the greatest count last.
        self.kept.reverse();
        self.kept.dedup_by_key(|(key, _)| *key);
        self.kept.reverse();
        if self.kept.len() <= self.most {
            return;
        }
        let mut counts: Vec<u32> = self.kept.iter().map(|(_, count)| *count).collect();
        let (_, first_out, _) = counts.select_nth_unstable_by(self.most, |a, b| b.cmp(a));
        self.floor = first_out.saturating_add(1);
        self.is_cut = true;
        let floor = self.floor;
        self.kept.retain(|(_, count)| *count >= floor);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_same_as_sorting_all(all in proptest::collection::vec((0u64..4000, 1u32..60), 1..6000), most in 1usize..900, least in 1u32..5) {
            let mut top = Top::new(most, least);
            all.iter().for_each(|(key, count)| top.add(*key, *count));
            let mut counts = std::collections::BTreeMap::new();
            for (key, count) in &all {
                let slot = counts.entry(*key).or_insert(0);
                *slot = (*slot).max(*count);
            }
            // The least floor at which no more than are wanted are left.
            let left = |floor: u32| counts.iter().filter(|(_, count)| **count >= floor).map(|(key, count)| (*key, *count)).collect::<Vec<_>>();
            let floor = (least..).find(|floor| left(*floor).len() <= most).unwrap();
            match top.finish() {
                Ok((found, kept)) => {
                    prop_assert_eq!(&kept, &left(floor));
                    prop_assert!(kept.iter().all(|(_, count)| *count >= found));
                }
                Err(_) => prop_assert!(left(floor).is_empty()),
            }
        }
    }

    #[test]
    fn memory_does_not_grow_with_what_is_read() {
        let mut top = Top::new(1000, 1);
        for n in 0..300_000u64 {
            top.add(n, u32::try_from(n % 1000).unwrap() + 1);
        }
        assert!(top.kept.capacity() <= 8192, "{}", top.kept.capacity());
        let (floor, kept) = top.finish().unwrap();
        assert!(kept.len() == 900 && floor == 998, "{} {floor}", kept.len());
    }
}
