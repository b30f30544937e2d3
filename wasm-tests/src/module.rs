//! The built filter, made when a test first asks for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Where cargo puts what it builds.
pub fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Builds the Envoy module, once a test process, and says where it is.
pub fn envoy() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| build().unwrap_or_else(|error| panic!("{error:#}")))
}

/// Builds the module with all its features, whose workers remember and share what they saw, apart from the other one, and says where it is.
pub fn envoy_with_all() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let target = target_dir().join("share");
        let mut cargo = Command::new("cargo");
        cargo.current_dir(root()).args(["build", "--quiet", "--release", "-p", "weir-envoy", "--features", "share"]);
        let done = cargo.args(["--target", "wasm32-wasip1", "--target-dir"]).arg(&target).status();
        let built = done.is_ok_and(|status| status.success());
        assert!(built, "the filter does not build with all its features");
        target.join("wasm32-wasip1/release/weir_envoy.wasm")
    })
}

/// The Envoy module's bytes.
pub fn envoy_bytes() -> Vec<u8> {
    std::fs::read(envoy()).unwrap_or_else(|error| panic!("cannot read {}: {error}", envoy().display()))
}

fn build() -> Result<PathBuf> {
    let script = root().join("scripts/build-filter");
    let done = Command::new(&script).stdout(Stdio::null()).status();
    let done = done.with_context(|| format!("cannot start {}", script.display()))?;
    ensure!(done.success(), "the filter does not build: run scripts/build-filter");
    Ok(target_dir().join("wasm32-wasip1/release/weir_envoy.wasm"))
}
