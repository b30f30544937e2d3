//! The corpus of real clients in `traces/clients.jsonl`, and the default bundle to judge it with.

use filter_core::engine::Engine;
use filter_core::policy::{Bundle, BundleSource, Settings};
use serde_json::{Value, json};
use weir::trace::{Reader, Record, Request};

use crate::{bundles, module};

/// One recorded request: `kind/client/number` is its id.
pub struct Recorded {
    /// What the client is: browser, automation, library, copied-headers, impersonator.
    pub kind: String,
    /// Which client.
    pub client: String,
    /// What it sent.
    pub request: Request,
}

/// Every recorded request, in order.
pub fn clients() -> Vec<Recorded> {
    let path = module::root().join("wasm-tests/traces/clients.jsonl");
    let reader = Reader::open(&path).unwrap_or_else(|error| panic!("cannot open {}: {error}", path.display()));
    reader.map(|item| recorded(item.unwrap_or_else(|error| panic!("{error}")).1)).collect()
}

fn recorded(record: Result<Record, weir::trace::TraceError>) -> Recorded {
    let Ok(Record::Request(request)) = record else { panic!("not a request: {record:?}") };
    let mut parts = request.id.split('/').map(str::to_owned);
    let (Some(kind), Some(client)) = (parts.next(), parts.next()) else { panic!("odd id `{}`", request.id) };
    Recorded { kind, client, request: *request }
}

/// The default bundle, but what it lets pass is monitored: then every request has an event.
pub fn reporting_bundle() -> String {
    let path = module::root().join("policies/bundles/default.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    let content = text.lines().nth(1).unwrap_or_default();
    let mut content: Value = serde_json::from_str(content).unwrap_or_else(|error| panic!("{error}"));
    content["otherwise"] = json!("monitor");
    // They expect what passes to be allowed.
    content["tests"] = json!({});
    bundles::of(content, 1)
}

/// An engine as the Envoy filter makes it from the same text.
pub fn engine(bundle: &str) -> Engine {
    let mut settings =
        Settings::parse(bundles::settings(bundle).as_bytes()).unwrap_or_else(|problems| panic!("{problems}"));
    let BundleSource::Inline(text) = std::mem::take(&mut settings.source) else { panic!("the bundle is inline") };
    let bundle = Bundle::parse(text.as_bytes()).unwrap_or_else(|problems| panic!("{problems}"));
    Engine::new(bundle, &settings).unwrap_or_else(|problems| panic!("{problems}"))
}
