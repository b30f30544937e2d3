//! How many different ones.

use super::log2;

/// Counts distinct keyed hashes: exactly while they are few, by HyperLogLog afterwards.
///
/// | `N` | bytes | exact up to | registers `m` | standard error |
/// |---|---|---|---|---|
/// | 8 | 16 | 7 | 28 | 20 % |
/// | 16 | 32 | 15 | 60 | 13 % |
/// | 32 | 64 | 31 | 124 | 9 % |
///
/// Guarantee: never more than the truth while at most `N - 1` are held, and then less by one or more with a chance below
/// `n^2 / 24_000` (two hashes of which the table keeps the same 16 bits). Beyond: root mean square error at most
/// `1.2 * 1.04 / sqrt(m)` of the truth, up to 16,000 for each register.
///
/// Flajolet, Fusy, Gandouet, Meunier: HyperLogLog, 2007; the sparse form after Heule, Nunkesser, Hall: HyperLogLog in
/// practice, 2013. A record has no room for a mode flag, so four registers of the power of two are left out: hashes that belong to them are
/// not counted, and the estimate is scaled up.
///
/// Merge law: union. What is held depends on the set of hashes alone, so merging is idempotent, commutative and associative.
///
/// ```
/// use filter_core::state::sketches::Distinct;
/// let mut paths = Distinct::<8>::default();
/// for hash in [0x1111_0000_0000_0000, 0x2222_0000_0000_0000, 0x1111_0000_0000_0000] {
///     paths.add(hash);
/// }
/// assert_eq!(paths.count(), 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Distinct<const N: usize>([u16; N]);

fields!([const N: usize] Distinct<N> { 0: [u16; N] });

impl<const N: usize> Default for Distinct<N> {
    fn default() -> Self {
        Distinct([0; N])
    }
}

impl<const N: usize> Distinct<N> {
    /// Takes a hash in. Its leading bits are used.
    pub fn add(&mut self, hash: u64) {
        add(&mut self.0, item(hash));
    }

    /// How many different ones came.
    pub fn count(&self) -> u32 {
        count(&self.0)
    }

    /// Takes in all that another one saw.
    pub fn merge(&mut self, other: &Self) {
        merge(&mut self.0, &other.0);
    }
}

// The work is done on slices: one copy of the code for all sizes.

/// In the last cell: the others are registers of four bits. No item looks like this, its last four bits are at most 14.
const DENSE: u16 = 0xffff;

/// What is kept of a hash: 12 bits, and the number of zeros that follow them plus one.
fn item(hash: u64) -> u16 {
    let zeros = (hash.wrapping_shl(12) | 1).leading_zeros().min(13);
    ((hash >> 48) as u16 & 0xfff0) | (zeros as u16).wrapping_add(1)
}

fn is_dense(cells: &[u16]) -> bool {
    cells.last() == Some(&DENSE)
}

fn nibble(cell: u16, at: u32) -> u16 {
    cell.wrapping_shr(at) & 15
}

/// Log2 of the registers, those left out included.
fn precision(cells: &[u16]) -> u32 {
    cells.len().trailing_zeros().wrapping_add(2)
}

#[inline(never)] // once in wasm, not once a record
fn add(cells: &mut [u16], item: u16) {
    if is_dense(cells) {
        return raise(cells, item);
    }
    // Sorted, empty cells last; the last of all stays empty.
    let room = cells.len().saturating_sub(1);
    let mut carried = item;
    for cell in cells.iter_mut().take(room) {
        if *cell == carried {
            return;
        }
        if *cell == 0 {
            *cell = carried;
            return;
        }
        if *cell > carried {
            core::mem::swap(cell, &mut carried);
        }
    }
    let mut items = [0u16; 64];
    items.iter_mut().zip(cells.iter_mut()).for_each(|(kept, cell)| core::mem::swap(kept, cell));
    if let Some(last) = cells.last_mut() {
        *last = DENSE;
    }
    items.iter().take(room).for_each(|item| raise(cells, *item));
    raise(cells, carried);
}

/// Counts an item in its register.
fn raise(cells: &mut [u16], item: u16) {
    let precision = precision(cells);
    let register = u32::from(item).wrapping_shr(16u32.wrapping_sub(precision));
    // Zeros after the register's bits: among the rest of the 12, or all of those and the counted ones.
    let rest = (item & 0xfff0).wrapping_shl(precision);
    let rank = if rest == 0 {
        12u32.wrapping_sub(precision).wrapping_add(u32::from(item & 15)) as u16
    } else {
        rest.leading_zeros().wrapping_add(1) as u16
    };
    let rank = rank.min(15);
    let last = cells.len().wrapping_sub(1);
    let at = register & 3;
    let at = at.wrapping_mul(4);
    let Some(cell) = cells.get_mut(..last).and_then(|cells| cells.get_mut(register as usize >> 2)) else { return };
    if nibble(*cell, at) < rank {
        *cell = (*cell & !15u16.wrapping_shl(at)) | rank.wrapping_shl(at);
    }
}

#[inline(never)]
fn merge(mine: &mut [u16], theirs: &[u16]) {
    if !is_dense(theirs) {
        return theirs.iter().take_while(|item| **item != 0).for_each(|item| add(mine, *item));
    }
    if !is_dense(mine) {
        let mut items = [0u16; 64];
        items.iter_mut().zip(mine.iter()).for_each(|(kept, cell)| *kept = *cell);
        mine.iter_mut().zip(theirs).for_each(|(cell, theirs)| *cell = *theirs);
        return items.iter().take_while(|item| **item != 0).for_each(|item| raise(mine, *item));
    }
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        *mine = (0..16u32).step_by(4).fold(0, |cell, at| {
            let most = nibble(*mine, at).max(nibble(*theirs, at));
            cell | most.wrapping_shl(at)
        });
    }
}

fn count(cells: &[u16]) -> u32 {
    if !is_dense(cells) {
        return cells.iter().take_while(|cell| **cell != 0).count() as u32;
    }
    let registers = cells.get(..cells.len().saturating_sub(1)).unwrap_or(cells);
    let ranks = registers.iter().flat_map(|cell| [0, 4, 8, 12].map(|at| u32::from(nibble(*cell, at))));
    let (mut sum, mut empty) = (0u64, 0u64);
    for rank in ranks {
        sum = sum.wrapping_add(1u64.wrapping_shl(15u32.wrapping_sub(rank)));
        empty = empty.wrapping_add(u64::from(rank == 0));
    }
    let used = (registers.len() as u64).wrapping_mul(4);
    let all = 1u64.wrapping_shl(precision(cells));
    // alpha = 0.7213 / (1 + 1.079 / m), and the scale for the registers left out: alpha * m^2 / sum * all / m.
    let squared = used.wrapping_mul(used).wrapping_mul(1 << 15).wrapping_mul(7_213);
    let per = used.wrapping_mul(10_000).wrapping_add(10_790).wrapping_mul(sum);
    let raw = squared.wrapping_mul(all).checked_div(per).unwrap_or(0);
    if empty > 0 && raw.wrapping_mul(2) <= all.wrapping_mul(5) {
        // Linear counting: m * ln(m / empty); ln 2 = 45426 / 65536, log2 comes in 1/256.
        let octaves = u64::from(log2(used).wrapping_sub(log2(empty)));
        return (all.wrapping_mul(octaves).wrapping_mul(45_426).wrapping_add(1 << 23) >> 24) as u32;
    }
    u32::try_from(raw).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
