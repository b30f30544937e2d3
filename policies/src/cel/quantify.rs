//! `exists` and `all` over literal lists: written out, once an item.

use cel::common::ast::{CallExpr, Expr, IdedExpr};
use filter_core::limits;

use super::literal::{Literal, literal};
use super::lower::Lowering;
use super::tree::Lowered;
use crate::code::Code;

impl Lowering<'_> {
    pub(super) fn quantified(
        &mut self,
        expr: &IdedExpr,
        call: &CallExpr,
        name: &IdedExpr,
        test: &IdedExpr,
    ) -> Option<Lowered> {
        let example = "write `['.php', '.asp'].exists(end, request.path.endsWith(end))`";
        let Expr::Ident(name_text) = &name.expr else {
            return self.fault(Code::QUANTIFIER, name, "no name for the list's items", example);
        };
        let items = match call.target.as_deref().map(|target| (target, &target.expr)) {
            Some((_, Expr::List(list))) => &list.elements,
            Some((target, _)) => {
                let message = format!("`{}` is over literal lists only", call.func_name);
                return self.fault(Code::QUANTIFIER, target, message, example);
            }
            None => return self.refuse_call(expr, call),
        };
        let values: Option<Vec<Literal>> = items.iter().map(literal).collect();
        let Some(values) = values else {
            return self.fault(Code::QUANTIFIER, expr, "the list holds more than literals", example);
        };
        if values.is_empty() || values.len() > limits::CONDITION_ITEMS {
            let remedy = format!("1 to {} items are allowed", limits::CONDITION_ITEMS);
            return self.fault(Code::LIST, expr, format!("{} items", values.len()), remedy);
        }
        let mut parts = Vec::new();
        for value in values {
            self.bound.push((name_text.clone(), value));
            let part = self.condition(test);
            self.bound.pop();
            // What is wrong with one item is mostly wrong with all.
            parts.push(part?);
            self.tests = self.tests.saturating_add(1);
            if self.tests > limits::CONDITION_NODES {
                let remedy = "give the texts a named list, and test with `in`";
                return self.fault(Code::SIZE, expr, "too many tests", remedy);
            }
        }
        let span = self.parsed.span(expr);
        Some(if call.func_name == "all" { Lowered::all(parts, span) } else { Lowered::any(parts, span) })
    }
}
