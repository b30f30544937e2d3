//! Makes of a compiled Worker what Cloudflare takes: `weir-bindgen MODULE.wasm FOLDER` writes `index.js` and `index_bg.wasm`.
//!
//! The script `scripts/build-worker` calls it; nobody else needs to.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(module), Some(folder), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        bail!("give the module and the folder to write to");
    };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&module).out_name("index").typescript(false);
    bindgen.module(true)?.remove_name_section(true).remove_producers_section(true);
    // After a trap the module is begun anew, in the same isolate.
    bindgen.reset_state_function(true).force_enable_abort_handler(true);
    bindgen.generate(&folder).with_context(|| format!("{} cannot be bound", module.display()))?;
    let script = folder.join("index.js");
    let text = std::fs::read_to_string(&script).with_context(|| format!("no {}", script.display()))?;
    // Cloudflare's compiled modules are plain imports.
    Ok(std::fs::write(&script, text.replace("import source ", "import "))?)
}
