//! The built module, made when a test first asks for it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};

use crate::module::{root, target_dir};

/// Which module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// As it is deployed.
    Production,
    /// With facts from a header, for what Viceroy cannot produce.
    Seam,
    /// An app that only forwards, to compare with.
    Forward,
}

/// Builds the module, once a test process, and says where it is.
pub fn built(build: Build) -> &'static Path {
    static BUILT: [OnceLock<PathBuf>; 3] = [const { OnceLock::new() }; 3];
    BUILT[build as usize].get_or_init(|| make(build).unwrap_or_else(|error| panic!("{error:#}")))
}

fn make(build: Build) -> Result<PathBuf> {
    let (arguments, made, name): (&[&str], _, _) = match build {
        Build::Production => (&["--bin", "weir-fastly"], "weir-fastly.wasm", "production.wasm"),
        Build::Seam => (&["--bin", "weir-fastly", "--features", "test-seam"], "weir-fastly.wasm", "seam.wasm"),
        Build::Forward => (&["--example", "forward"], "examples/forward.wasm", "forward.wasm"),
    };
    let folder = target_dir().join("weir-fastly");
    fs::create_dir_all(&folder)?;
    // Two of them have one name where cargo leaves them: nobody else builds between that and the copy.
    let lock = File::create(folder.join("lock"))?;
    lock.lock()?;
    let mut cargo = Command::new("cargo");
    // As it is deployed: fast before small.
    cargo.env("RUSTFLAGS", "-C opt-level=3");
    cargo.args(["build", "--quiet", "--release", "-p", "weir-fastly", "--target", "wasm32-wasip1"]).args(arguments);
    let done = cargo.current_dir(root()).stdout(Stdio::null()).status().context("cannot start cargo")?;
    ensure!(done.success(), "the module for Fastly does not build: cargo {}", arguments.join(" "));
    let kept = folder.join(name);
    fs::copy(target_dir().join("wasm32-wasip1/release").join(made), &kept)?;
    Ok(kept)
}
