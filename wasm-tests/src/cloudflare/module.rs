//! The built Worker, made when a test first asks for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};

use crate::module::{root, target_dir};

/// Which Worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// As it is deployed.
    Production,
    /// With time and panics from a header.
    Seam,
    /// One that only forwards, to compare with.
    Forward,
    /// The script of the shards.
    Shard,
}

/// Builds the Worker, once a test process, and says in which folder it is.
pub fn built(build: Build) -> &'static Path {
    static BUILT: [OnceLock<PathBuf>; 4] = [const { OnceLock::new() }; 4];
    BUILT[build as usize].get_or_init(|| make(build).unwrap_or_else(|error| panic!("{error:#}")))
}

/// The Worker's files, as paths below its folder; the entry comes first.
///
/// # Errors
/// Where the folder cannot be read.
pub fn files(build: Build) -> Result<Vec<PathBuf>> {
    fn walk(root: &Path, below: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
        for entry in std::fs::read_dir(root.join(below))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            match entry.file_type()?.is_dir() {
                true => walk(root, &path, found)?,
                false => found.push(path),
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    walk(built(build), Path::new(""), &mut found)?;
    found.sort_by_key(|path| (path != Path::new("entry.mjs"), path.clone()));
    Ok(found)
}

fn make(build: Build) -> Result<PathBuf> {
    let (script, name, arguments): (_, _, &[&str]) = match build {
        Build::Production => ("build-worker", "production", &[]),
        Build::Seam => ("build-worker", "seam", &["--features", "test-seam"]),
        Build::Forward => ("build-worker", "forward", &["--example", "forward"]),
        Build::Shard => ("build-shard", "shard", &[]),
    };
    let folder = target_dir().join("cloudflare").join(name);
    let script = root().join("scripts").join(script);
    let done = Command::new(&script).arg(&folder).args(arguments).stdout(Stdio::null()).status();
    let done = done.with_context(|| format!("cannot start {}", script.display()))?;
    ensure!(done.success(), "the Worker does not build: {} {}", script.display(), arguments.join(" "));
    Ok(folder)
}
