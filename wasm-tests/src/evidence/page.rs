//! The evidence page's generated parts.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::{Figures, Judged, Share};

/// The page, as it is committed.
pub struct Page {
    path: PathBuf,
    text: String,
}

impl Page {
    /// Opens `wasm-tests/EVIDENCE.md`.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn open() -> Result<Self> {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("EVIDENCE.md");
        let text = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        Ok(Page { path, text })
    }

    /// What stands between a part's markers.
    ///
    /// # Errors
    /// Where the markers are missing.
    pub fn part(&self, name: &str) -> Result<&str> {
        let (start, end) = self.bounds(name)?;
        Ok(&self.text[start..end])
    }

    /// Replaces a part and writes the page.
    ///
    /// # Errors
    /// Where the markers are missing or the file cannot be written.
    pub fn replace(&mut self, name: &str, content: &str) -> Result<()> {
        let (start, end) = self.bounds(name)?;
        self.text.replace_range(start..end, content);
        Ok(std::fs::write(&self.path, &self.text)?)
    }

    fn bounds(&self, name: &str) -> Result<(usize, usize)> {
        let (open, close) = (format!("<!-- {name}: generated -->\n"), format!("<!-- end of {name} -->"));
        let start = self.text.find(&open).with_context(|| format!("no `{}` in the page", open.trim()))? + open.len();
        let end = self.text.find(&close).with_context(|| format!("no `{close}` in the page"))?;
        Ok((start, end))
    }
}

/// The figures as tables.
pub fn render(figures: &Figures) -> String {
    let mut out = String::from("\n| what | result |\n|---|---|\n");
    let share = |s: &Share| format!("{} of {} ({:.2} %)", s.part, s.whole, s.percent());
    let rows = [
        ("visitors judged bots (no more than 0.25 %)", &figures.visitors),
        ("captures of real browsers judged bots", &figures.captures),
        ("honeypot's browser claims judged bots", &figures.honeypot),
        ("crawlers' published addresses under their names: verified", &figures.crawlers_verified),
        ("the same names from elsewhere: impostors", &figures.crawlers_impostor),
        ("the same names behind a CDN: unverifiable", &figures.crawlers_behind_cdn),
    ];
    for (what, result) in rows {
        let _ = writeln!(out, "| {what} | {} |", share(result));
    }
    out.push_str(
        "\n| kind | clients | bot on the first request | bot on any | tool on the first |\n|---|---|---|---|---|\n",
    );
    for (name, kind) in &figures.kinds {
        let percent = |s: &Share| format!("{} ({:.0} %)", s.part, s.percent());
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} | {} |",
            kind.any.whole,
            percent(&kind.first),
            percent(&kind.any),
            percent(&kind.tool)
        );
    }
    for (name, kind) in &figures.kinds {
        let _ = write!(
            out,
            "\n### {name}\n\n| client | name | first request | greatest score, and by what |\n|---|---|---|---|\n"
        );
        for row in &kind.clients {
            let named = row.first.named.as_deref().or(row.worst.named.as_deref()).unwrap_or("");
            let _ = writeln!(
                out,
                "| {} | {named} | {} {} | {} {} |",
                row.client,
                row.first.class.as_str(),
                row.first.score,
                row.worst.score,
                top(&row.worst)
            );
        }
    }
    out.push('\n');
    out
}

/// The three weightiest reasons.
fn top(judged: &Judged) -> String {
    judged.reasons.iter().take(3).map(|(id, _)| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}
