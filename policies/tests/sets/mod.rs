//! Reads the public sets of user agents, where `WEIR_DATA` says they are.

#![allow(dead_code, reason = "not every test that shares this module reads every set")]

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::Value;

/// The folder, or a loud skip.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("WEIR_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("SKIPPED: WEIR_DATA is not set; this test needs the public sets of user agents");
    }
    folder
}

/// Client ids and every user agent each sent.
pub(crate) fn clients() -> Option<Vec<(String, String)>> {
    let text = read(&folder()?.join("clients/clients.jsonl"));
    let mut found = BTreeSet::new();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        for request in row["requests"].as_array().unwrap() {
            let id = row["client"].as_str().unwrap().to_owned();
            found.extend(user_agents(&request["headers"]).map(|text| (id.clone(), text)));
        }
    }
    Some(found.into_iter().collect())
}

pub(crate) fn crawlers(set: &str) -> Option<Vec<String>> {
    let bots = folder()?.join("bots");
    Some(match set {
        "user-agents.net" => strings(&json(&bots.join("isbot_fixtures/user-agents.net.json.gz"))),
        "isbot" => fixture(&read(&bots.join("isbot_fixtures/crawlers.yml"))),
        "crawler-user-agents" => instances(&json(&bots.join("crawler-user-agents.json.gz")), |row| &row["instances"]),
        _ => instances(&json(&bots.join("well-known-bots.json")), |row| &row["instances"]["accepted"]),
    })
}

pub(crate) fn browsers(set: &str) -> Option<Vec<String>> {
    let folder = folder()?;
    Some(match set {
        "intoli" => {
            let rows = json(&folder.join("user_agents/intoli_user-agents.json.gz"));
            let texts = rows.as_array().unwrap().iter().map(|row| row["userAgent"].as_str().unwrap().to_owned());
            texts.collect::<BTreeSet<_>>().into_iter().collect()
        }
        "top" => strings(&json(&folder.join("user_agents/top-user-agents.json"))),
        "apify" => {
            let text = read(&folder.join("browser_fingerprints/apify_real_browser_headers_20k.jsonl.gz"));
            let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            rows.flat_map(|row| user_agents(&row["headers"]).collect::<Vec<_>>()).collect()
        }
        _ => fixture(&read(&folder.join("bots/isbot_fixtures/browsers.yml"))),
    })
}

/// Address rows that operators publish: the first address of each, and the row's name.
pub(crate) fn verified_rows() -> Option<Vec<(std::net::IpAddr, String)>> {
    let text = read(&folder()?.join("bots/verified_bot_ips_sefinek.csv.gz"));
    let rows = text.lines().skip(1).map(|line| {
        let mut cells = line.split(',').map(|cell| cell.trim_matches('"'));
        let address = cells.next().unwrap().split('/').next().unwrap();
        (address.parse().unwrap(), cells.next().unwrap().to_owned())
    });
    Some(rows.collect())
}

fn user_agents(headers: &Value) -> impl Iterator<Item = String> {
    let headers = headers.as_array().unwrap().iter();
    let of_agent =
        headers.filter(|header| header[0].as_str().is_some_and(|name| name.eq_ignore_ascii_case("user-agent")));
    of_agent.map(|header| header[1].as_str().unwrap().to_owned())
}

fn instances(rows: &Value, of: impl Fn(&Value) -> &Value) -> Vec<String> {
    rows.as_array().unwrap().iter().filter(|row| of(row).is_array()).flat_map(|row| strings(of(row))).collect()
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// The items of a YAML file that holds nothing but lists of strings.
fn fixture(text: &str) -> Vec<String> {
    let items = text.lines().filter(|line| line.starts_with(' ')).filter_map(|line| line.trim().strip_prefix("- "));
    items.map(|item| item.trim_matches(['"', '\'']).to_owned()).collect()
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&read(path)).unwrap()
}

fn read(path: &Path) -> String {
    let file = std::fs::File::open(path).unwrap();
    let mut text = String::new();
    if path.extension().is_some_and(|extension| extension == "gz") {
        GzDecoder::new(file).read_to_string(&mut text).unwrap();
    } else {
        std::io::BufReader::new(file).read_to_string(&mut text).unwrap();
    }
    text
}
