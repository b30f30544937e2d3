//! Names of endpoints that a person gives, against those that a bundle describes.

use filter_core::policy::Bundle;
use policy_compiler::meant;

/// Whether a bundle describes an endpoint by this id or label.
pub fn knows(bundle: &Bundle, name: &str) -> bool {
    bundle.endpoints().iter().any(|one| one.id == name || one.label.as_deref() == Some(name))
}

/// Says which of the names no endpoint of the bundle bears, with the nearest that one does; `also` are known besides.
///
/// # Errors
/// The first such name.
pub fn check<'n>(bundle: &Bundle, names: impl IntoIterator<Item = &'n str>, also: &[&str]) -> Result<(), String> {
    let mut known: Vec<&str> = bundle
        .endpoints()
        .iter()
        .flat_map(|one| [Some(one.id.as_str()), one.label.as_deref()])
        .flatten()
        .chain(also.iter().copied())
        .collect();
    known.sort_unstable();
    known.dedup();
    match names.into_iter().find(|name| !known.contains(name)) {
        Some(name) => {
            let remedy = meant(name, known.iter().copied());
            Err(format!(
                "the bundle has no endpoint with id or label `{name}`; {remedy}, or describe it under `endpoints`"
            ))
        }
        None => Ok(()),
    }
}
