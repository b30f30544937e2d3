//! What is found of OWASP's automated threats: writes the table of `weir simulate` into `wasm-tests/EVIDENCE.md`.

use anyhow::Result;
use wasm_tests::evidence::Page;
use weir::desk;
use weir::simulate::{Disguise, Row, Scale, THREATS, judge, scene, table};

fn main() -> Result<()> {
    let engine = desk::load(None, None)?;
    let found = |threat, disguise| judge(&engine, &scene(threat, disguise, 1, Scale::default()));
    let row =
        |threat| Row { threat, script: found(threat, Disguise::Script), browser: found(threat, Disguise::Browser) };
    let rows: Vec<Row> = THREATS.iter().map(row).collect();
    Page::open()?.replace("simulate", &format!("\n{}\n", table(&rows)))
}
