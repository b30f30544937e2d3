//! Every problem of a policy source that cannot be read: its reader stops at the first.

use filter_core::policy::{Problem, Problems, check_content};
use serde_json::Value;

/// Members that a source has beside a bundle's content, or writes otherwise.
const OWN: [&str; 4] = ["about", "serial", "names", "networks"];

/// What is wrong with the form of the members that a source shares with a bundle; `None` where that is nothing, or the text
/// is no JSON object.
pub(super) fn all(text: &str) -> Option<Problems> {
    let mut source: Value = serde_json::from_str(text).ok()?;
    let members = source.as_object_mut()?;
    OWN.iter().for_each(|name| drop(members.remove(*name)));
    let problems = check_content(&source.to_string()).err()?;
    // Those with a position are of form. The others are of meaning, and without names and networks that cannot be judged.
    let of_form: Vec<Problem> = problems.iter().filter(|problem| problem.position.is_some()).cloned().collect();
    Problems::check(of_form).err()
}
