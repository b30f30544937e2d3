//! Laws that hold for all records.
#![allow(clippy::arithmetic_side_effects)]

use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::facts::{Fact, Header, Outcome};

const START: u64 = 1_731_000_000_000;

/// All kinds, to be lent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct All(Client, ClientDetail, Address, Network, Tool, Account, Endpoint, Site);

impl All {
    fn lend(&mut self) -> Records<'_> {
        Records {
            client: Some(&mut self.0),
            detail: Some(&mut self.1),
            address: Some(&mut self.2),
            network: Some(&mut self.3),
            tool: Some(&mut self.4),
            account: Some(&mut self.5),
            endpoint: Some(&mut self.6),
            site: Some(&mut self.7),
            beside: Beside::default(),
            cells: None,
        }
    }

    /// Every record stored and read again.
    fn stored(&self) -> All {
        All(
            Client::from_bytes(&self.0.to_bytes()),
            ClientDetail::from_bytes(&self.1.to_bytes()),
            Address::from_bytes(&self.2.to_bytes()),
            Network::from_bytes(&self.3.to_bytes()),
            Tool::from_bytes(&self.4.to_bytes()),
            Account::from_bytes(&self.5.to_bytes()),
            Endpoint::from_bytes(&self.6.to_bytes()),
            Site::from_bytes(&self.7.to_bytes()),
        )
    }

    fn of(bytes: &[u8]) -> All {
        All(
            Client::from_bytes(bytes),
            ClientDetail::from_bytes(bytes),
            Address::from_bytes(bytes),
            Network::from_bytes(bytes),
            Tool::from_bytes(bytes),
            Account::from_bytes(bytes),
            Endpoint::from_bytes(bytes),
            Site::from_bytes(bytes),
        )
    }
}

const ACTS: [Act; Act::COUNT] = [Act::Page, Act::Asset, Act::Call, Act::Form, Act::Other];

fn visit(at: u64, act: Act, path: u64) -> Visit {
    let (shown, hidden) = (Shown::default(), Shown::default());
    Visit { at, act, shown, hidden, path, target: path, number: Some(path), ..quiet() }
}

fn quiet() -> Visit {
    Visit {
        at: START,
        act: Act::Page,
        shown: Shown::default(),
        hidden: Shown::default(),
        path: 0,
        target: 0,
        number: None,
        branch: Branch::default(),
        is_navigation: true,
        is_sent: false,
        is_foreign: false,
        is_declared: false,
        attempt: None,
    }
}

fn keys(client: u64, account: u64) -> RecordKeys {
    RecordKeys { client, address: client ^ 1, network: 2, tool: 3, account, endpoint: 4, site: 5 }
}

#[test]
fn one_client_alone_teaches_no_endpoint_what_is_usual() {
    let (mut client, mut detail, mut address) = (Client::EMPTY, ClientDetail::EMPTY, Address::EMPTY);
    let mut endpoints = [Endpoint::EMPTY; 4];
    for number in 0..2_000u64 {
        let place = (number % 4) as usize;
        let keys = RecordKeys { endpoint: place as u64, ..keys(1, 0) };
        let touched = Touched {
            keys,
            visit: Visit { is_sent: true, ..visit(START + number * 1_000, Act::Call, place as u64) },
            vouched: Vouched::default(),
        };
        let outcome = Outcome { status: Fact::Present(200), ..Outcome::default() };
        for settles in [false, true] {
            let records = Records {
                client: Some(&mut client),
                detail: Some(&mut detail),
                address: Some(&mut address),
                endpoint: Some(&mut endpoints[place]),
                ..Records::default()
            };
            if settles {
                records.settle(&touched, 0, &outcome, Some(LoginResult::Passed), START);
            } else {
                records.count(&touched);
            }
        }
    }
    for endpoint in endpoints {
        assert_eq!((endpoint.again.unlike([1, 0], 950), endpoint.refused.unlike([1, 0], 800)), (None, None));
    }
}

#[test]
fn an_address_with_many_clients_teaches_nothing() {
    let (mut address, mut endpoint) = (Address::EMPTY, Endpoint::EMPTY);
    for number in 0..3_000u64 {
        let (mut client, mut detail) = (Client::EMPTY, ClientDetail::EMPTY);
        for act in 0..3 {
            let keys =
                RecordKeys { address: 9, endpoint: 4, ..keys((number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15), 0) };
            let touched =
                Touched { keys, visit: visit(START + number * 1_000 + act, Act::Call, 1), vouched: Vouched::default() };
            let records = Records {
                client: Some(&mut client),
                detail: Some(&mut detail),
                address: Some(&mut address),
                endpoint: Some(&mut endpoint),
                ..Records::default()
            };
            records.count(&touched);
        }
    }
    // Of 6,000 acts after another one.
    let taught = endpoint.again.total();
    assert!(taught < 100, "{taught}");
}

/// A time, what is asked, for whom, and how it is answered.
type Event = (u64, usize, u64, u16);

