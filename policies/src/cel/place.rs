//! Which bytes of the text an expression is: the parser keeps one token a node.

use std::ops::Range;

use cel::common::ast::{Expr, IdedExpr, LiteralValue};

use super::parse::Parsed;

impl Parsed<'_> {
    /// The bytes of an expression, brackets around it left out.
    pub(super) fn span(&self, expr: &IdedExpr) -> Range<usize> {
        let own = self.token(expr);
        match &expr.expr {
            Expr::Select(select) => {
                let end = self.after(own.end, &select.field);
                self.span(&select.operand).start..end.unwrap_or(own.end)
            }
            Expr::Call(call) => {
                let inner = call.target.as_deref().into_iter().chain(&call.args).map(|part| self.span(part));
                let all = inner.fold(own.clone(), |all, part| all.start.min(part.start)..all.end.max(part.end));
                let is_named = call.func_name.starts_with(|first: char| first.is_ascii_alphabetic());
                let close = match call.func_name.as_str() {
                    "_[_]" => "]",
                    _ if is_named => ")",
                    _ => return all,
                };
                let named = is_named && call.target.is_none();
                let start = if named { own.start.saturating_sub(call.func_name.len()) } else { all.start };
                start..self.after(all.end, close).unwrap_or(all.end)
            }
            Expr::List(list) => {
                let end = list.elements.last().map_or(own.end, |last| self.span(last).end);
                own.start..self.after(end, "]").unwrap_or(end)
            }
            // A number's token lacks its sign.
            Expr::Literal(LiteralValue::Int(number)) if *number.inner() < 0 => {
                let sign = self.text.get(..own.start).and_then(|before| before.rfind('-'));
                sign.unwrap_or(own.start)..own.end
            }
            _ => own,
        }
    }

    /// A function's name in a call on a target: `request.path.startsWith("/")`.
    pub(super) fn function(&self, call: &IdedExpr, name: &str) -> Range<usize> {
        let open = self.token(call).start;
        let before = self.text.get(..open).unwrap_or_default().trim_end();
        before.len().saturating_sub(name.len())..before.len()
    }

    /// The token that the parser keeps for a node; its end is the last byte's.
    fn token(&self, expr: &IdedExpr) -> Range<usize> {
        let (first, last) = self.info.offset_for(expr.id).unwrap_or_default();
        let place = |number: u32| usize::try_from(number).unwrap_or(0).min(self.text.len());
        place(first)..place(last.saturating_add(1))
    }

    /// The end of `word` where it is the next thing from `at` on; a comma may stand before a bracket.
    fn after(&self, at: usize, word: &str) -> Option<usize> {
        let rest = self.text.get(at..)?;
        let next = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let skipped = rest.len().saturating_sub(next.len());
        next.starts_with(word).then(|| at.saturating_add(skipped).saturating_add(word.len()))
    }
}
