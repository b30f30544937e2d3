//! Findings as text with the place shown, and as JSON.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use super::Finding;

/// Bytes of a line shown on either side of a span; a bundle's content is one line of many thousands.
const AROUND: usize = 60;

impl Finding {
    /// The finding with its line, for a person. Holds colours: print it through `anstream`.
    pub fn render(&self) -> String {
        let text: &str = &self.text;
        let (start, end) = self.window(text);
        let source = text.get(start..end).unwrap_or_default();
        let last = floor(text, self.span.end.min(end).max(self.span.start));
        let span = self.span.start.saturating_sub(start)..last.saturating_sub(start);
        let annotation = AnnotationKind::Primary.span(span);
        let annotation = if self.place.is_empty() { annotation } else { annotation.label(self.place.as_str()) };
        let snippet = Snippet::source(source).line_start(self.line).annotation(annotation);
        let path = format!("{}:{}:{}", self.file, self.line, self.column);
        let level = if self.is_warning { Level::WARNING } else { Level::ERROR };
        let mut title = level.primary_title(format!("{path}: {}", self.message));
        if let Some(code) = &self.code {
            title = title.id(code.as_str());
        }
        let mut group = Group::with_title(title).element(snippet);
        if !self.remedy.is_empty() {
            group = group.element(Level::HELP.message(self.remedy.as_str()));
        }
        Renderer::styled().render(&[group])
    }

    /// The same for programs.
    pub fn to_json(&self) -> Value {
        json!({
            "code": self.code,
            "level": if self.is_warning { "warning" } else { "error" },
            "file": self.file,
            "place": self.place,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "remedy": self.remedy,
        })
    }

    /// The part of the text that is shown: within the span's first line, not far from it.
    fn window(&self, text: &str) -> (usize, usize) {
        let column = self.column.saturating_sub(1);
        let line_start = self.span.start.saturating_sub(column);
        let rest = text.get(line_start..).unwrap_or_default();
        let line_end = line_start.saturating_add(rest.find('\n').unwrap_or(rest.len()));
        let start = line_start.max(self.span.start.saturating_sub(AROUND));
        let end = line_end.min(self.span.end.saturating_add(AROUND)).min(self.span.start.saturating_add(2 * AROUND));
        (floor(text, start), floor(text, end.max(self.span.start)))
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    at
}
