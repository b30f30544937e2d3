//! The example configurations, filled in as their first lines say, are accepted by a real Envoy, and the discovered one runs.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use wasm_tests::bundles;
use wasm_tests::client::{request, send};
use wasm_tests::envoy::{Config, Envoy, Route, binary, directory, validate_file, write_certificate};
use wasm_tests::module;

fn configure(example: &str, into: &Path, set: &[(&str, &str)]) -> std::path::PathBuf {
    configure_with(&module::root().join("policies/bundles/default.json"), example, into, set)
}

fn configure_with(bundle: &Path, example: &str, into: &Path, set: &[(&str, &str)]) -> std::path::PathBuf {
    let adapter = module::root().join("adapters/envoy");
    let mut command = Command::new("python3");
    command.arg(adapter.join("configure.py")).arg(adapter.join("examples").join(example));
    command.arg("--bundle").arg(bundle);
    command.arg("--module").arg(module::envoy());
    for (name, value) in set {
        command.args(["--set", &format!("{name}={value}")]);
    }
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let file = into.join(example);
    std::fs::write(&file, done.stdout).unwrap();
    file
}

#[test]
fn bootstraps_are_accepted() {
    if binary().is_none() {
        return;
    }
    let directory = directory().unwrap();
    write_certificate(directory.path()).unwrap();
    let tls = [("CERTIFICATE", "cert.pem"), ("KEY", "key.pem"), ("PORT", "0"), ("UPSTREAM", "8080"), ("ADMIN", "0")];
    for (example, set) in [("envoy.yaml", &tls[..]), ("sidecar.yaml", &tls[2..])] {
        let (accepted, said) = validate_file(&configure(example, directory.path(), set)).unwrap();
        assert!(accepted, "{example}: {said}");
    }
}

/// The filter that the example's own comment says to put into the bootstrap, with its folder moved.
fn discovered_filter(folder: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(module::root().join("adapters/envoy/examples/ecds.yaml")).unwrap();
    let inner: String =
        text.lines().filter_map(|line| line.strip_prefix("#   ")).map(|line| format!("{line}\n")).collect();
    let inner = inner.replace("/etc/weir", folder.to_str().unwrap());
    let filters: Vec<serde_json::Value> =
        serde_saphyr::from_str(&inner).unwrap_or_else(|error| panic!("{inner}: {error}"));
    filters.into_iter().next().unwrap()
}

#[test]
fn the_discovered_example_serves_and_is_replaced() {
    if binary().is_none() {
        return;
    }
    let (aside, folder) = (directory().unwrap(), directory().unwrap());
    let put = |bundle: &str, version: &str| {
        let file = aside.path().join("bundle.json");
        std::fs::write(&file, bundle).unwrap();
        let made = configure_with(&file, "ecds.yaml", aside.path(), &[("VERSION", version)]);
        std::fs::rename(made, folder.path().join("ecds.yaml")).unwrap();
    };
    put(&bundles::by_path(1), "1");
    let mut config = Config::new(Route::Direct, json!({}));
    config.filter = discovered_filter(folder.path());
    let envoy = Envoy::start(&config, 1).unwrap();
    let status = |envoy: &Envoy| {
        send(envoy.plain, &request("GET", "/block/1", &[("host", b"shop.example")], b""))
            .map(|answer| answer.status)
            .ok()
    };
    assert_eq!(status(&envoy), Some(403));
    put(&bundles::with_rules(json!([]), 2), "2");
    envoy.wait_for("the second bundle", |envoy| (status(envoy) == Some(200)).then_some(())).unwrap();
}

