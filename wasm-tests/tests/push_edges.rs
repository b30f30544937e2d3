//! Bundles pushed by the vendors' APIs, and taken by the real services: a new one, and the old one again.
//!
//! The APIs are stand-ins that follow what the vendors publish; what was put there is what Viceroy and workerd read.

#[path = "../../weir/tests/common/vendor.rs"]
mod vendor;

use std::time::{Duration, Instant};

use serde_json::json;
use vendor::{ACCOUNT, NAMESPACE, STORE, TOKEN, Vendor};
use wasm_tests::client::{request, send};
use wasm_tests::origin::Origin;
use wasm_tests::{bundles, cloudflare, fastly};
use weir::bundle::SigningKey;
use weir::shelf::{Place, Shelf};

fn shelf(vendor: &Vendor, place: &str) -> Shelf {
    let variables = vendor.variables(TOKEN);
    let variable = |name: &str| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone());
    Shelf::new(Place::new(place, None, &variable).unwrap(), "default")
}

/// A bundle that blocks everything, signed; and one that lets everything pass.
fn pushed(key: &SigningKey, blocks: bool, serial: u64) -> String {
    let then = if blocks { json!({ "block": {} }) } else { json!("monitor") };
    let plain = bundles::with_rules(json!([{ "id": "all", "when": "always", "then": then }]), serial);
    let lines = weir::bundle::Lines::read(&plain).unwrap();
    let terms = weir::bundle::Terms { serial: Some(serial), not_before: None, expires: None };
    weir::bundle::seal(&lines, &terms, Some(key)).unwrap()
}

fn status(address: std::net::SocketAddr) -> u16 {
    send(address, &request("GET", "/", &[("host", b"shop.example")], b"")).unwrap().status
}

/// Pushes two, and goes back: what hosts must answer after each step.
fn steps(shelf: &Shelf, key: &SigningKey, mut is_taken: impl FnMut(u16, &str)) {
    shelf.push(&pushed(key, false, 5), None, 1).unwrap();
    is_taken(200, "the first");
    shelf.push(&pushed(key, true, 6), Some("block all".to_owned()), 2).unwrap();
    is_taken(403, "the second");
    let (old, new) = shelf.roll_back(None, Some(key), None, 3).unwrap();
    assert_eq!((old.serial, new.serial), (5, 7));
    is_taken(200, "the first again");
    let history: Vec<_> = shelf.history().unwrap().into_iter().map(|entry| (entry.serial, entry.note)).collect();
    let note = |text: &str| Some(text.to_owned());
    assert_eq!(history, [(5, None), (6, note("block all")), (7, note("back to serial 5"))]);
}

#[test]
fn fastly_takes_what_was_pushed() {
    if fastly::binary().is_none() {
        return;
    }
    let (vendor, key, origin) = (Vendor::start(), SigningKey::generate(), Origin::start().unwrap());
    let store = shelf(&vendor, &format!("fastly:{STORE}"));
    steps(&store, &key, |expected, what| {
        // Viceroy reads its local store when it starts.
        let mut options = fastly::Options::new(fastly::Build::Production, origin.address, "");
        options.bundle = None;
        options.kv = vendor.texts();
        options.settings =
            Some(json!({ "poll": { "store": "weir", "key": "default" }, "trusted_keys": [key.public().to_string()] }));
        let viceroy = fastly::Viceroy::start(&options).unwrap();
        assert_eq!(status(viceroy.address), expected, "{what}: {:?}", viceroy.lines());
    });
}

#[test]
fn cloudflare_takes_what_was_pushed_while_it_serves() {
    let (vendor, key, origin) = (Vendor::start(), SigningKey::generate(), Origin::start().unwrap());
    let namespace = shelf(&vendor, &format!("cloudflare:{ACCOUNT}/{NAMESPACE}"));
    let mut options = cloudflare::Options::new(cloudflare::Build::Production, origin.address, &bundles::by_path(1));
    options.kv.hold(Default::default());
    options.settings = Some(json!({
        "poll": { "store": "WEIR", "key": "default", "interval": 1 }, "trusted_keys": [key.public().to_string()],
    }));
    let kv = std::sync::Arc::clone(&options.kv);
    let Some(workerd) = cloudflare::Workerd::start(&options) else { return };
    steps(&namespace, &key, |expected, what| {
        kv.hold(vendor.values());
        let started = Instant::now();
        while status(workerd.address) != expected {
            assert!(started.elapsed() < Duration::from_secs(20), "{what}: never {expected}");
            std::thread::sleep(Duration::from_millis(100));
        }
    });
}
