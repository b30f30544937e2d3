//! Crowds of clients, as they come to a host's tables.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::arithmetic_side_effects)]

use filter_core::state::{Act, Branch, RecordKeys, Shown, Tables, Touched, Visit, Vouched};

pub const START: u64 = 1_731_000_000_000;

/// SplitMix64: what a keyed hash looks like to whoever lacks the key.
pub fn hash(index: u64) -> u64 {
    let mut z = index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A request of client `number`, from an address of its own.
pub fn request(number: u64, at: u64) -> Touched {
    let keys = RecordKeys {
        client: hash(number + 1),
        address: hash(number | (1 << 60)),
        network: hash((number % 5_000) | (2 << 60)),
        tool: hash((number % 50) | (3 << 60)),
        account: 0,
        endpoint: hash((number % 300) | (4 << 60)),
        site: hash(5 << 60),
    };
    let shown = Shown::default();
    Touched {
        keys,
        visit: Visit {
            at,
            act: Act::Page,
            shown,
            hidden: shown,
            path: number,
            target: number,
            number: None,
            branch: Branch::default(),
            is_navigation: true,
            is_sent: false,
            is_foreign: false,
            is_declared: false,
            attempt: None,
        },
        vouched: Vouched::default(),
    }
}

pub fn come(tables: &mut Tables, number: u64, at: u64) -> bool {
    let touched = request(number, at);
    let records = tables.lend(&touched);
    let is_kept = records.client.is_some();
    records.count(&touched);
    is_kept
}

/// Requests of a client, as its record says.
pub fn known(tables: &mut Tables, number: u64) -> u32 {
    tables.find(&request(number, 0).keys).client.map_or(0, |client| client.requests())
}

/// Requests of a regular client, well under the 255 at which counts are halved.
pub const EACH: u64 = 200;

/// A crowd of `crowd` keys that come once each, over `duration` milliseconds, while regulars come in turn. Gives how many regulars lost
/// their record after the first tenth of their requests.
pub fn flood(tables: &mut Tables, regulars: u64, crowd: u64, duration: u64) -> usize {
    let every = crowd / (regulars * EACH);
    let mut turn = 0;
    for number in 0..crowd {
        let at = START + number * duration / crowd;
        if number % every == 0 && turn < regulars * EACH {
            come(tables, turn % regulars, at);
            turn += 1;
        }
        come(tables, (1 << 40) | number, at);
    }
    (0..regulars).filter(|number| u64::from(known(tables, *number)) < EACH - EACH / 10).count()
}
