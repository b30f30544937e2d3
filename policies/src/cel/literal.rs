//! Values that stand in an expression themselves.

use std::ops::Range;

use cel::common::ast::{Expr, IdedExpr, LiteralValue};

/// A value that stands in the expression itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Text(String),
    Number(i64),
    /// Of another type than variables have: what it is, for messages.
    Other(&'static str),
    Bool(bool),
}

/// A literal and its place.
pub(super) type Placed = (Literal, Range<usize>);

impl Literal {
    pub(super) fn of(value: &LiteralValue) -> Self {
        match value {
            LiteralValue::String(text) => Literal::Text(text.inner().to_owned()),
            LiteralValue::Int(number) => Literal::Number(*number.inner()),
            LiteralValue::Boolean(value) => Literal::Bool(*value.inner()),
            LiteralValue::UInt(_) => Literal::Other("an unsigned number"),
            LiteralValue::Double(_) => Literal::Other("a fraction"),
            LiteralValue::Bytes(_) => Literal::Other("bytes"),
            LiteralValue::Null => Literal::Other("null"),
        }
    }

    pub(super) fn what(&self) -> &'static str {
        match self {
            Literal::Text(_) => "a text",
            Literal::Number(_) => "a number",
            Literal::Bool(_) => "true or false",
            Literal::Other(what) => what,
        }
    }
}

/// The literal that an expression is, if it is one.
pub(super) fn literal(expr: &IdedExpr) -> Option<Literal> {
    match &expr.expr {
        Expr::Literal(value) => Some(Literal::of(value)),
        _ => None,
    }
}
