//! Two proxies and a hub as processes: a client spread over both is judged as one.

mod common;

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use common::running::{Running, origin, status};
use common::{Desk, run};
use filter_core::policy::wire;

/// Pages at each proxy: too few for `pages_flood` (80 within a minute or so) alone, enough together.
const EACH: usize = 60;

#[test]
fn a_client_spread_over_two_proxies_is_judged_as_one() {
    let desk = Desk::new();
    let content: wire::Content = serde_json::from_str(
        r#"{"rules":[{"id":"flood","when":{"signal":["pages_flood"]},"then":{"block":{}}}],"otherwise":"allow"}"#,
    )
    .unwrap();
    fs::write(desk.path("flood.json"), wire::write(&content, 1).unwrap()).unwrap();
    let settings = r#"{"allow_unsigned":true,"secret":"correct horse battery staple"}"#;
    fs::write(desk.path("settings.json"), settings).unwrap();
    fs::write(desk.path("token"), "a token of some length\n".replace(' ', "-")).unwrap();
    fs::write(desk.path("wrong"), "another-token-of-some-length\n").unwrap();

    let mut hub = Running::start(&["hub", "--listen", "127.0.0.1:0", "--token-file", &desk.path("token")]);
    let hub_url = format!("http://{}", hub.after("share at http://"));
    let origin = format!("http://{}", origin());
    let up = |token: &str| {
        let mut up = Running::start(&[
            "up",
            "--origin",
            &origin,
            "--listen",
            "127.0.0.1:0",
            "--threads",
            "1",
            "--hub",
            &hub_url,
            "--hub-interval",
            "1",
            "--hub-token-file",
            &desk.path(token),
            "--bundle",
            &desk.path("flood.json"),
            "--settings",
            &desk.path("settings.json"),
            "--events",
            &desk.path("events"),
        ]);
        let address = up.after("is protected at http://");
        (up, address)
    };
    let (mut stranger, apart) = up("wrong");
    let proxies = [up("token"), up("token")];
    for number in 0..EACH {
        // They may have heard of each other by now; who heard nothing shows that these are too few.
        proxies.iter().for_each(|(_, address)| {
            status(address, &format!("/page/{number}"));
        });
        assert_eq!(status(&apart, &format!("/page/{number}")), 200, "page {number}: too few at one proxy");
    }
    let sent = Instant::now();
    for (_, address) in &proxies {
        // Both intervals, and a slow machine.
        while status(address, "/page/0") != 403 {
            assert!(sent.elapsed() < Duration::from_secs(15), "never judged as one");
            thread::sleep(Duration::from_millis(500));
        }
    }
    assert_eq!(status(&apart, "/page/0"), 200, "who has the wrong token hears nothing");
    stranger.after("answered 401");
}

#[test]
fn a_hub_that_anybody_could_reach_wants_a_token() {
    let ran = run(&["hub", "--listen", "0.0.0.0:0"], b"");
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("--token-file"), "{}", ran.err);
}
