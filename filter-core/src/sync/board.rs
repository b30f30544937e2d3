//! Many nodes' snapshots as one value, where one value is cheaper to read than many: a *board*. Nothing is merged, so that each reader can leave
//! out what he said himself.
//!
//! The wire form: `WSB`, the version, and of each snapshot its length (four bytes, little-endian) and its bytes.

use alloc::vec::Vec;

use super::peers::Peers;
use super::wire::{Refused, VERSION};
use crate::limits;

const MAGIC: [u8; 4] = [b'W', b'S', b'B', VERSION];

impl Peers {
    /// All that is heard, nodes with the least numbers first, as far as `most` bytes reach (and never more than [`limits::BOARD`]).
    pub fn board(&self, most: usize) -> Vec<u8> {
        let mut board = MAGIC.to_vec();
        for snapshot in self.nodes().filter_map(|node| self.snapshot(node)) {
            let length = u32::try_from(snapshot.len()).unwrap_or(u32::MAX);
            let end = board.len().saturating_add(snapshot.len()).saturating_add(4);
            if end <= most.min(limits::BOARD) {
                board.extend_from_slice(&length.to_le_bytes());
                board.extend_from_slice(snapshot);
            }
        }
        board
    }

    /// Takes in what stands on a board, in any order, any number of times: how many snapshots were taken. What is no snapshot, too old or
    /// of another secret is left out.
    ///
    /// # Errors
    /// Where it is no board, or of another version.
    pub fn add_board(&mut self, board: &[u8], now: u64) -> Result<usize, Refused> {
        if board.len() > limits::BOARD {
            return Err(Refused::TooLong);
        }
        let (magic, mut rest) = board.split_first_chunk::<4>().ok_or(Refused::Malformed)?;
        if *magic != MAGIC {
            return Err(if magic.get(..3) == MAGIC.get(..3) { Refused::OtherVersion } else { Refused::Malformed });
        }
        let mut taken = 0usize;
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
            let Some((snapshot, after)) = after.split_at_checked(length) else { break };
            taken = taken.saturating_add(usize::from(self.add(snapshot, now).is_ok()));
            rest = after;
        }
        Ok(taken)
    }
}
