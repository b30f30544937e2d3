//! One variable against literals: `==`, `!=`, `<`, `<=`, `>`, `>=` and `in`.

use std::ops::Range as Span;

use cel::common::ast::IdedExpr;
use filter_core::limits;
use filter_core::policy::wire::{Condition, HeaderTest, Range, Text};

use super::Fault;
use super::literal::{Literal, Placed};
use super::lower::Lowering;
use super::resolve::Operand;
use super::tree::Lowered;
use super::variables::{Kind, Variable};
use crate::code::Code;
use crate::words::meant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Is,
    IsNot,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Comparison {
    pub(super) fn of(function: &str) -> Option<Self> {
        Some(match function {
            "_==_" => Comparison::Is,
            "_!=_" => Comparison::IsNot,
            "_<_" => Comparison::Less,
            "_<=_" => Comparison::AtMost,
            "_>_" => Comparison::More,
            "_>=_" => Comparison::AtLeast,
            _ => return None,
        })
    }

    /// With its sides swapped.
    fn flipped(self) -> Self {
        match self {
            Comparison::Less => Comparison::More,
            Comparison::AtMost => Comparison::AtLeast,
            Comparison::More => Comparison::Less,
            Comparison::AtLeast => Comparison::AtMost,
            same => same,
        }
    }

    fn is_order(self) -> bool {
        !matches!(self, Comparison::Is | Comparison::IsNot)
    }
}

