//! Snapshots of records: refused, or heard within bounds; a node judges by them, and a hub passes them on in a form that reads back.

use filter_core::state::{Account, Client, Limits, RecordKeys, Site, Tables, Tool};
use filter_core::sync::{Node, Peers, Seed};

use super::Target;

pub(super) const TARGET: Target = Target { name: "snapshot", check, seeds, rounds: 400 };

const NOW: u64 = 1_731_000_000_000;
const LIMITS: Limits = Limits {
    clients: 80,
    details: 80,
    addresses: 80,
    networks: 8,
    tools: 8,
    accounts: 8,
    endpoints: 8,
    sites: 8,
    cells: 0,
};
const HUB: u64 = 5;
const MOST: usize = 4096;

fn seeds() -> Vec<Vec<u8>> {
    let full = |byte: u8| [byte; 512];
    // Records as they may be, between nodes whose tables hold nothing but these.
    let mut all: Vec<Vec<u8>> = [0u8, 1, 0x7F, 0xFF].iter().map(|byte| forged(&full(*byte))).collect();
    all.push(Node::new(1, Seed::default()).snapshot(&Tables::new(&LIMITS), NOW, MOST));
    all
}

/// A snapshot that a hub made of one of records with these bytes.
fn forged(bytes: &[u8]) -> Vec<u8> {
    let records: [Vec<u8>; 4] = [
        Client::from_bytes(bytes).to_bytes().to_vec(),
        Tool::from_bytes(bytes).to_bytes().to_vec(),
        Account::from_bytes(bytes).to_bytes().to_vec(),
        Site::from_bytes(bytes).to_bytes().to_vec(),
    ];
    let mut out = b"WSN\x01\x01\x00\x07".to_vec();
    out.push(253);
    out.extend(NOW.to_le_bytes());
    for kind in 0..8 {
        let record = match kind {
            0 => records.first(),
            4 => records.get(1),
            5 => records.get(2),
            7 => records.get(3),
            _ => None,
        };
        let Some(record) = record else {
            out.push(0);
            continue;
        };
        let mut packed = Vec::new();
        for group in record.chunks(8) {
            packed.push(group.iter().zip(0..).fold(0u8, |mask, (byte, at)| mask | u8::from(*byte != 0) << at));
            packed.extend(group.iter().filter(|byte| **byte != 0));
        }
        out.extend([1, 9]);
        match u8::try_from(packed.len()) {
            Ok(short) if short < 251 => out.push(short),
            _ => {
                out.push(251);
                out.extend(u16::try_from(packed.len()).unwrap_or(0).to_le_bytes());
            }
        }
        out.extend(packed);
    }
    out
}

fn check(data: &[u8]) {
    // As a board, and as the only snapshot of one.
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes();
    check_board(&[b"WSB\x01", data].concat());
    check_board(&[b"WSB\x01", &length[..], data].concat());
    let mut peers = Peers::new(Seed::default(), 3);
    let Ok(node) = peers.add(data, NOW) else { return };
    let once = peers.clone();
    assert_eq!((peers.add(data, NOW), &peers), (Ok(node), &once), "heard twice");
    let mut tables = Tables::new(&LIMITS);
    let mut own = Tables::new(&LIMITS);
    let restored = peers.restore(node, &mut own, NOW);
    assert_eq!(restored.nodes, 1);
    assert_eq!(peers.restore(node, &mut own, NOW).records, 0, "what is held stays");
    let heard = peers.teach(&mut tables, node.wrapping_add(1), NOW);
    assert_eq!(heard.nodes, 1);
    assert_eq!(peers.teach(&mut tables, node, NOW).nodes, 0, "its own");
    assert!(tables.find(&RecordKeys { client: 9, ..RecordKeys::default() }).client.is_none(), "others' stay apart");
    let hub = peers.merged(&mut Node::new(HUB, Seed::default()), node.wrapping_add(1), &LIMITS, NOW, MOST);
    assert!(hub.len() <= MOST);
    assert_eq!(Peers::new(Seed::default(), 3).add(&hub, NOW), Ok(HUB));
}

fn check_board(board: &[u8]) {
    let mut peers = Peers::new(Seed::default(), 3);
    if let Ok(taken) = peers.add_board(board, NOW) {
        assert!(peers.nodes().count() <= taken.min(3));
        let mut read = Peers::new(Seed::default(), 3);
        assert_eq!(read.add_board(&peers.board(usize::MAX), NOW), Ok(peers.nodes().count()));
        assert_eq!(read, peers, "written and read again");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_snapshots() {
        for (number, seed) in seeds().iter().enumerate() {
            let mut peers = Peers::new(Seed::default(), 3);
            assert!(peers.add(seed, NOW).is_ok(), "seed {number}");
            let heard = peers.teach(&mut Tables::new(&LIMITS), 0, NOW);
            assert_eq!(heard.records, if number < 4 { 4 } else { 0 }, "seed {number}");
        }
    }
}
