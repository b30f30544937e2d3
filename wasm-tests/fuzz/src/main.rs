//! The libFuzzer program for all targets; `scripts/fuzz` starts it. `WEIR_FUZZ_TARGET` names the target; where
//! `WEIR_FUZZ_SEEDS` names a folder, the target's seeds are written there first.
#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use weir_fuzz::{TARGETS, Target};

static CHOSEN: OnceLock<&Target> = OnceLock::new();

fn choose() -> &'static Target {
    let wanted = std::env::var("WEIR_FUZZ_TARGET").unwrap_or_default();
    TARGETS.iter().find(|target| target.name == wanted).unwrap_or_else(|| {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("WEIR_FUZZ_TARGET is `{wanted}`; it must be one of {}", names.join(", "));
        std::process::exit(2)
    })
}

fn write_seeds(target: &Target) {
    let Some(folder) = std::env::var_os("WEIR_FUZZ_SEEDS").map(PathBuf::from) else { return };
    for (number, seed) in (target.seeds)().iter().enumerate() {
        if let Err(error) = std::fs::write(folder.join(format!("seed-{number:04}")), seed) {
            eprintln!("seeds cannot be written to `{}`: {error}", folder.display());
            std::process::exit(2)
        }
    }
}

fuzz_target!(
    init: write_seeds(CHOSEN.get_or_init(choose)),
    |data: &[u8]| {
        (CHOSEN.get_or_init(choose).check)(data);
    }
);
