//! Builds bundles from policy sources and data tables.
//!
//! A *source* is one JSON file: settings, weights, rules, and the paths of the data files it uses, relative to its own
//! folder. [`build`] reads them all, flattens the network lists into one table, checks everything, and writes the two lines
//! of a bundle. The same files give the same bytes.
//!
//! ```no_run
//! let built = policy_compiler::build("policies/default.json".as_ref()).unwrap_or_else(|problems| panic!("{problems}"));
//! println!("{}", built.report);
//! std::fs::write("policies/bundles/default.json", &built.bytes).unwrap();
//! ```

mod defaults;
mod flatten;
mod names;
mod networks;
mod report;
mod source;

use std::path::Path;

use filter_core::policy::wire::{Content, Manifest};
use filter_core::policy::{Bundle, Problem, Problems};

pub use flatten::{Flat, flatten};
pub use report::Report;
pub use source::Source;

/// A finished bundle.
#[derive(Debug)]
pub struct Built {
    /// The two lines.
    pub bytes: Vec<u8>,
    /// What went into it.
    pub report: Report,
}

/// Builds the bundle that the source file describes.
///
/// # Errors
///
/// Everything that is wrong with the source and its data files at once, each with its place and remedy.
pub fn build(source: &Path) -> Result<Built, Problems> {
    let (source, folder) = Source::read(source)?;
    let (content, serial) = content(source, &folder)?;
    let text = filter_core::policy::wire::write(&content, serial)
        .map_err(|error| Problem::new("", error.to_string(), "this is a bug"))?;
    Bundle::parse(text.as_bytes())?;
    let manifest = text.lines().next().and_then(|line| serde_json::from_str::<Manifest>(line).ok());
    let id = manifest.map(|manifest| manifest.id).unwrap_or_default();
    let report = Report::new(&content, id, serial, text.len());
    Ok(Built { bytes: text.into_bytes(), report })
}

/// Reads the data files and puts everything together.
fn content(source: Source, folder: &Path) -> Result<(Content, u64), Problems> {
    let mut problems = Vec::new();
    let names = names::read(&source.names, folder, &mut problems);
    let networks = networks::read(&source.networks, folder, &mut problems);
    for entry in &names {
        if let Some(ranges) =
            entry.ranges.as_ref().filter(|name| !networks.lists.iter().any(|list| list.name == **name))
        {
            let message = format!("`{}` is verified by `{ranges}`, and no network list has that name", entry.name);
            problems.push(Problem::new("/names", message, "add the list to `networks`, or remove `ranges`"));
        }
    }
    Problems::check(problems)?;
    let mut content = Content {
        settings: source.settings,
        weights: source.weights,
        names,
        networks,
        endpoints: source.endpoints,
        lists: source.lists,
        allow: source.allow,
        rules: source.rules,
        otherwise: source.otherwise,
    };
    defaults::write_out(&mut content);
    Ok((content, source.serial))
}
