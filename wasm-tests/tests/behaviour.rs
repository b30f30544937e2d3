//! Behaviour on recorded sessions: no person is touched, bots in real browsers are found by what they do.
#![allow(clippy::unwrap_used, missing_docs)]

use wasm_tests::behaviour::{Iliou, Measure, log_clients, recorded_clients};
use wasm_tests::evidence::Judge;
use wasm_tests::evidence::corpus::{BROWSER_KIND, Data};

/// `course_unlike_site` over the prior.
const THRESHOLD: i32 = -4_000 + 1_200;

#[test]
fn no_recorded_browser_is_touched() {
    let Some(data) = Data::from_env() else { return };
    let judge = Judge::with_default_bundle().unwrap();
    let clients = recorded_clients(judge.engine(), &data.path("clients/sessions.trace.jsonl.gz")).unwrap();
    let people: Vec<_> = clients.iter().filter(|client| client.name.starts_with(BROWSER_KIND)).collect();
    assert_eq!(people.len(), 4);
    for client in people {
        assert!(client.most <= 25 && client.signals.is_empty(), "{client:?}");
    }
}

#[test]
fn bots_in_browsers_are_found_on_the_published_split() {
    let Some(data) = Data::from_env() else { return };
    let judge = Judge::with_default_bundle().unwrap();
    let set = Iliou::read(&data).unwrap();
    let part =
        |is_test| (0..set.sessions().len()).filter(|i| set.sessions()[*i].is_test == is_test).collect::<Vec<_>>();
    let [_, test] = set.play(judge.engine(), &part(false), &part(true), usize::MAX);
    let measure = Measure::at(&test, THRESHOLD);
    assert!(measure.f1() >= 0.93, "{measure:?}");
}

#[test]
fn in_a_shops_log_only_bots_become_bots_by_behaviour() {
    let Some(data) = Data::from_env() else { return };
    let judge = Judge::with_default_bundle().unwrap();
    let clients = log_clients(judge.engine(), &data.path("access_logs/zanbil_ecommerce_2019_10k.log.gz")).unwrap();
    let found = clients.iter().filter(|client| client.claims_browser && client.bot_at.is_some() && !client.bot_alone);
    let mut addresses: Vec<&str> = found.map(|client| client.name.split(' ').next().unwrap()).collect();
    addresses.dedup();
    // Two read by hand, the rest judged by user agent, number and signals: a prober of files, a monitor that asks once a minute, readers of robots.txt, a crawler, and one
    // address that changes its user agent with every page. More may be found one day; read them first.
    let read = ["31.184.130.52", "34.247.132.53", "46.225.135.218", "46.4.203.149", "91.99.72.15"];
    assert!(addresses.iter().all(|address| read.iter().any(|known| address.contains(known))), "{addresses:?}");
    assert!(addresses.len() >= 4, "{addresses:?}");
}
