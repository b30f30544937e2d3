//! Endpoints by path template: which one a request goes to.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::answers::Answers;
use super::condition::host_of;
use super::login;
use super::problem::Problem;
use super::wire;
use crate::fingerprint::credentials::LoginForm;
use crate::limits;
use crate::request::Request;

/// An endpoint that rules and events name.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Stable name.
    pub id: String,
    /// What it is for.
    pub label: Option<String>,
    /// How logins are found, where there are some.
    pub login: Option<LoginForm>,
    /// What its answers say of what was tried.
    pub answers: Answers,
    methods: Box<[Box<[u8]>]>,
    host: Option<Box<[u8]>>,
    segments: Box<[Segment]>,
    /// The template ends in `**`.
    open: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(Box<[u8]>),
    Any,
}

impl Endpoint {
    /// Checks one endpoint; problems are added to `problems`.
    pub(super) fn compile(wire: wire::Endpoint, place: &str, problems: &mut Vec<Problem>) -> Self {
        let login = login::compile(&wire, place, problems);
        let answers = Answers::compile(&wire, place, problems);
        let mut wrong = |at: &str, message: String, remedy: &str| {
            problems.push(Problem::new(format!("{place}{at}"), message, remedy));
        };
        for (index, method) in wire.methods.iter().enumerate() {
            if method.is_empty() || !method.bytes().all(|b| b.is_ascii_uppercase() || b == b'-') {
                let remedy = "write methods in upper case, as they are sent";
                wrong(&format!("/methods/{index}"), format!("`{method}` is no method"), remedy);
            }
        }
        if let Some(host) = wire
            .host
            .as_ref()
            .filter(|host| host.is_empty() || host.contains([':', '/']) || **host != host.to_ascii_lowercase())
        {
            wrong("/host", format!("`{host}` is no host name"), "write it in lower case, without port");
        }
        let mut segments = Vec::new();
        let mut open = false;
        match wire.path.strip_prefix('/') {
            None => wrong("/path", format!("`{}` is no path", wire.path), "start it with `/`"),
            Some(rest) if rest.contains(['?', '#']) => {
                wrong("/path", format!("`{}` has a query", wire.path), "write the path alone");
            }
            Some(rest) => {
                for part in rest.split('/').filter(|part| !part.is_empty()) {
                    match part {
                        _ if open => wrong("/path", "`**` stands before the end".into(), "put it last"),
                        "**" => open = true,
                        _ if part.starts_with('{') && part.ends_with('}') => segments.push(Segment::Any),
                        _ if part.contains(['{', '}', '*']) => {
                            let remedy = "a variable is a whole segment such as `{id}`, or a last `**`";
                            wrong("/path", format!("`{part}` is neither literal nor variable"), remedy);
                        }
                        _ => segments.push(Segment::Literal(part.as_bytes().into())),
                    }
                }
            }
        }
        if segments.len() > limits::PATH_SEGMENTS {
            let message = format!("{} segments", segments.len());
            problems.push(Problem::new(
                format!("{place}/path"),
                message,
                format!("at most {} are looked at", limits::PATH_SEGMENTS),
            ));
        }
        Endpoint {
            id: wire.id,
            label: wire.label,
            login,
            answers,
            methods: wire.methods.into_iter().map(|method| method.into_bytes().into_boxed_slice()).collect(),
            host: wire.host.map(|host| host.into_bytes().into_boxed_slice()),
            segments: segments.into(),
            open,
        }
    }

    /// Sorts the most specific first, so that the first match is the best: a host before none, then by segment a literal
    /// before a variable before `**`, then methods before none, then by id.
    pub(super) fn sort(endpoints: &mut [Endpoint]) {
        let rank = |e: &Endpoint| {
            let ends = if e.open { 2u8 } else { 0 };
            let kinds = e.segments.iter().map(|s| u8::from(*s == Segment::Any)).chain([ends]);
            (e.host.is_none(), kinds.collect::<Vec<u8>>(), e.methods.is_empty(), e.id.clone())
        };
        crate::order::sort_by(endpoints, |a, b| rank(a) < rank(b));
    }

    /// The first endpoint of a sorted table that a request goes to.
    pub(super) fn find(endpoints: &[Endpoint], request: &Request<'_>) -> Option<u16> {
        let place = endpoints.iter().position(|endpoint| endpoint.matches(request))?;
        u16::try_from(place).ok()
    }

