//! The shape of a condition: `&&`, `||`, `!` and the tests between them.

use cel::common::ast::{CallExpr, Expr, IdedExpr};
use filter_core::policy::wire::Condition;

use super::literal::Literal;
use super::parse::Parsed;
use super::test::Comparison;
use super::tree::Lowered;
use super::{Fault, Scope};
use crate::code::Code;
use crate::words::meant;

/// One condition on its way.
pub(super) struct Lowering<'p> {
    pub(super) parsed: &'p Parsed<'p>,
    pub(super) scope: &'p Scope<'p>,
    pub(super) faults: Vec<Fault>,
    /// What the names that `exists` and `all` bring stand for, innermost last.
    pub(super) bound: Vec<(String, Literal)>,
    /// Tests made so far; `exists` in `exists` multiplies them.
    pub(super) tests: usize,
}

/// Functions that a condition can call.
const FUNCTIONS: [&str; 7] = ["startsWith", "endsWith", "contains", "glob", "inside", "exists", "all"];

impl<'p> Lowering<'p> {
    pub(super) fn new(parsed: &'p Parsed<'p>, scope: &'p Scope<'p>) -> Self {
        Lowering { parsed, scope, faults: Vec::new(), bound: Vec::new(), tests: 0 }
    }

    /// Lowers a question; `None` after a fault.
    pub(super) fn condition(&mut self, expr: &IdedExpr) -> Option<Lowered> {
        let span = self.parsed.span(expr);
        match &expr.expr {
            Expr::Literal(value) => match Literal::of(value) {
                Literal::Bool(true) => Some(Lowered::test(Condition::Always, span)),
                Literal::Bool(false) => Some(Lowered::test(Condition::Always, span.clone()).not(span)),
                other => {
                    let message = format!("{} is no question", other.what());
                    self.fault(Code::NOT_BOOLEAN, expr, message, "compare a variable with it")
                }
            },
            Expr::Ident(_) | Expr::Select(_) => self.flag(expr),
            Expr::Call(call) => self.call(expr, call),
            Expr::List(_) => self.fault(Code::NOT_BOOLEAN, expr, "a list is no question", "write `variable in [...]`"),
            _ => self.fault(Code::NOT_BOOLEAN, expr, "it is no question", "compare a variable with a value"),
        }
    }

    fn call(&mut self, expr: &IdedExpr, call: &CallExpr) -> Option<Lowered> {
        let span = self.parsed.span(expr);
        if let Some(comparison) = Comparison::of(&call.func_name) {
            let [left, right] = call.args.as_slice() else { return None };
            return self.comparison(expr, comparison, left, right);
        }
        match (call.func_name.as_str(), call.args.as_slice()) {
            ("_&&_", parts) => Some(Lowered::all(self.parts(parts)?, span)),
            ("_||_", parts) => Some(Lowered::any(self.parts(parts)?, span)),
            ("!_", [part]) => Some(self.condition(part)?.not(span)),
            ("@in", [left, right]) => self.membership(expr, left, right),
            ("exists" | "all", [name, test]) => self.quantified(expr, call, name, test),
            ("startsWith" | "endsWith" | "contains" | "glob", [part]) => self.text_test(expr, call, part),
            ("inside", [blocks]) => self.inside(expr, call, blocks),
            ("_[_]", _) => self.fault(Code::NOT_BOOLEAN, expr, "a text is no question", "compare it with a text"),
            _ => self.refuse_call(expr, call),
        }
    }

    /// All parts, so that each can tell what is wrong with it.
    fn parts(&mut self, parts: &[IdedExpr]) -> Option<Vec<Lowered>> {
        let parts: Vec<Option<Lowered>> = parts.iter().map(|part| self.condition(part)).collect();
        parts.into_iter().collect()
    }

    /// What conditions never do, wherever it stands.
    pub(super) fn refuse_call<T>(&mut self, expr: &IdedExpr, call: &CallExpr) -> Option<T> {
        let name = call.func_name.as_str();
        let operator = name.trim_matches('_');
        let fault = match name {
            "_?_:_" => {
                let remedy = "write `a && b || !a && c` in place of `a ? b : c`";
                return self.fault(Code::CHOICE, expr, "conditions do not choose between values", remedy);
            }
            "_+_" | "_-_" | "_*_" | "_/_" | "_%_" | "-_" => {
                let remedy = "write the number or text that comes out, or join two tests with `&&`";
                return self.fault(
                    Code::ARITHMETIC,
                    expr,
                    format!("conditions do not compute with `{operator}`"),
                    remedy,
                );
            }
            "has" => {
                "write `'name' in request.headers` for a header; other texts are empty where they are absent".to_owned()
            }
            "matches" => "write `.glob('/api/*/edit')`, `.startsWith()`, `.endsWith()` or `.contains()`".to_owned(),
            "size" => "compare with the empty text: `request.query != ''`".to_owned(),
            "exists_one" | "existsOne" | "filter" | "map" => "write `exists` or `all` over a literal list".to_owned(),
            "lower" | "lowerAscii" | "toLower" | "upperAscii" => {
                "hosts are in lower case already; write each spelling for the rest, joined by `||`".to_owned()
            }
            "cidr" | "ip" | "inCidr" | "containsIP" | "inIpRange" => {
                "write `client.address.inside('192.0.2.0/24')`".to_owned()
            }
            "timestamp" | "duration" | "now" | "getHours" => "give the rule a `schedule` or `expires`".to_owned(),
            _ if FUNCTIONS.contains(&name) => {
                let span = self.parsed.span(expr);
                let remedy = "write it as `request.path.startsWith('/api/')`, with one value";
                self.faults.push(Fault::new(
                    Code::UNKNOWN_FUNCTION,
                    span,
                    format!("`{name}` does not take these values"),
                    remedy,
                ));
                return None;
            }
            _ => meant(name, FUNCTIONS),
        };
        let span = if call.target.is_some() { self.parsed.function(expr, name) } else { self.parsed.span(expr) };
        self.faults.push(Fault::new(Code::UNKNOWN_FUNCTION, span, format!("there is no function `{name}`"), fault));
        None
    }

    pub(super) fn fault<T>(
        &mut self,
        code: Code,
        expr: &IdedExpr,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Option<T> {
        self.faults.push(Fault::new(code, self.parsed.span(expr), message, remedy));
        None
    }
}