fn play(all: &mut All, events: &[Event]) {
    for (at, act, key, status) in events {
        let touched = Touched {
            keys: keys(*key, key & 7),
            visit: visit(*at, ACTS[act % ACTS.len()], *key),
            vouched: Vouched::default(),
        };
        let _ = all.lend().count(&touched);
        let cookie = [Header { name: b"set-cookie", value: b"a=1" }];
        let headers = if status % 2 == 0 { &cookie[..] } else { &[] };
        let outcome = Outcome { status: Fact::Present(*status), headers, headers_known: true, ..Outcome::default() };
        all.lend().settle(&touched, (*status % 101) as u8, &outcome, None, at.wrapping_add(u64::from(*status)));
    }
}

fn events(times: impl Strategy<Value = u64>) -> impl Strategy<Value = Vec<Event>> {
    vec((times, any::<usize>(), any::<u64>(), any::<u16>()), 0..60)
}

proptest! {
    #[test]
    fn any_bytes_are_records_that_any_request_at_any_time_may_touch(
        bytes in vec(any::<u8>(), 0..600),
        events in events(prop_oneof![any::<u64>(), START..START + 100_000_000]),
    ) {
        let mut all = All::of(&bytes);
        play(&mut all, &events);
        prop_assert_eq!(all.stored(), all);
    }

    #[test]
    fn bytes_come_back_as_they_were(bytes in vec(any::<u8>(), 512)) {
        prop_assert_eq!(&Client::from_bytes(&bytes).to_bytes()[..], &bytes[..Client::SIZE]);
        prop_assert_eq!(&ClientDetail::from_bytes(&bytes).to_bytes()[..], &bytes[..ClientDetail::SIZE]);
        prop_assert_eq!(&Endpoint::from_bytes(&bytes).to_bytes()[..], &bytes[..Endpoint::SIZE]);
        prop_assert_eq!(&Site::from_bytes(&bytes).to_bytes()[..], &bytes[..Site::SIZE]);
    }

    #[test]
    fn a_store_in_between_changes_nothing(events in events(START..START + 1_000_000), cut in 0usize..60) {
        let (mut whole, mut cut_in_two) = (All::default(), All::default());
        play(&mut whole, &events);
        let (first, second) = events.split_at(cut.min(events.len()));
        play(&mut cut_in_two, first);
        cut_in_two = cut_in_two.stored();
        play(&mut cut_in_two, second);
        prop_assert_eq!(whole, cut_in_two);
    }

    #[test]
    fn a_clock_that_runs_backwards_makes_no_pauses(back in 1u64..10_000_000_000) {
        let mut client = Client::default();
        prop_assert_eq!(client.visit(&visit(START, Act::Page, 1)), None);
        prop_assert_eq!(client.visit(&visit(START - back, Act::Page, 1)), None);
        prop_assert_eq!(client.gaps.total(), 0);
        // It goes on from where the clock is now, if that is far behind.
        let pause = client.visit(&visit(START - back + 5_000, Act::Page, 1));
        let expected = if back > 1_800_000 || back <= 5_000 { Some(5_000 - if back <= 5_000 { back } else { 0 }) } else { None };
        prop_assert_eq!(pause, expected);
    }
}

#[test]
fn a_session_as_it_is_kept() {
    let mut all = All::default();
    let browse = [(0, 0, 200), (100, 1, 200), (150, 1, 304), (5_000, 0, 404), (9_000, 3, 401), (9_500, 2, 200)];
    let events: Vec<Event> = browse.iter().map(|(after, act, status)| (START + after, *act, 64, *status)).collect();
    play(&mut all, &events);
    let All(client, detail, address, _, tool, account, endpoint, site) = all;
    assert_eq!((client.requests(), client.acts(Act::Page), client.acts(Act::Asset)), (6, 2, 2));
    assert_eq!((client.gaps.total(), client.gaps.below(1024)), (2, 0), "assets and calls make no pauses");
    assert_eq!(client.statuses.of(StatusClass::Success), 3);
    assert!(client.shown.has(Shown::COOKIE_GIVEN) && !client.shown.has(Shown::COOKIE_KEPT));
    assert_eq!((detail.paths.count(), detail.missing.count(), detail.trail.steps().count()), (1, 1, 4));
    assert_eq!((detail.cookies, detail.referers, detail.repeats), ([3, 0], [2, 0], [3, 1]));
    assert_eq!((address.clients.count(), address.statuses.total(), account.begun), (1, 6, 0), "no account was named");
    assert_eq!((tool.addresses.count(), endpoint.pauses.total(), endpoint.latencies.total()), (1, 2, 6));
    assert_eq!((site.minute, site.newcomers, site.minutes.count()), (6, 1, 0));
}

#[test]
fn sessions_fade() {
    let mut client = Client::default();
    for n in 0..100 {
        client.visit(&visit(START + n * 1000, Act::Page, n));
    }
    assert_eq!(client.requests(), 100);
    client.visit(&visit(START + 99_000 + 31 * 60_000, Act::Page, 1));
    assert_eq!((client.requests(), client.gaps.total()), (51, 99), "half after half an hour");
    client.visit(&visit(START + 10 * 3_600_000, Act::Page, 1));
    assert_eq!(client.requests(), 1, "nothing after hours");
}