    fn matches(&self, request: &Request<'_>) -> bool {
        let method = request.facts.method;
        if !self.methods.is_empty() && !self.methods.iter().any(|one| **one == *method) {
            return false;
        }
        if let Some(host) = &self.host
            && !host_of(request.facts.authority).eq_ignore_ascii_case(host)
        {
            return false;
        }
        let mut parts = request.path.normalised().split(|b| *b == b'/').filter(|part| !part.is_empty());
        for segment in &self.segments {
            match (segment, parts.next()) {
                (_, None) => return false,
                (Segment::Literal(text), Some(part)) if **text != *part => return false,
                _ => {}
            }
        }
        self.open || parts.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use crate::request::ClientAddressSettings;

    fn endpoint(id: &str, methods: &[&str], host: Option<&str>, path: &str) -> wire::Endpoint {
        wire::Endpoint {
            id: id.into(),
            methods: methods.iter().map(|m| (*m).into()).collect(),
            host: host.map(Into::into),
            path: path.into(),
            label: None,
            body: None,
            body_limit: None,
            fields: None,
            outcome: None,
        }
    }

    fn find<'t>(table: &'t [Endpoint], method: &str, host: &str, path: &str) -> Option<&'t str> {
        let facts =
            Facts { method: method.as_bytes(), authority: host.as_bytes(), path: path.as_bytes(), ..Facts::default() };
        let request = Request::new(&facts, &ClientAddressSettings::default());
        Endpoint::find(table, &request).map(|place| table[usize::from(place)].id.as_str())
    }

    #[test]
    fn the_most_specific_wins() {
        let mut problems = Vec::new();
        let mut table: Vec<Endpoint> = [
            endpoint("rest", &[], None, "/api/**"),
            endpoint("user", &[], None, "/api/users/{id}"),
            endpoint("new_user", &["POST"], None, "/api/users/{id}"),
            endpoint("me", &[], None, "/api/users/me"),
            endpoint("shop_me", &[], Some("shop.example"), "/api/users/me"),
            endpoint("home", &[], None, "/"),
        ]
        .into_iter()
        .map(|wire| Endpoint::compile(wire, "", &mut problems))
        .collect();
        assert!(problems.is_empty(), "{problems:?}");
        Endpoint::sort(&mut table);
        let cases = [
            ("GET", "a.example", "/api/users/7?x=1", Some("user")),
            ("POST", "a.example", "/api/users/7", Some("new_user")),
            ("GET", "a.example", "/api/users/me/", Some("me")),
            ("GET", "SHOP.example:443", "/api/./users/me", Some("shop_me")),
            ("GET", "a.example", "/api/users/7/orders", Some("rest")),
            ("GET", "a.example", "/api", Some("rest")),
            ("GET", "a.example", "/", Some("home")),
            ("GET", "a.example", "/apis", None),
        ];
        for (method, host, path, expected) in cases {
            assert_eq!(find(&table, method, host, path), expected, "{method} {host}{path}");
        }
    }

    #[test]
    fn what_is_refused() {
        let cases = [
            (
                endpoint("a", &["get"], None, "/"),
                "/methods/0: `get` is no method; write methods in upper case, as they are sent",
            ),
            (
                endpoint("a", &[], Some("A.example"), "/"),
                "/host: `A.example` is no host name; write it in lower case, without port",
            ),
            (endpoint("a", &[], None, "x"), "/path: `x` is no path; start it with `/`"),
            (endpoint("a", &[], None, "/x?y"), "/path: `/x?y` has a query; write the path alone"),
            (endpoint("a", &[], None, "/**/x"), "/path: `**` stands before the end; put it last"),
            (
                endpoint("a", &[], None, "/x{id}"),
                "/path: `x{id}` is neither literal nor variable; a variable is a whole segment such as `{id}`, or a last `**`",
            ),
        ];
        for (wire, expected) in cases {
            let mut problems = Vec::new();
            Endpoint::compile(wire, "", &mut problems);
            let texts: Vec<String> = problems.iter().map(|problem| format!("{problem}")).collect();
            assert_eq!(texts, [expected]);
        }
    }
}
