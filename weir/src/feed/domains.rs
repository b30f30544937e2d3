//! Names of mail domains, as lists of throw-away mail have them.

/// Bytes of a domain's name (RFC 1035, 2.3.4).
const LONGEST: usize = 253;

/// A domain in lower case; `None` for what is none. `@` and `*.` before it say nothing: what is below a listed domain is listed.
pub(super) fn domain(text: &str) -> Option<String> {
    let name = text.trim().trim_start_matches('@').trim_start_matches("*.").trim_end_matches('.').to_ascii_lowercase();
    let is_label = |label: &str| {
        let is_plain = label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        !label.is_empty() && label.len() <= 63 && is_plain && !label.starts_with('-') && !label.ends_with('-')
    };
    // The last label of a domain has a letter, that of an address has none.
    let is_named = name.rsplit('.').next().is_some_and(|last| last.bytes().any(|b| b.is_ascii_lowercase()));
    (name.len() <= LONGEST && name.contains('.') && name.split('.').all(is_label) && is_named).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_domain() {
        for (text, expected) in [
            ("Mailinator.com", Some("mailinator.com")),
            ("@x.yopmail.com.", Some("x.yopmail.com")),
            ("*.10mail.org", Some("10mail.org")),
            ("xn--80aqecdr1a.xn--p1ai", Some("xn--80aqecdr1a.xn--p1ai")),
            ("com", None),
            ("192.0.2.1", None),
            ("a..b", None),
            ("-a.com", None),
            ("a b.com", None),
            ("", None),
        ] {
            assert_eq!(domain(text).as_deref(), expected, "{text}");
        }
    }
}
