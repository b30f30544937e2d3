//! Expressions of the policy language, put together and written out.

use std::fmt;

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expr {
    /// One test, as it is written.
    Test(String),
    /// Every part holds.
    All(Vec<Expr>),
    /// Some part holds.
    Any(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
}

impl Expr {
    pub(super) fn always() -> Self {
        Expr::Test("true".to_owned())
    }

    pub(super) fn test(text: impl Into<String>) -> Self {
        Expr::Test(text.into())
    }

    pub(super) fn all(parts: impl IntoIterator<Item = Expr>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part {
            Expr::All(parts) => parts,
            other => vec![other],
        });
        let parts: Vec<Expr> = flat.filter(|part| *part != Expr::always()).collect();
        match <[Expr; 1]>::try_from(parts) {
            Ok([one]) => one,
            Err(parts) if parts.is_empty() => Expr::always(),
            Err(parts) => Expr::All(parts),
        }
    }

    pub(super) fn any(parts: Vec<Expr>) -> Self {
        if parts.contains(&Expr::always()) {
            return Expr::always();
        }
        match <[Expr; 1]>::try_from(parts) {
            Ok([one]) => one,
            Err(parts) => Expr::Any(parts),
        }
    }

    /// Bytes when written, nearly.
    pub(super) fn length(&self) -> usize {
        match self {
            Expr::Test(text) => text.len(),
            Expr::All(parts) | Expr::Any(parts) => {
                parts.iter().fold(2, |sum, part| sum.saturating_add(part.length()).saturating_add(4))
            }
            Expr::Not(inner) => inner.length().saturating_add(3),
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, parts: &[Expr], by: &str| {
            parts.iter().enumerate().try_for_each(|(index, part)| {
                let before = if index > 0 { by } else { "" };
                match part {
                    Expr::All(_) | Expr::Any(_) => write!(f, "{before}({part})"),
                    _ => write!(f, "{before}{part}"),
                }
            })
        };
        match self {
            Expr::Test(text) => f.write_str(text),
            Expr::All(parts) => list(f, parts, " && "),
            Expr::Any(parts) => list(f, parts, " || "),
            Expr::Not(inner) => write!(f, "!({inner})"),
        }
    }
}

/// A text as a literal.
pub(super) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A list of literals.
pub(super) fn list<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let texts: Vec<String> = texts.into_iter().map(quote).collect();
    format!("[{}]", texts.join(", "))
}
