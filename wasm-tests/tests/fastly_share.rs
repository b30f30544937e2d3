//! Two points of presence and one KV Store, in a real Viceroy: a client spread over both is judged as one.
//!
//! Viceroy has one point of presence, and its stores end with the process. So the module with the seam is told which place a request comes to:
//! each has a cache of its own, and both have the KV Store.

use filter_core::facts::Fact;
use filter_core::keys::Keys;
use filter_core::sync::Seed;
use serde_json::{Map, json};
use wasm_tests::client::send;
use wasm_tests::fastly::{Build, Options, Viceroy, seam};
use wasm_tests::origin::Origin;
use wasm_tests::{bundles, recorded};
use weir::trace::Request;

const START: u64 = 1_760_000_000_000;
const SECRET: &[u8] = b"correct horse battery staple, thirty-two bytes";

/// A simulator, and the time there.
struct Network {
    viceroy: Viceroy,
    visitor: Request,
    now: u64,
    count: u32,
}

impl Network {
    /// `more` is what the store `shared` holds in the beginning.
    fn start(share: serde_json::Value, more: &str) -> Option<Self> {
        let origin = Origin::start().unwrap();
        let bundle = bundles::of(
            json!({
                "settings": { "limits": bundles::few_records() },
                "rules": [{ "id": "flood", "when": { "signal": ["pages_flood"] }, "then": { "block": {} } }],
                "otherwise": "monitor",
            }),
            1,
        );
        let mut options = Options::new(Build::Seam, origin.address, &bundle);
        options.knobs["memory"] = json!(true);
        options.knobs["share"] = share;
        options.secret = Some(String::from_utf8(SECRET.to_vec()).unwrap());
        options.more = format!("shared = [{more}]\n");
        let viceroy = Viceroy::start(&options)?;
        let recorded = recorded::clients();
        let browser = recorded.iter().find(|one| one.kind == "browser" && one.request.method.as_bytes() == b"GET");
        let mut visitor = browser.unwrap().request.clone();
        visitor.client.address = Fact::Present("203.0.113.7".parse().unwrap());
        Some(Network { viceroy, visitor, now: START, count: 0 })
    }

    /// Pages that the client asks for at a place, one after the other: the statuses.
    fn visit(&mut self, place: &str, pages: u32) -> Vec<u16> {
        let mut statuses = Vec::new();
        for _ in 0..pages {
            self.now += 150;
            self.count += 1;
            let path = format!("/page/{}", self.count);
            let request = Request { t: self.now, path: path.as_str().into(), ..self.visitor.clone() };
            let told = Map::from_iter([("t".to_owned(), json!(self.now)), ("place".to_owned(), json!(place))]);
            statuses.push(send(self.viceroy.address, &seam::wire(&request, &told)).unwrap().status);
        }
        statuses
    }

    fn complaints(&self) -> Vec<String> {
        self.viceroy.lines().into_iter().filter(|line| line.contains("what it sees itself")).collect()
    }
}

/// Pages at each place: too few for `pages_flood` (80 within a minute or so) alone, enough together.
const EACH: u32 = 60;

/// Visits both places until they judge the visitor as one.
fn come_to_judge_as_one(network: &mut Network) {
    let mut seen = [Vec::new(), Vec::new()];
    for _ in 0..EACH / 12 {
        seen[0].extend(network.visit("AMS", 12));
        seen[1].extend(network.visit("NRT", 12));
    }
    let last = network.now;
    // The sandboxes of a place come by turns: not each of them has heard yet.
    let mut judged = [None, None];
    while judged.contains(&None) {
        network.now += 2_000;
        assert!(network.now - last < 60_000, "never judged as one: {judged:?}, {:?}", network.viceroy.lines());
        for (place, judged) in ["AMS", "NRT"].into_iter().zip(&mut judged) {
            let is_blocked = network.visit(place, 6).contains(&403);
            *judged = judged.or_else(|| is_blocked.then_some(network.now - last));
        }
    }
    eprintln!("seen as one {judged:?} ms after the last page");
    assert_eq!(network.complaints(), Vec::<String>::new());
}

#[test]
fn a_client_spread_over_two_places_is_judged_as_one() {
    // What others may have left there is no state.
    let seed = Seed::of(Some(&Keys::derive(SECRET))).number();
    let rubbish = [("nodes", "/rubbish", "rubbish"), ("board", "", "rubbish, and more")]
        .map(|(what, place, data)| format!("{{ key = \"{what}/{seed:016x}{place}\", data = \"{data}\" }}"))
        .join(", ");
    let Some(mut network) = Network::start(json!("shared"), &rubbish) else { return };
    come_to_judge_as_one(&mut network);

    // The same without a store to share by.
    let Some(mut network) = Network::start(json!(null), &rubbish) else { return };
    for _ in 0..EACH / 12 {
        assert_eq!(network.visit("AMS", 12), [200; 12]);
        assert_eq!(network.visit("NRT", 12), [200; 12]);
    }
}

/// Where the store cannot be had, the request that waits for it was told of before.
#[test]
fn an_event_is_written_before_the_store_is_asked() {
    let Some(mut network) = Network::start(json!("nowhere"), "") else { return };
    for count in 1..=24 {
        network.visit("AMS", 1);
        let started = std::time::Instant::now();
        while network.viceroy.events().len() < count {
            assert!(started.elapsed().as_secs() < 20, "no event of page {count}");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        // What comes after it, too.
        std::thread::sleep(std::time::Duration::from_millis(300));
        if let Some(before) = network.viceroy.events_before("what it sees itself") {
            assert_eq!(before, count, "page {count} is what the store was asked after");
            return;
        }
    }
    panic!("never asked: {:?}", network.viceroy.lines());
}

#[test]
fn without_its_store_a_place_goes_on_alone() {
    let Some(mut network) = Network::start(json!("nowhere"), "") else { return };
    assert_eq!(network.visit("AMS", 12), [200; 12]);
    network.now += 20_000;
    assert_eq!(network.visit("AMS", 12), [200; 12]);
    let complaints = network.complaints();
    assert!(complaints.iter().all(|line| line.contains("KV store `nowhere`: there is no such store; link one")));
    assert!((1..=4).contains(&complaints.len()), "once a sandbox: {complaints:?}");
}
