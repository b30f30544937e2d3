//! Where workerd is.

use std::path::{Path, PathBuf};

use crate::module;

/// The workerd to test with: `WEIR_WORKERD`, or the one that `scripts/install-workerd` put in `.cache`. `None`, said loudly,
/// where there is none: then a test that needs it returns at once.
pub fn binary() -> Option<PathBuf> {
    let named = std::env::var_os("WEIR_WORKERD").map(PathBuf::from);
    let found = named.or_else(|| newest(&module::root().join(".cache"))).filter(|path| path.is_file());
    if found.is_none() {
        let _ = std::io::Write::write_fmt(
            &mut std::io::stderr(),
            format_args!("SKIPPED: no workerd; run ./scripts/install-workerd, or set WEIR_WORKERD=/path/to/workerd\n"),
        );
        assert!(std::env::var_os("CI").is_none(), "in CI workerd must be there");
    }
    found
}

fn newest(cache: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(cache).ok()?.flatten();
    let ours = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("workerd-"));
    ours.map(|entry| entry.path().join("bin/workerd")).filter(|path| path.is_file()).max()
}
