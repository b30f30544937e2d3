//! Lists of words for remedies, and what was probably meant.

/// What may have been meant by `word`, and all there is where that is little.
pub fn meant<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let close = known.iter().map(|name| (strsim::osa_distance(&word.to_ascii_lowercase(), name), *name));
    // A third of the letters wrong is still a slip; more is another word.
    let slip =
        close.filter(|(wrong, name)| name.len() > 3 && wrong.saturating_mul(3) <= name.len().max(word.len())).min();
    match slip {
        Some((_, name)) => format!("write `{name}`"),
        None if known.len() <= 24 => one_of(&known),
        None => format!("none of the {} known ones is like it", known.len()),
    }
}

fn one_of(known: &[&str]) -> String {
    match known {
        [] => "there are none".to_owned(),
        [one] => format!("expected `{one}`"),
        [others @ .., last] => format!("expected `{}` or `{last}`", others.join("`, `")),
    }
}