/// The README's walk-through, line by line as it stands, but for what installs and builds (this test has done that), the
/// ports, and the folder that is written to.
#[test]
fn the_walk_through_works() {
    let Some(envoy) = binary() else { return };
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("SKIPPED: the walk-through makes its certificate with openssl, which is not installed");
        return;
    }
    let page = std::fs::read_to_string(module::root().join("adapters/envoy/README.md")).unwrap();
    let (_, rest) = page.split_once("```sh\n").unwrap();
    let (lines, _) = rest.split_once("```").unwrap();
    let (install, lines) = lines.split_once("mkdir ").unwrap();
    assert_eq!(install.lines().count(), 2, "{install}");
    let folder = directory().unwrap();
    let mut script = format!("set -em\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\nmkdir {lines}");
    for (word, value) in [
        ("target/try", folder.path().to_str().unwrap()),
        ("$PWD/target/wasm32-wasip1/release/weir_envoy.wasm", module::envoy().to_str().unwrap()),
        (".cache/envoy-1.40.0/envoy", &format!("{} --disable-hot-restart", envoy.display())),
        ("10443", &free_port()),
        ("8080", &free_port()),
        ("9901", &free_port()),
    ] {
        assert!(script.contains(word), "{word} is not in the walk-through");
        script = script.replace(word, value);
    }
    let done = Command::new("bash").arg("-c").arg(script).current_dir(module::root()).output().unwrap();
    let (said, complaints) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    for part in ["hello", "security testing of this site", "weir_action=block;weir_rule=attack-tool;: 1"] {
        assert!(said.contains(part), "no `{part}` in:\n{said}\n{complaints}");
    }
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("\"signal\":\"declared_tool\""), "{log}");
}

fn free_port() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string()
}

#[test]
fn a_word_that_is_not_filled_in_is_named() {
    let adapter = module::root().join("adapters/envoy");
    let mut command = Command::new("python3");
    command.arg(adapter.join("configure.py")).arg(adapter.join("examples/envoy.yaml"));
    let done = command.arg("--bundle").arg(module::root().join("policies/bundles/default.json")).output().unwrap();
    assert!(!done.status.success());
    assert!(String::from_utf8_lossy(&done.stderr).contains("--set CERTIFICATE=VALUE"));
}

#[test]
fn the_oci_layout_holds_the_module_and_is_the_same_each_time() {
    let directory = directory().unwrap();
    let make = |name: &str| {
        let script = module::root().join("adapters/envoy/oci.py");
        let layout = directory.path().join(name);
        let done = Command::new("python3").arg(script).arg(module::envoy()).arg(&layout).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        layout
    };
    let (one, two) = (make("one"), make("two"));
    let read = |path: &Path| std::fs::read(path).unwrap();
    assert_eq!(read(&one.join("index.json")), read(&two.join("index.json")));
    let json = |bytes: Vec<u8>| -> serde_json::Value { serde_json::from_slice(&bytes).unwrap() };
    let blob = |digest: &serde_json::Value| {
        read(&one.join("blobs/sha256").join(digest.as_str().unwrap().strip_prefix("sha256:").unwrap()))
    };
    let manifest = json(blob(&json(read(&one.join("index.json")))["manifests"][0]["digest"]));
    let layers = manifest["layers"].as_array().unwrap();
    assert_eq!(layers.len(), 1);
    assert_eq!(layers[0]["mediaType"], "application/vnd.oci.image.layer.v1.tar+gzip");
    let mut tar = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&blob(&layers[0]["digest"])[..]), &mut tar).unwrap();
    assert!(tar.starts_with(b"plugin.wasm\0"));
    let wasm = module::envoy_bytes();
    assert_eq!(&tar[512..512 + wasm.len()], &wasm[..]);
}

/// Both check themselves against `vector.json`, which the core's own tests hold to what it signs.
#[test]
fn the_checkers_for_origins_believe_the_vector_and_no_change_of_it() {
    let origin = module::root().join("adapters/envoy/examples/origin");
    for (program, file) in [("python3", "weir_tag.py"), ("node", "weir-tag.mjs")] {
        let done = Command::new(program).arg(origin.join(file)).output();
        let done = done.unwrap_or_else(|error| panic!("cannot start {program}: {error}; install it"));
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success() && said.contains("is believed, and no change of it"), "{file}: {done:?}");
    }
}

#[test]
fn the_module_is_within_its_size_budget() {
    let budget = std::fs::read_to_string(module::root().join("adapters/envoy/size-budget.txt")).unwrap();
    let budget: usize = budget.split_whitespace().next().unwrap().parse().unwrap();
    let size = module::envoy_bytes().len();
    assert!(
        size <= budget,
        "{size} bytes, {budget} are allowed: see what grew, or raise size-budget.txt with a reason"
    );
}