impl Lowering<'_> {
    pub(super) fn comparison(
        &mut self,
        expr: &IdedExpr,
        comparison: Comparison,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Option<Lowered> {
        let sides = (self.operand(left), self.operand(right));
        let (Some(left), Some(right)) = sides else { return None };
        let (tested, comparison, value) = match (left, right) {
            (Operand::Literal(_), Operand::Literal(_)) => {
                return self.fault(
                    Code::NO_VARIABLE,
                    expr,
                    "two literals are compared",
                    "write `true`, `false` or a variable",
                );
            }
            (tested, Operand::Literal(value)) => (tested, comparison, value),
            (Operand::Literal(value), tested) => (tested, comparison.flipped(), value),
            (Operand::List(_) | Operand::TextList(_), _) | (_, Operand::List(_) | Operand::TextList(_)) => {
                return self.fault(Code::OPERATION, expr, "a list is compared", "write `variable in [...]`");
            }
            (left, right) => {
                let message = format!("{} is compared with {}", left.what(), right.what());
                return self.fault(Code::TWO_VARIABLES, expr, message, "compare each with a literal");
            }
        };
        let span = self.parsed.span(expr);
        if comparison.is_order() && !matches!(&tested, Operand::Variable(Variable { kind: Kind::Number(..), .. })) {
            let message = format!("{} has no order", tested.what());
            return self.fault(Code::ORDER, expr, message, "write `==`, `!=` or `in`");
        }
        let test = match &tested {
            Operand::Variable(Variable { kind: Kind::Bool(test), .. }) => {
                let Literal::Bool(wanted) = value.0 else {
                    return self.wrong_type(&tested, &value, "`true` or `false`");
                };
                let test = Lowered::test(test(), span.clone());
                if wanted { test } else { test.not(span.clone()) }
            }
            Operand::Variable(Variable { kind: Kind::Number(most, test), .. }) => {
                let range = self.range(&tested, comparison, &value, *most)?;
                Lowered::test(test(range), span.clone())
            }
            _ => self.one_of(&tested, vec![value], span.clone())?,
        };
        Some(if comparison == Comparison::IsNot { test.not(span) } else { test })
    }

    /// `left in right`.
    pub(super) fn membership(&mut self, expr: &IdedExpr, left: &IdedExpr, right: &IdedExpr) -> Option<Lowered> {
        let sides = (self.operand(left), self.operand(right));
        let (Some(item), Some(list)) = sides else { return None };
        let span = self.parsed.span(expr);
        match (item, list) {
            (Operand::Literal(item), Operand::Variable(Variable { kind: Kind::Set(what, known, test), .. })) => {
                let known = known(self.scope);
                let name = self.known_name(what, &known, &item)?;
                Some(Lowered::test(test(name), span))
            }
            (Operand::Literal(item), Operand::Variable(Variable { kind: Kind::Headers, .. })) => {
                let Literal::Text(name) = item.0 else {
                    return self.fault(Code::LITERAL_TYPE, left, "a header's name is a text", "write it in quotes");
                };
                let name = self.header_name(name, item.1)?;
                Some(Lowered::test(Condition::Header(HeaderTest { name, value: None }), span))
            }
            (Operand::Literal(_), Operand::List(_) | Operand::TextList(_)) => self.fault(
                Code::NO_VARIABLE,
                expr,
                "a literal is looked for in a list of literals",
                "write a variable in its place",
            ),
            (tested, Operand::List(items)) => self.one_of(&tested, items, span),
            (tested, Operand::TextList(name)) => self.in_text_list(expr, &tested, name, right),
            (_, Operand::Variable(Variable { kind: Kind::Address(_), path, .. })) => {
                let remedy = format!("write `{path}.inside('192.0.2.0/24')`");
                self.fault(Code::OPERATION, right, "an address is no list", remedy)
            }
            (_, list) => {
                let remedy = match list {
                    Operand::Header(..) => "write `.contains('text')`".to_owned(),
                    Operand::Variable(Variable { kind: Kind::Text(_) | Kind::Host | Kind::Path, path, .. }) => {
                        format!("write `{path}.contains('text')`")
                    }
                    _ => "a list is `[...]`, `lists.name`, `signals`, `client.networks` or `client.network_kinds`"
                        .to_owned(),
                };
                self.fault(Code::OPERATION, right, format!("{} is no list", list.what()), remedy)
            }
        }
    }

    /// A variable that is a question itself.
    pub(super) fn flag(&mut self, expr: &IdedExpr) -> Option<Lowered> {
        let tested = self.operand(expr)?;
        if let Operand::Variable(Variable { kind: Kind::Bool(test), .. }) = tested {
            return Some(Lowered::test(test(), self.parsed.span(expr)));
        }
        let remedy = match &tested {
            Operand::Variable(Variable { kind: Kind::Number(..), path, .. }) => format!("write `{path} >= 50`"),
            Operand::Variable(Variable { kind: Kind::Set(..), path, .. }) => format!("write `'name' in {path}`"),
            Operand::Variable(Variable { kind: Kind::Address(_), path, .. }) => {
                format!("write `{path}.inside('192.0.2.0/24')`")
            }
            Operand::Header(name, _) => format!("write `'{name}' in request.headers` to ask whether it is there"),
            _ => "compare it with a value".to_owned(),
        };
        self.fault(Code::NOT_BOOLEAN, expr, format!("{} is no question", tested.what()), remedy)
    }

    /// The tested value is one of the literals.
    fn one_of(&mut self, tested: &Operand, values: Vec<Placed>, span: Span<usize>) -> Option<Lowered> {
        if values.is_empty() || values.len() > limits::CONDITION_ITEMS {
            let remedy =
                format!("1 to {} items are allowed; give more of them a name under `lists`", limits::CONDITION_ITEMS);
            let message =
                if values.is_empty() { "the list is empty".to_owned() } else { format!("{} items", values.len()) };
            self.faults.push(Fault::new(Code::LIST, span, message, remedy));
            return None;
        }
        let Operand::Variable(variable) = tested else { return self.one_text(tested, values, span) };
        match &variable.kind {
            Kind::Word(vocabulary, test) => {
                let known = vocabulary.words();
                let words: Vec<Option<String>> = values.iter().map(|value| self.word(tested, known, value)).collect();
                Some(Lowered::test(test(words.into_iter().collect::<Option<_>>()?), span))
            }
            Kind::Name(what, known, test) => {
                let known = known(self.scope);
                let names: Vec<Option<String>> =
                    values.iter().map(|value| self.name(what, known.as_deref(), value)).collect();
                Some(Lowered::test(test(names.into_iter().collect::<Option<_>>()?), span))
            }
            Kind::Asn => {
                let numbers: Vec<Option<u32>> = values.iter().map(|value| self.asn(value)).collect();
                Some(Lowered::test(Condition::Asn(numbers.into_iter().collect::<Option<_>>()?), span))
            }
            Kind::Number(most, test) => {
                let ranges: Vec<Option<Range>> =
                    values.iter().map(|value| self.range(tested, Comparison::Is, value, *most)).collect();
                let ranges = ranges.into_iter().collect::<Option<Vec<Range>>>()?;
                let parts = ranges.into_iter().map(|range| Lowered::test(test(range), span.clone()));
                Some(Lowered::any(parts.collect(), span.clone()))
            }
            Kind::Text(_) | Kind::Host | Kind::Path => self.one_text(tested, values, span),
            Kind::Bool(_) | Kind::Set(..) | Kind::Address(_) | Kind::Headers | Kind::Lists => {
                let remedy = match variable.kind {
                    Kind::Address(_) => format!("write `{}.inside(['192.0.2.0/24'])`", variable.path),
                    Kind::Set(..) => format!("write `'name' in {}`", variable.path),
                    Kind::Headers => "write `request.headers['name'] == 'value'`".to_owned(),
                    Kind::Lists => "write `request.path in lists.name`".to_owned(),
                    _ => "write it alone, or `!` before it".to_owned(),
                };
                self.faults.push(Fault::new(
                    Code::OPERATION,
                    span,
                    format!("{} cannot be compared so", tested.what()),
                    remedy,
                ));
                None
            }
        }
    }

    fn in_text_list(&mut self, expr: &IdedExpr, tested: &Operand, name: String, list: &IdedExpr) -> Option<Lowered> {
        let span = self.parsed.span(expr);
        if let Operand::Variable(Variable { kind: Kind::Name(..) | Kind::Word(..), .. }) = tested {
            let items = self.scope.lists.get(&name).cloned().unwrap_or_default();
            let at = self.parsed.span(list);
            return self.one_of(
                tested,
                items.into_iter().map(|item| (Literal::Text(item), at.clone())).collect(),
                span,
            );
        }
        self.text(tested, Text::In(name), self.parsed.span(list), span)
    }

    fn range(&mut self, tested: &Operand, comparison: Comparison, value: &Placed, most: u32) -> Option<Range> {
        let Literal::Number(number) = value.0 else { return self.wrong_type(tested, value, "a whole number") };
        let next = number.saturating_add(1);
        let (at_least, below) = match comparison {
            Comparison::Is | Comparison::IsNot => (Some(number), Some(next)),
            Comparison::Less => (None, Some(number)),
            Comparison::AtMost => (None, Some(next)),
            Comparison::More => (Some(next), None),
            Comparison::AtLeast => (Some(number), None),
        };
        let most = i64::from(most);
        let never = at_least.is_some_and(|bound| bound > most) || below.is_some_and(|bound| bound <= 0);
        let always = !never && at_least.is_none_or(|bound| bound <= 0) && below.is_none_or(|bound| bound > most);
        let too_large = below.is_some_and(|bound| u32::try_from(bound).is_err());
        if never || always || too_large {
            let message = format!("the test is {} true", if never { "never" } else { "always" });
            let remedy = format!("{} is a whole number from 0 to {most}", tested.what());
            self.faults.push(Fault::new(Code::BOUNDS, value.1.clone(), message, remedy));
            return None;
        }
        let bound = |bound: Option<i64>| bound.map(|bound| u32::try_from(bound).unwrap_or(0));
        Some(Range { at_least: bound(at_least), below: bound(below) })
    }

    fn word(&mut self, tested: &Operand, known: &[&str], value: &Placed) -> Option<String> {
        let Literal::Text(word) = &value.0 else {
            return self.wrong_type(tested, value, "one of its words, in quotes");
        };
        if known.contains(&word.as_str()) {
            return Some(word.clone());
        }
        let message = format!("{} is never `{}`", tested.what(), word.escape_debug());
        self.faults.push(Fault::new(Code::UNKNOWN_WORD, value.1.clone(), message, meant(word, known.iter().copied())));
        None
    }

    fn name(&mut self, what: &str, known: Option<&[String]>, value: &Placed) -> Option<String> {
        if let Some(known) = known {
            return self.known_name(what, known, value);
        }
        let Literal::Text(name) = &value.0 else {
            self.faults.push(Fault::new(
                Code::LITERAL_TYPE,
                value.1.clone(),
                format!("{} is no {what}", value.0.what()),
                "write it in quotes",
            ));
            return None;
        };
        let (code, fits, remedy) = match what {
            "method" => {
                let fits = !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'-');
                (Code::METHOD, fits, "write methods in upper case, as they are sent: `GET`")
            }
            _ => {
                let fits = name.len() == 2 && name.bytes().all(|b| b.is_ascii_uppercase());
                (Code::COUNTRY, fits, "write two upper-case letters (ISO 3166-1 alpha-2), such as `DE`")
            }
        };
        if !fits {
            let message = format!("`{}` is no {what}", name.escape_debug());
            self.faults.push(Fault::new(code, value.1.clone(), message, remedy));
            return None;
        }
        Some(name.clone())
    }

    fn known_name(&mut self, what: &str, known: &[String], value: &Placed) -> Option<String> {
        let Literal::Text(name) = &value.0 else {
            self.faults.push(Fault::new(
                Code::LITERAL_TYPE,
                value.1.clone(),
                format!("{} is no {what}", value.0.what()),
                "write it in quotes",
            ));
            return None;
        };
        if known.contains(name) {
            return Some(name.clone());
        }
        let message = format!("there is no {what} `{}`", name.escape_debug());
        let remedy = match known {
            [] => "the policy has none".to_owned(),
            _ => meant(name, known.iter().map(String::as_str)),
        };
        self.faults.push(Fault::new(Code::UNKNOWN_NAME, value.1.clone(), message, remedy));
        None
    }

    fn asn(&mut self, value: &Placed) -> Option<u32> {
        let number = if let Literal::Number(number) = value.0 { u32::try_from(number).ok() } else { None };
        if number.is_none() {
            let remedy = "write a whole number such as `64500`, without `AS` and quotes";
            self.faults.push(Fault::new(Code::LITERAL_TYPE, value.1.clone(), "no AS number", remedy));
        }
        number
    }

    pub(super) fn wrong_type<T>(&mut self, tested: &Operand, value: &Placed, wanted: &str) -> Option<T> {
        let message = format!("{} is compared with {}", tested.what(), value.0.what());
        self.faults.push(Fault::new(Code::LITERAL_TYPE, value.1.clone(), message, format!("write {wanted}")));
        None
    }
}
