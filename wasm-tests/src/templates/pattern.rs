//! Texts that fit a simple regular expression.

use super::Random;

/// A text that fits `pattern`; `None` where the pattern has more than classes, literals and counts.
pub(super) fn fill(pattern: &str, random: &mut Random) -> Option<String> {
    let mut rest = pattern.trim_start_matches('^').trim_end_matches('$');
    let mut out = String::new();
    while let Some(first) = rest.chars().next() {
        let (class, after) = match first {
            '[' => {
                let end = rest[1..].find(']')? + 1;
                (class(&rest[1..end])?, &rest[end + 1..])
            }
            '\\' => {
                let escaped = rest[1..].chars().next()?;
                (shorthand(escaped).unwrap_or_else(|| vec![escaped]), &rest[1 + escaped.len_utf8()..])
            }
            '(' | ')' | '|' | '.' | '?' | '*' | '+' | '{' => return None,
            literal => (vec![literal], &rest[literal.len_utf8()..]),
        };
        let (least, most, after) = times(after)?;
        for _ in 0..random.between(least, most) {
            out.push(*random.one_of(&class));
        }
        rest = after;
    }
    (!out.is_empty() && !out.contains(['/', '?', '#', '%', ' ', '{', '\\'])).then_some(out)
}

fn times(rest: &str) -> Option<(usize, usize, &str)> {
    match rest.chars().next() {
        Some('+') => Some((4, 10, &rest[1..])),
        Some('*') => Some((0, 6, &rest[1..])),
        Some('?') => Some((0, 1, &rest[1..])),
        Some('{') => {
            let end = rest.find('}')?;
            let (least, most) = rest[1..end].split_once(',').unwrap_or((&rest[1..end], &rest[1..end]));
            let least: usize = least.parse().ok()?;
            let most = if most.is_empty() { least + 6 } else { most.parse().ok()? };
            (most <= 128 && least <= most).then_some((least, most.min(least + 24), &rest[end + 1..]))
        }
        _ => Some((1, 1, rest)),
    }
}

fn class(text: &str) -> Option<Vec<char>> {
    if text.starts_with('^') {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1), chars.get(at + 2)) {
            ('\\', Some(escaped), _) => {
                out.extend(shorthand(*escaped).unwrap_or_default());
                at += 2;
            }
            (from, Some('-'), Some(to)) if from < *to => {
                out.extend(from..=*to);
                at += 3;
            }
            (one, ..) => {
                // Punctuation that a class allows is seldom used.
                if one.is_ascii_alphanumeric() {
                    out.push(one);
                }
                at += 1;
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

fn shorthand(escaped: char) -> Option<Vec<char>> {
    match escaped {
        'd' => Some(('0'..='9').collect()),
        'w' => Some(('a'..='z').chain('0'..='9').collect()),
        _ => None,
    }
}
