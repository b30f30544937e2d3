//! What an endpoint teaches about logins: where names and passwords are.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::problem::Problem;
use super::wire;
use crate::fingerprint::credentials::LoginForm;
use crate::limits;

/// Labels of the endpoints at which people log in and sign up.
pub(super) const LOGIN: &str = "login";
pub(super) const SIGN_UP: &str = "sign_up";

/// Names of one field.
const NAMES: usize = 16;

/// Checks how attempts are found at one endpoint; `None` where nobody logs in there. Problems are added to `problems`.
pub(super) fn compile(wire: &wire::Endpoint, place: &str, problems: &mut Vec<Problem>) -> Option<LoginForm> {
    let is_sign_up = wire.label.as_deref() == Some(SIGN_UP);
    let is_login = is_sign_up || wire.label.as_deref() == Some(LOGIN);
    let mut wrong =
        |at: &str, message: &str, remedy: &str| problems.push(Problem::new(format!("{place}/{at}"), message, remedy));
    let given =
        [("body", wire.body.is_some()), ("body_limit", wire.body_limit.is_some()), ("fields", wire.fields.is_some())];
    for (name, _) in given.iter().filter(|(_, is_given)| *is_given && !is_login) {
        wrong(name, "nobody logs in here", "label the endpoint `login` or `sign_up`");
    }
    for (name, _) in given.iter().skip(1).filter(|(_, is_given)| *is_given && wire.body.is_none()) {
        wrong(name, "the body is not read", "add `\"body\":\"inspect\"`");
    }
    let limit = wire.body_limit.map_or(limits::BODY_PREFIX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    if !(64..=limits::BODY_PREFIX_MOST).contains(&limit) {
        wrong("body_limit", &format!("`{limit}` is out of range"), "give 64 to 65536 bytes");
    }
    let empty = wire::Fields::default();
    let fields = wire.fields.as_ref().unwrap_or(&empty);
    for (name, list) in [("fields/user", &fields.user), ("fields/password", &fields.password)] {
        if list.len() > NAMES {
            wrong(name, "too many", &format!("at most {NAMES} are allowed"));
        }
    }
    let names = |names: &[String]| names.iter().map(|name| name.as_bytes().into()).collect();
    is_login.then(|| LoginForm {
        is_sign_up,
        limit: if wire.body.is_some() { limit } else { 0 },
        user: names(&fields.user),
        password: names(&fields.password),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused() {
        let cases = [
            (
                r#"{"id":"a","path":"/a","body":"inspect"}"#,
                "/body: nobody logs in here; label the endpoint `login` or `sign_up`",
            ),
            (
                r#"{"id":"a","path":"/a","label":"login","body_limit":512}"#,
                "/body_limit: the body is not read; add `\"body\":\"inspect\"`",
            ),
            (
                r#"{"id":"a","path":"/a","label":"login","body":"inspect","body_limit":5}"#,
                "/body_limit: `5` is out of range; give 64 to 65536 bytes",
            ),
        ];
        for (json, expected) in cases {
            let wire: wire::Endpoint = serde_json::from_str(json).unwrap();
            let mut problems = Vec::new();
            compile(&wire, "", &mut problems);
            assert_eq!(problems.iter().map(|problem| format!("{problem}")).collect::<Vec<_>>(), [expected], "{json}");
        }
    }
}
