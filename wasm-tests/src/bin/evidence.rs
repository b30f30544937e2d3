//! Writes what detection shows on the recorded traffic into `wasm-tests/EVIDENCE.md`.

use anyhow::Result;
use wasm_tests::evidence::corpus::Data;
use wasm_tests::evidence::{Figures, Judge, Page, render};

fn main() -> Result<()> {
    let Some(data) = Data::from_env() else { return Ok(()) };
    let figures = Figures::count(&Judge::with_default_bundle()?, &data)?;
    Page::open()?.replace("detection", &render(&figures))
}
