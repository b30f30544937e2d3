//! The examples for Istio and Envoy Gateway. There is no cluster here, so each object is held against its kind's definition,
//! then applied to a listener as its controller does, and a real Envoy runs the outcome: the module starts from the plug-in's
//! settings, fetches its bundle from the cluster they name, and sees JA4 and the peer by the patches alone.

mod kinds;

use serde_json::{Value, json};
use wasm_tests::bundles;
use wasm_tests::client::{Answer, curl, request, send};
use wasm_tests::envoy::{Config, Envoy, Route, binary, directory, filter};
use wasm_tests::module;
use wasm_tests::origin::Origin;

fn objects(example: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(module::root().join("adapters/envoy/examples").join(example)).unwrap();
    serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{example}: {error}"))
}

fn of_kind(example: &str, kind: &str) -> Value {
    objects(example).into_iter().find(|object| object["kind"] == kind).unwrap_or_else(|| panic!("{example}: no {kind}"))
}

#[test]
fn objects_are_of_their_kinds() {
    for example in ["istio.yaml", "envoy-gateway.yaml"] {
        let objects = objects(example);
        assert_eq!(objects.len(), 2, "{example}");
        for object in objects {
            assert_eq!(kinds::problems(&object), Vec::<String>::new(), "{example}");
        }
    }
}

#[test]
fn an_object_that_is_not_of_its_kind_is_found_out() {
    let mut object = of_kind("istio.yaml", "WasmPlugin");
    object["spec"]["failStrategy"] = json!("FAIL_OPENLY");
    object["spec"]["plugin"] = json!({});
    object["spec"].as_object_mut().unwrap().remove("url");
    let problems = kinds::problems(&object).join("\n");
    for part in ["FAIL_OPENLY", "no member `plugin`", "`url` is missing"] {
        assert!(problems.contains(part), "{problems}");
    }
}

#[test]
fn istio_runs_what_the_example_says() {
    let plugin = of_kind("istio.yaml", "WasmPlugin");
    let patches = of_kind("istio.yaml", "EnvoyFilter");
    runs(&plugin["spec"]["pluginConfig"], |listener| {
        for patch in patches["spec"]["configPatches"].as_array().unwrap() {
            as_istio(patch, listener);
        }
    });
}

#[test]
fn envoy_gateway_runs_what_the_example_says() {
    let policy = of_kind("envoy-gateway.yaml", "EnvoyExtensionPolicy");
    let patches = of_kind("envoy-gateway.yaml", "EnvoyPatchPolicy");
    runs(&policy["spec"]["wasm"][0]["config"], |listener| {
        if listener["name"] != "tls" {
            return; // the patches are for one listener by its name
        }
        for patch in patches["spec"]["jsonPatches"].as_array().unwrap() {
            assert_eq!(patch["operation"]["op"], "add", "Envoy Gateway can more; this test applies `add` only");
            add(listener, patch["operation"]["path"].as_str().unwrap(), &patch["operation"]["value"]);
        }
    });
}

/// Starts an Envoy as the controller would configure it and asks whether the filter sees the client's TLS and address.
fn runs(settings: &Value, patch: impl Fn(&mut Value)) {
    if binary().is_none() {
        return;
    }
    let sees =
        json!({ "all": [{ "ja4": { "value": { "prefix": "t13" } } }, { "provenance": ["peer"] }, { "secure": true }] });
    let bundle =
        bundles::with_rules(json!([{ "id": "seen", "when": sees, "then": { "block": { "status": 418 } } }]), 1);
    let endpoint = Origin::with(move |start, _, _| {
        let status = if start.contains(" /default.json ") { 200 } else { 404 };
        Answer { status, headers: Vec::new(), body: bundle.clone().into_bytes() }
    });
    let mut plugin = filter(module::envoy(), &settings.to_string());
    plugin["config"]["vm_config"].as_object_mut().unwrap().remove("capability_restriction_config");
    let mut config = Config::new(Route::Direct, plugin);
    config.filter_state = false;
    let cluster = settings["poll"]["cluster"].as_str().unwrap();
    config.clusters.push((cluster.to_owned(), endpoint.unwrap().port()));
    let directory = directory().unwrap();
    let mut bootstrap: Value = serde_json::from_str(&config.text(directory.path())).unwrap();
    for listener in bootstrap["static_resources"]["listeners"].as_array_mut().unwrap() {
        if listener["name"] == "tls" {
            let kind = "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector";
            let inspector =
                json!({ "name": "envoy.filters.listener.tls_inspector", "typed_config": { "@type": kind } });
            listener["listener_filters"] = json!([inspector]);
        }
        patch(listener);
    }
    let Some(envoy) = Envoy::start_text(directory, &bootstrap.to_string(), 1) else { return };
    let url = format!("https://127.0.0.1:{}/", envoy.tls.port());
    let seen =
        envoy.wait_for("a verdict about TLS facts", |_| (curl(&["--tlsv1.3", &url]).ok()?.status == 418).then_some(()));
    seen.unwrap();
    assert_eq!(send(envoy.plain, &request("GET", "/", &[("host", b"shop.example")], b"")).unwrap().status, 200);
}

/// What Istio does with a patch (pilot's listener patches, 2026-07), as far as the example needs it.
fn as_istio(patch: &Value, listener: &mut Value) {
    let (found, value) = (&patch["match"]["listener"], &patch["patch"]["value"]);
    let insert_before = |filters: &mut Vec<Value>, name: &Value| {
        if let Some(at) = filters.iter().position(|filter| filter["name"] == *name) {
            filters.insert(at, value.clone());
        }
    };
    let chains = listener["filter_chains"].as_array().map_or(0, Vec::len);
    match (patch["applyTo"].as_str().unwrap(), patch["patch"]["operation"].as_str().unwrap()) {
        // MERGE is passed over in silence.
        ("LISTENER_FILTER", "REPLACE") => {
            for filter in listener.get_mut("listener_filters").and_then(Value::as_array_mut).into_iter().flatten() {
                if filter["name"] == found["listenerFilter"] {
                    *filter = value.clone();
                }
            }
        }
        ("NETWORK_FILTER", "INSERT_BEFORE") => {
            for chain in 0..chains {
                let filters = listener["filter_chains"][chain]["filters"].as_array_mut().unwrap();
                insert_before(filters, &found["filterChain"]["filter"]["name"]);
            }
        }
        ("HTTP_FILTER", "INSERT_FIRST") => {
            for chain in 0..chains {
                for filter in listener["filter_chains"][chain]["filters"].as_array_mut().unwrap() {
                    if filter["name"] == found["filterChain"]["filter"]["name"] {
                        filter["typed_config"]["http_filters"].as_array_mut().unwrap().insert(0, value.clone());
                    }
                }
            }
        }
        (to, operation) => panic!("Istio does nothing for {operation} on {to}, or this test does not know it"),
    }
}

/// JSON Patch's `add` (RFC 6902, 4.1).
fn add(document: &mut Value, path: &str, value: &Value) {
    let (parent, last) = path.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap_or_else(|| panic!("there is no {parent}")) {
        Value::Array(items) => items.insert(last.parse().unwrap(), value.clone()),
        members => members[last] = value.clone(),
    }
}
