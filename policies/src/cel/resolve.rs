//! What stands on either side of a test: a variable, a literal or a list.

use std::ops::Range;

use cel::common::ast::{CallExpr, Expr, IdedExpr};

use super::Fault;
use super::literal::{Literal, Placed};
use super::lower::Lowering;
use super::variables::{MEANT, NOT_YET, VARIABLES, Variable};
use crate::code::Code;
use crate::words::meant;

/// One side of a test.
pub(super) enum Operand {
    Variable(&'static Variable),
    /// A header's first value, and where its name is.
    Header(String, Range<usize>),
    /// One of the policy's lists of texts.
    TextList(String),
    Literal(Placed),
    List(Vec<Placed>),
}

impl Lowering<'_> {
    /// What an expression stands for; `None` after a fault.
    pub(super) fn operand(&mut self, expr: &IdedExpr) -> Option<Operand> {
        let span = self.parsed.span(expr);
        match &expr.expr {
            Expr::Literal(value) => Some(Operand::Literal((Literal::of(value), span))),
            Expr::Ident(name) => match self.bound.iter().rfind(|(bound, _)| bound == name) {
                Some((_, value)) => Some(Operand::Literal((value.clone(), span))),
                None => self.variable(name, span),
            },
            Expr::Select(_) => match path(expr) {
                Some(path) => self.variable(&path, span),
                None => {
                    self.fault(Code::OPERATION, expr, "only variables have members", "write a variable's whole name")
                }
            },
            Expr::List(list) => {
                let items: Vec<Option<Placed>> = list.elements.iter().map(|item| self.item(item)).collect();
                items.into_iter().collect::<Option<Vec<Placed>>>().map(Operand::List)
            }
            Expr::Call(call) if call.func_name == "_[_]" => self.index(expr, call),
            Expr::Call(call) if is_question(&call.func_name) => {
                let remedy = "write the test alone, or `!` before it";
                self.fault(Code::OPERATION, expr, "a test is compared with something", remedy)
            }
            Expr::Call(call) => self.refuse_call(expr, call),
            _ => self.fault(
                Code::OPERATION,
                expr,
                "only variables, texts, numbers and lists can be tested",
                "write a list as `['a', 'b']`",
            ),
        }
    }

    fn item(&mut self, item: &IdedExpr) -> Option<Placed> {
        match self.operand(item)? {
            Operand::Literal(literal) => Some(literal),
            _ => self.fault(Code::TWO_VARIABLES, item, "a list may hold literals only", "write tests joined by `||`"),
        }
    }

    /// `request.headers["accept"]` and `lists["my-list"]`.
    fn index(&mut self, expr: &IdedExpr, call: &CallExpr) -> Option<Operand> {
        let [map, key] = call.args.as_slice() else { return None };
        let Some(path) = path(map) else {
            return self.fault(
                Code::OPERATION,
                map,
                "only variables have members",
                "write `request.headers['accept']`",
            );
        };
        let is_map = matches!(path.as_str(), "request.headers" | "lists");
        if !is_map {
            let map_span = self.parsed.span(map);
            self.variable(&path, map_span)?;
            let remedy = "write `request.headers['accept']` for a header, `lists.name` for a list of texts";
            return self.fault(Code::OPERATION, expr, format!("`{path}` is no map"), remedy);
        }
        let Some(Operand::Literal((Literal::Text(key_text), span))) = self.operand(key) else {
            return self.fault(Code::LITERAL_TYPE, key, "the name is no literal text", "write it in quotes");
        };
        if path == "lists" { self.text_list(key_text, span) } else { Some(Operand::Header(key_text, span)) }
    }

    fn variable(&mut self, path: &str, span: Range<usize>) -> Option<Operand> {
        if let Some(variable) = VARIABLES.iter().find(|variable| variable.path == path) {
            return Some(Operand::Variable(variable));
        }
        if let Some(name) = path.strip_prefix("request.headers.") {
            return Some(Operand::Header(name.to_owned(), span));
        }
        if let Some(name) = path.strip_prefix("lists.") {
            return self.text_list(name.to_owned(), span);
        }
        let is_in = |path: &str, name: &str| {
            path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let fault = if let Some((name, remedy)) = NOT_YET.iter().find(|(name, _)| is_in(path, name)) {
            Fault::new(Code::NOT_YET, span, format!("nothing is known of `{name}` yet"), *remedy)
        } else if let Some((_, instead)) = MEANT.iter().find(|(name, _)| *name == path) {
            Fault::new(
                Code::UNKNOWN_VARIABLE,
                span,
                format!("there is no variable `{path}`"),
                format!("write `{instead}`"),
            )
        } else {
            let members: Vec<&str> =
                VARIABLES.iter().map(|variable| variable.path).filter(|name| is_in(name, path)).collect();
            if members.is_empty() {
                let known = VARIABLES.iter().map(|variable| variable.path);
                let group = path.split('.').next().unwrap_or(path);
                let same: Vec<&str> = known.clone().filter(|name| is_in(name, group)).collect();
                let remedy = if same.is_empty() { meant_or_group(path, known) } else { meant(path, same) };
                Fault::new(Code::UNKNOWN_VARIABLE, span, format!("there is no variable `{path}`"), remedy)
            } else {
                Fault::new(Code::MAP, span, format!("`{path}` is a group of variables"), meant("", members))
            }
        };
        self.faults.push(fault);
        None
    }

    fn text_list(&mut self, name: String, span: Range<usize>) -> Option<Operand> {
        if self.scope.lists.contains_key(&name) {
            return Some(Operand::TextList(name));
        }
        let known = self.scope.lists.keys().map(String::as_str);
        let remedy = if self.scope.lists.is_empty() { "add it under `lists`".to_owned() } else { meant(&name, known) };
        self.faults.push(Fault::new(Code::UNKNOWN_NAME, span, format!("there is no list `{name}`"), remedy));
        None
    }
}

impl Operand {
    /// What it is, for messages.
    pub(super) fn what(&self) -> String {
        match self {
            Operand::Variable(variable) => format!("`{}`", variable.path),
            Operand::Header(name, _) => format!("the header `{name}`"),
            Operand::TextList(name) => format!("the list `{name}`"),
            Operand::Literal((literal, _)) => literal.what().to_owned(),
            Operand::List(_) => "a list".to_owned(),
        }
    }
}

/// What may have been meant, else the groups that there are.
fn meant_or_group(path: &str, known: impl Iterator<Item = &'static str>) -> String {
    let known: Vec<&str> = known.collect();
    let found = meant(path, known.iter().copied());
    if found.starts_with("write") {
        return found;
    }
    let mut groups: Vec<&str> = known.iter().filter_map(|path| path.split('.').next()).collect();
    groups.dedup();
    meant("", groups)
}

/// The dotted name that an expression spells.
fn path(expr: &IdedExpr) -> Option<String> {
    match &expr.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) => Some(format!("{}.{}", path(&select.operand)?, select.field)),
        _ => None,
    }
}

fn is_question(function: &str) -> bool {
    matches!(
        function,
        "_&&_"
            | "_||_"
            | "!_"
            | "_==_"
            | "_!=_"
            | "_<_"
            | "_<=_"
            | "_>_"
            | "_>=_"
            | "@in"
            | "startsWith"
            | "endsWith"
            | "contains"
            | "glob"
            | "inside"
            | "exists"
            | "all"
    )
}
