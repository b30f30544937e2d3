//! The example configurations, filled in as their first lines say, are accepted by a real Envoy.

use std::path::Path;
use std::process::Command;

use wasm_tests::envoy::{binary, directory, validate_file, write_certificate};
use wasm_tests::module;

fn configure(example: &str, into: &Path, set: &[(&str, &str)]) -> std::path::PathBuf {
    let adapter = module::root().join("adapters/envoy");
    let mut command = Command::new("python3");
    command.arg(adapter.join("configure.py")).arg(adapter.join("examples").join(example));
    command.arg("--bundle").arg(module::root().join("policies/bundles/default.json"));
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
