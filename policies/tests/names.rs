//! Who the default bundle says is asking: our own corpus, real clients, public catalogues, real browsers.
//!
//! The larger sets are not part of the repository; `WEIR_DATA` names the folder they are in (policies/data/README.md).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod sets;

use std::path::PathBuf;

use filter_core::fingerprint::Category;
use filter_core::policy::Bundle;

fn bundle() -> Bundle {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("bundles/default.json");
    Bundle::parse(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_corpus_has_the_right_names() {
    let bundle = bundle();
    let rows = include_str!("data/named.tsv").lines().filter(|line| !line.starts_with('#'));
    let (mut wrong, mut count) = (Vec::new(), 0);
    for row in rows {
        let [name, category, user_agent] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let found = bundle.names().find(user_agent.as_bytes());
        let found = found.map_or(("-", "-"), |named| (named.name.as_str(), named.category.as_str()));
        if found != (name, category) {
            wrong.push(format!("{user_agent}: {found:?}, not {:?}", (name, category)));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 130, "{count} rows");
}

/// What a client of the recordings says it is, by the client's id there: the part of the name that must be found.
const CLIENTS: &[(&str, &str)] = &[
    ("py-requests", "Requests"),
    ("py-urllib", "urllib"),
    ("py-urllib3", "urllib3"),
    ("py-aiohttp", "aiohttp"),
    ("py-pycurl", "PycURL"),
    ("py-httplib2", "httplib2"),
    ("py-mechanize", "urllib"),
    ("py-httpx-h1", "HTTPX"),
    ("py-httpx-h2", "HTTPX"),
    ("node-fetch", "Node.js"),
    ("node-ky", "Node.js"),
    ("node-axios", "axios"),
    ("node-got", "got"),
    ("node-got-h2", "got"),
    ("node-nodefetch", "node-fetch"),
    ("node-needle", "Needle"),
    ("curl", "curl"),
    ("curl_h1", "curl"),
    ("wget", "Wget"),
    ("wget2", "Wget2"),
    ("httpie", "HTTPie"),
    ("go", "Go"),
    ("go_h1", "Go"),
    ("java_httpclient", "Java"),
    ("java_urlconn", "Java"),
    ("rust_ureq", "ureq"),
    ("perl_lwp", "libwww-perl"),
    ("perl_tiny", "HTTP::Tiny"),
    ("git", "git"),
    ("pip", "pip"),
    ("npm", "npm"),
    ("cargo", "Cargo"),
    ("apt", "APT"),
    ("check_http", "Monitoring"),
    ("linkchecker", "LinkChecker"),
    ("lynx", "Lynx"),
    ("w3m", "w3m"),
    ("links", "Links"),
    ("aria2", "aria2"),
    ("httrack", "HTTrack"),
    ("wget_mirror", "Wget"),
    ("ab", "ApacheBench"),
    ("hey", "hey"),
    ("siege", "Siege"),
    ("h2load", "h2load"),
    ("nghttp", "nghttp2"),
    ("nghttp_assets", "nghttp2"),
    ("ffuf", "ffuf"),
    ("gobuster", "Gobuster"),
    ("sqlmap", "sqlmap"),
    ("nmap", "Nmap"),
];

#[test]
fn every_recorded_client_that_declares_itself_is_named() {
    let Some(clients) = sets::clients() else { return };
    let bundle = bundle();
    let mut wrong = Vec::new();
    for (client, expected) in CLIENTS {
        let user_agents: Vec<&String> = clients.iter().filter(|(id, _)| id == client).map(|(_, text)| text).collect();
        assert!(!user_agents.is_empty(), "no client `{client}` is recorded");
        for text in user_agents {
            let found = bundle.names().find(text.as_bytes()).map(|named| named.name.as_str());
            if !found.is_some_and(|name| name.contains(expected)) {
                wrong.push(format!("{client}: {text}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crawlers_are_found() {
    let bundle = bundle();
    // What the best public expressions find of the same sets: 0.84 and 0.55.
    for (set, least) in
        [("user-agents.net", 0.94), ("isbot", 0.80), ("crawler-user-agents", 0.98), ("well-known-bots", 0.98)]
    {
        let Some(texts) = sets::crawlers(set) else { return };
        let found = texts.iter().filter(|text| bundle.names().find(text.as_bytes()).is_some()).count();
        let share = found as f64 / texts.len() as f64;
        println!("{set}: {found} of {} ({share:.3})", texts.len());
        assert!(share >= least, "{set}: {share:.3} is less than {least}");
    }
}

#[test]
fn browsers_are_not() {
    let bundle = bundle();
    for (set, most) in [("intoli", 0), ("top", 0), ("apify", 0), ("isbot", 12)] {
        let Some(texts) = sets::browsers(set) else { return };
        let named = texts.iter().filter_map(|text| Some((text, bundle.names().find(text.as_bytes())?)));
        let named: Vec<_> = named.filter(|(_, named)| named.category != Category::App).collect();
        println!("{set}: {} of {}", named.len(), texts.len());
        for (text, named) in &named {
            println!("  {}: {text}", named.name);
        }
        assert!(named.len() <= most, "{set}: {} named", named.len());
    }
}
