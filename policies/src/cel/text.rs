//! Tests on texts and addresses.

use std::ops::Range as Span;

use cel::common::ast::{CallExpr, IdedExpr};
use filter_core::limits;
use filter_core::policy::wire::{AddressTest, Condition, HeaderTest, Text};
use filter_core::request::Prefix;

use super::Fault;
use super::literal::{Literal, Placed};
use super::lower::Lowering;
use super::resolve::Operand;
use super::tree::Lowered;
use super::variables::{Kind, Variable};
use crate::code::Code;

impl Lowering<'_> {
    /// `variable.startsWith("text")` and its kin.
    pub(super) fn text_test(&mut self, expr: &IdedExpr, call: &CallExpr, part: &IdedExpr) -> Option<Lowered> {
        let Some(target) = call.target.as_deref() else { return self.refuse_call(expr, call) };
        let sides = (self.operand(target), self.operand(part));
        let (Some(tested), Some(part_value)) = sides else { return None };
        let name = call.func_name.as_str();
        let is_text = match &tested {
            Operand::Variable(variable) => matches!(variable.kind, Kind::Text(_) | Kind::Host | Kind::Path),
            Operand::Header(..) => true,
            _ => false,
        };
        if !is_text {
            let remedy = match &tested {
                Operand::Variable(Variable { kind: Kind::Address(_), path, .. }) => {
                    format!("write `{path}.inside('192.0.2.0/24')`")
                }
                Operand::Variable(Variable { kind: Kind::Set(..), path, .. }) => format!("write `'name' in {path}`"),
                Operand::Variable(_) => "compare it with `==`, `!=` or `in`".to_owned(),
                _ => "write a variable on the left".to_owned(),
            };
            let kind = match &tested {
                Operand::Variable(variable) => format!(", a {}", variable.kind()),
                _ => String::new(),
            };
            let message = format!("`{name}` is for texts, this is {}{kind}", tested.what());
            return self.fault(Code::OPERATION, target, message, remedy);
        }
        let Operand::Literal((Literal::Text(text), at)) = part_value else {
            let message = format!("`{name}` takes a text, not {}", part_value.what());
            let code = if matches!(part_value, Operand::Literal(_)) { Code::LITERAL_TYPE } else { Code::TWO_VARIABLES };
            return self.fault(
                code,
                part,
                message,
                "write a text in quotes; join several with `||`, or with `exists` over a list",
            );
        };
        if text.trim_matches('*').is_empty() && (text.is_empty() || name == "glob") {
            self.faults.push(Fault::new(Code::PATTERN, at, "it fits every text", "say what to look for"));
            return None;
        }
        let test = match name {
            "startsWith" => Text::Prefix(text),
            "endsWith" => Text::Suffix(text),
            "contains" => Text::Contains(text),
            _ => glob(text),
        };
        let span = self.parsed.span(expr);
        self.text(&tested, test, at, span)
    }

    /// `client.address.inside("192.0.2.0/24")`, or one of a list.
    pub(super) fn inside(&mut self, expr: &IdedExpr, call: &CallExpr, blocks: &IdedExpr) -> Option<Lowered> {
        let Some(target) = call.target.as_deref() else { return self.refuse_call(expr, call) };
        let sides = (self.operand(target), self.operand(blocks));
        let (Some(tested), Some(blocks_value)) = sides else { return None };
        let Operand::Variable(Variable { kind: Kind::Address(provenance), .. }) = tested else {
            let message = format!("`inside` is for addresses, this is {}", tested.what());
            return self.fault(Code::OPERATION, target, message, "write `client.address.inside('192.0.2.0/24')`");
        };
        let items = match blocks_value {
            Operand::Literal(item) => vec![item],
            Operand::List(items) => items,
            Operand::TextList(name) => {
                let at = self.parsed.span(blocks);
                let texts = self.scope.lists.get(&name).cloned().unwrap_or_default();
                texts.into_iter().map(|text| (Literal::Text(text), at.clone())).collect()
            }
            other => {
                let message = format!("{} is no block of addresses", other.what());
                let remedy = "write `'name' in client.networks` for a network list";
                return self.fault(Code::OPERATION, blocks, message, remedy);
            }
        };
        let span = self.parsed.span(expr);
        if items.is_empty() || items.len() > limits::CONDITION_ITEMS {
            let remedy =
                format!("1 to {} blocks are allowed; more belong into a network list", limits::CONDITION_ITEMS);
            self.faults.push(Fault::new(Code::LIST, span, format!("{} blocks", items.len()), remedy));
            return None;
        }
        let blocks: Vec<Option<String>> = items.iter().map(|item| self.block(item)).collect();
        let blocks = blocks.into_iter().collect::<Option<Vec<String>>>()?;
        let provenance = provenance.iter().map(|word| (*word).to_owned()).collect();
        Some(Lowered::test(Condition::Address(AddressTest { blocks, provenance, ..AddressTest::default() }), span))
    }

    fn block(&mut self, (literal, at): &Placed) -> Option<String> {
        let error = match literal {
            Literal::Text(text) => match text.parse::<Prefix>() {
                Ok(_) => return Some(text.clone()),
                Err(error) => format!("`{}`: {error}", text.escape_debug()),
            },
            other => format!("{} is no block of addresses", other.what()),
        };
        let (message, remedy) =
            error.split_once("; ").unwrap_or((&error, "write it as `192.0.2.0/24` or `2001:db8::/32`"));
        self.faults.push(Fault::new(Code::BLOCK, at.clone(), message, remedy));
        None
    }

    pub(super) fn one_text(&mut self, tested: &Operand, values: Vec<Placed>, span: Span<usize>) -> Option<Lowered> {
        if !matches!(tested, Operand::Header(..) | Operand::Variable(_)) {
            let message = format!("{} cannot be tested", tested.what());
            self.faults.push(Fault::new(Code::OPERATION, span, message, "write `variable in [...]`"));
            return None;
        }
        let at = values.first().map_or(span.clone(), |(_, at)| at.clone());
        let mut texts = Vec::new();
        for value in &values {
            let Literal::Text(text) = &value.0 else { return self.wrong_type(tested, value, "a text in quotes") };
            texts.push(text.clone());
        }
        let test = match <[String; 1]>::try_from(texts) {
            Ok([text]) => Text::Is(text),
            Err(texts) => Text::OneOf(texts),
        };
        self.text(tested, test, at, span)
    }

    /// A test on a text, with what can be known about such texts. `at` is where the pattern is.
    pub(super) fn text(&mut self, tested: &Operand, test: Text, at: Span<usize>, span: Span<usize>) -> Option<Lowered> {
        let most = if matches!(test, Text::Contains(_) | Text::Glob(_)) { limits::CONTAINS } else { limits::TEXT };
        let long = |text: &str| {
            let parts = text.split('*').map(str::len).max();
            if matches!(test, Text::Glob(_)) { parts.unwrap_or(0) } else { text.len() }
        };
        if let Some(size) = texts(&test).iter().map(|text| long(text)).find(|size| *size > most) {
            self.faults.push(Fault::new(
                Code::PATTERN,
                at,
                format!("{size} bytes"),
                format!("at most {most} are allowed"),
            ));
            return None;
        }
        let condition = match tested {
            Operand::Header(name, at) => {
                let name = self.header_name(name.clone(), at.clone())?;
                Condition::Header(HeaderTest { name, value: Some(test) })
            }
            Operand::Variable(Variable { kind: Kind::Text(make), .. }) => make(test),
            Operand::Variable(Variable { kind: Kind::Host, .. }) => {
                self.check_host(&test, at)?;
                Condition::Host(test)
            }
            Operand::Variable(Variable { kind: Kind::Path, .. }) => {
                self.check_path(&test, at)?;
                Condition::Path(test)
            }
            other => {
                let message = format!("{} is no text", other.what());
                self.faults.push(Fault::new(Code::OPERATION, span, message, "write `==`, `!=` or `in [...]`"));
                return None;
            }
        };
        Some(Lowered::test(condition, span))
    }

    fn check_host(&mut self, test: &Text, at: Span<usize>) -> Option<()> {
        let listed = self.listed(test);
        let texts = if listed.is_empty() { texts(test) } else { &listed };
        let end = match test {
            Text::Suffix(end) => Some(end.as_str()),
            Text::Glob(pattern) => pattern.strip_prefix('*').filter(|rest| !rest.starts_with('*')),
            _ => None,
        };
        let (message, remedy) = if texts.iter().any(|text| text.bytes().any(|b| b.is_ascii_uppercase())) {
            ("a host's name is compared in lower case".to_owned(), "write it in lower case".to_owned())
        } else if let Some(end) = end.filter(|end| !end.starts_with('.')) {
            let remedy = format!("write `.endsWith('.{end}') || request.host == '{end}'`");
            (format!("`{end}` is also the end of other hosts' names"), remedy)
        } else if let Some(text) =
            texts.iter().find(|text| text.contains('/') || text.contains(':') && !text.contains('['))
        {
            (format!("no host's name holds `{text}`"), "leave scheme, port and path out".to_owned())
        } else {
            return Some(());
        };
        self.faults.push(Fault::new(Code::HOST, at, message, remedy));
        None
    }

    fn check_path(&mut self, test: &Text, at: Span<usize>) -> Option<()> {
        let listed = self.listed(test);
        let all = if listed.is_empty() { texts(test) } else { &listed };
        let is_start = matches!(test, Text::Is(_) | Text::OneOf(_) | Text::In(_) | Text::Prefix(_) | Text::Glob(_));
        let (message, remedy) = if let Some(text) = all.iter().find(|text| text.contains('?')) {
            (format!("no path holds the `?` of `{text}`"), "test `request.query` for what comes after it")
        } else if let Some(text) = all.iter().find(|text| is_start && !text.starts_with(['/', '*'])) {
            (format!("no path starts with `{text}`"), "start it with `/`")
        } else {
            return Some(());
        };
        self.faults.push(Fault::new(Code::PATH, at, message, remedy));
        None
    }

    pub(super) fn header_name(&mut self, name: String, at: Span<usize>) -> Option<String> {
        let token = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.!#$%&'*+^`|~".contains(&b);
        let (message, remedy) = if name.is_empty() || name.len() > limits::NAME || !name.bytes().all(token) {
            let remedy = format!("write it in lower case, at most {} bytes", limits::NAME);
            (format!("`{}` is no header name", name.escape_debug()), remedy)
        } else if name.replace('_', "-").starts_with("x-weir-") {
            (
                "headers of our own are removed from requests first".to_owned(),
                "test `score`, `class` or `signals`".to_owned(),
            )
        } else {
            return Some(name);
        };
        self.faults.push(Fault::new(Code::HEADER, at, message, remedy));
        None
    }

    fn listed(&self, test: &Text) -> Vec<String> {
        match test {
            Text::In(name) => self.scope.lists.get(name).cloned().unwrap_or_default(),
            _ => Vec::new(),
        }
    }
}

fn texts(test: &Text) -> &[String] {
    match test {
        Text::Is(text) | Text::Prefix(text) | Text::Suffix(text) | Text::Contains(text) | Text::Glob(text) => {
            std::slice::from_ref(text)
        }
        Text::OneOf(texts) => texts,
        Text::In(_) => &[],
    }
}

/// A pattern by the simplest test that says the same.
fn glob(pattern: String) -> Text {
    let inner = pattern.trim_matches('*');
    if inner.contains('*') {
        return Text::Glob(pattern);
    }
    match (pattern.starts_with('*'), pattern.ends_with('*')) {
        (false, false) => Text::Is(pattern),
        (false, true) => Text::Prefix(inner.to_owned()),
        (true, false) => Text::Suffix(inner.to_owned()),
        (true, true) => Text::Contains(inner.to_owned()),
    }
}
