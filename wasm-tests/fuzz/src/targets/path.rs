//! Paths: the normal form of a well-formed one stays what it is when normalised again, and holds nothing to climb with.

use filter_core::facts::Facts;
use filter_core::limits;
use filter_core::request::{ClientAddressSettings, Path, Request};

use super::Target;
use crate::seeds;

pub(super) const TARGET: Target = Target {
    name: "path",
    check,
    seeds: || {
        let mut all: Vec<_> = seeds::requests().iter().map(|request| request.path.0.clone()).collect();
        all.extend(seeds::texts(&[
            "/a/../%2e%2E/b//c\\d?x=1#y",
            "/%41%7e%2f%00/.",
            "*",
            "//a/./..",
            "/a.tar.gz",
            "..",
            "%",
        ]));
        all
    },
    rounds: 4000,
};

fn check(data: &[u8]) {
    with_path(data, |path| {
        assert!(data.starts_with(path.sent()));
        let normal = path.normalised();
        assert!(normal.len() <= limits::PATH + 1, "at most a slash more than was looked at");
        assert!(path.was_rewritten() || normal == &path.sent()[..path.sent().len().min(limits::PATH)]);
        if let Some(query) = path.query() {
            assert_eq!(data.get(path.sent().len()), Some(&b'?'));
            assert!(data[path.sent().len() + 1..].starts_with(query));
        }
        if let Some(extension) = path.extension() {
            assert!(normal.ends_with(extension) && !extension.contains(&b'/'));
        }
        if !normal.starts_with(b"/") {
            return assert!(!path.was_rewritten() || normal.is_empty(), "sent without a slash");
        }
        let segments: Vec<_> = normal[1..].split(|byte| *byte == b'/').collect();
        for (place, segment) in segments.iter().enumerate() {
            assert!(!matches!(*segment, b"." | b".."), "{}", normal.escape_ascii());
            assert!(!segment.is_empty() || place + 1 == segments.len(), "{}", normal.escape_ascii());
        }
        // Decoded once and no more: `%7%41` gives `%7A`, as it does at an origin.
        if is_encoded(path.sent()) && path.sent().len() <= limits::PATH {
            with_path(normal, |again| assert_eq!(again.normalised(), normal, "{}", data.escape_ascii()));
        }
    });
}

/// Each `%` has its two digits.
fn is_encoded(path: &[u8]) -> bool {
    let mut parts = path.split(|byte| *byte == b'%').skip(1);
    parts.all(|part| part.len() >= 2 && part[..2].iter().all(u8::is_ascii_hexdigit))
}

fn with_path(target: &[u8], use_it: impl FnOnce(&Path<'_>)) {
    let facts = Facts { path: target, ..Facts::default() };
    use_it(&Request::new(&facts, &ClientAddressSettings::default()).path);
}
