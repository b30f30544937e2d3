//! Crowds against tables: who is kept when far more come than there is room for.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod crowd;

use crowd::{START, come, flood, known, request};
use filter_core::state::{Limits, RecordKeys, Tables, Touched};

/// A hundred keys for each client there is room for, as one minute's flood and as half an hour's. `cargo bench -p filter-core --bench
/// memory` does it with ten million.
#[test]
fn a_crowd_displaces_no_regular() {
    let limits = Limits { clients: 1_600, addresses: 400, networks: 100, ..Limits::default() };
    for minutes in [1, 30] {
        let mut tables = Tables::new(&limits);
        let before = tables.bytes();
        let lost = flood(&mut tables, 16, 160_000, minutes * 60_000);
        assert_eq!(tables.bytes(), before, "memory moved");
        assert_eq!(tables.clients(), 1_600);
        assert_eq!(lost, 0, "regulars lost in {minutes} min");
    }
}

#[test]
fn a_regular_gets_in_while_a_crowd_passes() {
    let mut tables = Tables::new(&Limits { clients: 4_000, addresses: 1_000, ..Limits::NONE });
    (0..40_000).for_each(|number| {
        come(&mut tables, (1 << 40) | number, START + number);
    });
    // One request in a hundred is of somebody new who stays.
    for number in 40_000..60_000u64 {
        come(&mut tables, (1 << 40) | number, START + number);
        if number % 100 == 0 {
            come(&mut tables, number / 100 % 10, START + number);
        }
    }
    let kept = (0..10).filter(|number| known(&mut tables, *number) >= 10).count();
    assert!(kept >= 9, "{kept} of 10 newcomers are known");
}

/// Keys that repeat push out only what came less often than they do.
#[test]
fn a_crowd_that_comes_twice_displaces_no_regular_either() {
    let mut tables = Tables::new(&Limits { clients: 4_000, ..Limits::NONE });
    for round in 0..50 {
        (0..500).for_each(|number| {
            come(&mut tables, number, START + round * 100);
        });
    }
    for number in 0..200_000 {
        come(&mut tables, (1 << 40) | (number / 2), START + 5_000 + number / 10);
    }
    let kept = (0..500).filter(|number| known(&mut tables, *number) == 50).count();
    assert_eq!(kept, 500);
}

#[test]
fn who_stays_away_makes_room() {
    let mut tables = Tables::new(&Limits { clients: 800, ..Limits::NONE });
    for round in 0..20 {
        (0..800).for_each(|number| {
            come(&mut tables, number, START + round);
        });
    }
    let hour = 60 * 60_000;
    let kept = (0..400).filter(|number| come(&mut tables, (1 << 40) | number, START + 3 * hour)).count();
    assert!(kept >= 390, "{kept} of 400 newcomers after three hours of silence");
}

/// The clock goes wrong for one request and is right again: nobody is lost for it, and newcomers are still let in.
#[test]
fn a_clock_that_jumps_does_no_lasting_harm() {
    let mut tables = Tables::new(&Limits { clients: 800, ..Limits::NONE });
    for round in 0..20 {
        for number in 0..400 {
            come(&mut tables, number, START + round);
            if round == 10 && number == 200 {
                come(&mut tables, number, u64::MAX);
                come(&mut tables, number, 0);
            }
        }
    }
    let known = (0..400).filter(|number| known(&mut tables, *number) == 20).count();
    assert!(known >= 399, "{known} of 400");
    let newcomers = (0..400).filter(|number| come(&mut tables, (1 << 40) | number, START + 20)).count();
    assert!(newcomers >= 300, "{newcomers} of 400");
}

/// Who knows the code but not the secret can choose names, not where they go: a crowd that met in one set under his own
/// secret is spread under ours.
#[test]
fn a_chooser_of_names_gains_nothing() {
    use siphasher::sip::SipHasher24;
    let name = |secret: u8, number: u64| SipHasher24::new_with_key(&[secret; 16]).hash(&number.to_le_bytes());
    let touched =
        |key: u64, at: u64| Touched { keys: RecordKeys { client: key, ..RecordKeys::default() }, ..request(0, at) };
    let mut tables = Tables::new(&Limits { clients: 8_000, ..Limits::NONE });
    let regulars: Vec<u64> = (0..500).map(|number| name(1, number)).collect();
    for round in 0..10 {
        for key in &regulars {
            tables.lend(&touched(*key, START + round)).count(&touched(*key, START + round));
        }
    }
    // Names whose keys share their first ten bits under the chooser's secret, so that one set would take them all.
    let chosen: Vec<u64> = (1_000..4_000_000).filter(|number| name(2, *number) >> 54 == 7).take(3_000).collect();
    let mut kept = 0;
    for number in &chosen {
        let touched = touched(name(1, *number), START + 20);
        let records = tables.lend(&touched);
        kept += usize::from(records.client.is_some());
        records.count(&touched);
    }
    let intact = regulars.iter().filter(|key| tables.find(&touched(**key, 0).keys).client.is_some()).count();
    assert_eq!(intact, 500);
    assert!(kept >= 2_900, "{kept} of 3000 chosen names were spread over the free places");
}
