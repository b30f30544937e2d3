//! This isolate as one of many: what it saw, for its shard, and what others saw, from there and from the board. `share.mjs` carries both.

use core::cell::RefCell;

use filter_core::limits;
use filter_core::sync::{Node, Peers, Seed};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{clock, serve};

/// Bytes of an isolate's snapshot: 600 records or so.
const BYTES: usize = 64 << 10;

struct Share {
    seed: Seed,
    node: Node,
    peers: Peers,
}

thread_local! {
    static SHARE: RefCell<Option<Share>> = const { RefCell::new(None) };
}

/// What this isolate saw itself; nothing without a bundle, a memory or a secret.
#[wasm_bindgen]
pub fn tell() -> Option<Vec<u8>> {
    serve::with_memory(|seed, tables| {
        SHARE.with_borrow_mut(|share| {
            let share = match share {
                Some(share) if share.seed == seed => share,
                other => other.insert(Share {
                    seed,
                    node: Node::new(js_sys::Math::random().to_bits(), seed),
                    peers: Peers::new(seed, limits::SNAPSHOT_NODES),
                }),
            };
            share.node.snapshot(tables, clock::milliseconds(), BYTES)
        })
    })
}

/// Takes what the other isolates of shard `shard` say, and the board of all shards, which may be empty.
#[wasm_bindgen]
pub fn hear(near: &[u8], board: &[u8], shard: u32) {
    let now = clock::milliseconds();
    serve::with_memory(|_, tables| {
        SHARE.with_borrow_mut(|share| {
            if let Some(Share { peers, .. }) = share {
                // What is no snapshot, or no board, is no state.
                let _ = peers.add(near, now);
                let _ = peers.add_board(board, now);
                // This isolate's own shard stands on the board, and this isolate in it: the shard told the rest apart.
                peers.teach(tables, u64::from(shard).saturating_add(1), now);
            }
        });
    });
}
