//! Where Viceroy is.

use std::path::{Path, PathBuf};

use crate::module;

/// The Viceroy to test with: `WEIR_VICEROY`, or the one that `scripts/install-viceroy` put in `.cache`. `None`, said loudly,
/// where there is none: then a test that needs it returns at once.
pub fn binary() -> Option<PathBuf> {
    let named = std::env::var_os("WEIR_VICEROY").map(PathBuf::from);
    let found = named.or_else(|| newest(&module::root().join(".cache"))).filter(|path| path.is_file());
    if found.is_none() {
        let _ = std::io::Write::write_fmt(
            &mut std::io::stderr(),
            format_args!("SKIPPED: no Viceroy; run ./scripts/install-viceroy, or set WEIR_VICEROY=/path/to/viceroy\n"),
        );
        assert!(std::env::var_os("CI").is_none(), "in CI Viceroy must be there");
    }
    found
}

fn newest(cache: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(cache).ok()?.flatten();
    let ours = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("viceroy-"));
    ours.map(|entry| entry.path().join("bin/viceroy")).filter(|path| path.is_file()).max()
}
