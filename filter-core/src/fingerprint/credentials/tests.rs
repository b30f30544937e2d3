//! Every way to send a name and a password gives the same hashes.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use proptest::prelude::*;

use super::*;
use crate::facts::{Fact, Facts, Header};
use crate::request::ClientAddressSettings;

fn keys() -> Keys {
    Keys::derive(b"0123456789abcdef")
}

fn form() -> LoginForm {
    LoginForm { limit: 16 << 10, ..LoginForm::default() }
}

fn taught(user: &[&str], password: &[&str]) -> LoginForm {
    let names = |names: &[&str]| names.iter().map(|name| name.as_bytes().into()).collect();
    LoginForm { user: names(user), password: names(password), ..form() }
}

fn attempt_with(form: &LoginForm, method: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Attempt> {
    let headers: Vec<Header<'_>> =
        headers.iter().map(|(n, v)| Header { name: n.as_bytes(), value: v.as_bytes() }).collect();
    let facts = Facts {
        method: method.as_bytes(),
        headers: &headers,
        body: Fact::Present(body),
        path: b"/login",
        ..Facts::default()
    };
    let request = Request::new(&facts, &ClientAddressSettings::default());
    let disposable: [Box<[u8]>; 1] = [b"mailinator.com"[..].into()];
    let known = Known { disposable: &disposable, breached: &breached() };
    Attempt::of(&request, form, Some(&keys()), known)
}

/// Filters of 16 bits that hold one password, and one pair.
fn breached() -> Breached {
    let filter = |key: u64| {
        let filter = xorf::BinaryFuse16::try_from(&[key][..]).unwrap();
        let table: Vec<u8> = filter.fingerprints.iter().flat_map(|place| place.to_le_bytes()).collect();
        Fuse::new(16, filter.descriptor.seed, filter.descriptor.segment_length, table.into()).unwrap()
    };
    let mut breached = Breached::default();
    breached.push(BreachedKind::Passwords, filter(password_key(b"hunter2!")));
    breached.push(BreachedKind::Pairs, filter(pair_key(b"Ann.Lee@gmail.com", b"tr0ub4dor").unwrap()));
    breached
}

#[test]
fn what_breaches_gave_away_is_known() {
    let marks = |user: &str, password: &str| {
        let made = attempt("", &format!("email={user}&password={password}"));
        (made.is_breached, made.is_breached_pair)
    };
    assert_eq!(marks("eve@example.com", "hunter2!"), (true, false));
    assert_eq!(marks("annlee%2Bshop@googlemail.com", "tr0ub4dor"), (false, true));
    assert_eq!(marks("eve@example.com", "tr0ub4dor"), (false, false), "another's password");
    assert_eq!(marks("eve@example.com", "hunter2"), (false, false));
    assert_eq!(marks("", "hunter2!"), (true, false), "no name is needed");
    assert!(!attempt("", "email=a").is_breached);
    // A password longer than is kept begins as one that is known: it is another.
    let long = format!("{}{}", "x".repeat(256), "y");
    let mut breached = Breached::default();
    breached.push(BreachedKind::Passwords, Fuse::new(8, 0, 4, alloc::vec![0; 12].into()).unwrap());
    let facts = format!("email=a&password={long}");
    let facts = Facts { method: b"POST", body: Fact::Present(facts.as_bytes()), ..Facts::default() };
    let request = Request::new(&facts, &ClientAddressSettings::default());
    let known = Known { disposable: &[], breached: &breached };
    assert!(!Attempt::of(&request, &form(), Some(&keys()), known).unwrap().is_breached);
}

fn attempt(kind: &str, body: &str) -> Attempt {
    attempt_with(&form(), "POST", &[("content-type", kind)], body.as_bytes()).unwrap()
}

/// What must be found.
fn hashes(user: &str, password: &str) -> (u64, u64) {
    let account = account(user.as_bytes(), &keys()).map_or(0, Id::bits);
    (account, if password.is_empty() { 0 } else { hash(&keys(), b"password-1", password.as_bytes()) })
}

fn found(attempt: Attempt) -> (u64, u64) {
    (attempt.account, attempt.password)
}

const MULTIPART: &str = "--x--y\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n--x--y\r\ncontent-disposition: form-data; \
    filename=\"a\"; name=\"email\"\r\nContent-Type: text/plain\r\n\r\nann@example.com\r\n--x--y\r\nContent-Disposition: \
    form-data; name=pwd\r\n\r\nhunter2!\r\n--x--y--\r\n";

#[test]
fn every_form_gives_the_same() {
    let expected = hashes("ann@example.com", "hunter2!");
    let cases = [
        ("application/json", r#"{"email":"ann@example.com","password":"hunter2!"}"#),
        (
            "application/json",
            r#"{"user":{"Email":" Ann@Example.com ","pass\u0077ord":"hunter\u0032!"},"remember":true}"#,
        ),
        ("text/plain;charset=UTF-8", r#" {"data":[{"login":"ann@example.com","pwd":"hunter2!"}]}"#),
        (
            "application/json",
            r#"{"query":"mutation($i:I!){login(input:$i){token}}","variables":{"i":{"email":"ann@example.com","password":"hunter2!"}}}"#,
        ),
        ("application/x-www-form-urlencoded", "csrf=abc&email=ann%40example.com&password=hunter2%21"),
        ("application/x-www-form-urlencoded", "log=ann@example.com&pwd=hunter2!&wp-submit=Log+In\r\n"),
        (
            "application/x-www-form-urlencoded",
            "user%5Bemail%5D=ann@example.com&user[password]=hunter2!&user[password_confirmation]=x",
        ),
        ("", "j_username=ann@example.com&j_password=hunter2!"),
        ("multipart/form-data; boundary=x--y", MULTIPART),
        ("multipart/form-data; charset=utf-8; Boundary=\"x--y\"", MULTIPART),
    ];
    for (kind, body) in cases {
        assert_eq!(found(attempt(kind, body)), expected, "{kind}: {body}");
    }
    let basic = format!("Basic {}", BASE64_STANDARD.encode("ann@example.com:hunter2!"));
    for method in ["GET", "POST"] {
        let made = attempt_with(&form(), method, &[("authorization", &basic)], b"").unwrap();
        assert_eq!(found(made), expected, "{method}");
    }
}

#[test]
fn taught_fields_win() {
    let pointer = taught(&["/auth/0/id"], &["/auth/0/key"]);
    let body = br#"{"email":"eve@example.com","auth":[{"id":77,"key":"k1"},{"id":"x","key":"y"}]}"#;
    assert_eq!(found(attempt_with(&pointer, "POST", &[], body).unwrap()), hashes("77", "k1"));
    let named = taught(&["kennung"], &["geheim"]);
    let body = b"email=eve@example.com&kennung=77&geheim=k1&password=no";
    assert_eq!(found(attempt_with(&named, "POST", &[], body).unwrap()), hashes("77", "k1"));
}

#[test]
fn what_is_no_attempt_and_what_is_an_empty_one() {
    for method in ["GET", "HEAD", "OPTIONS"] {
        assert_eq!(attempt_with(&form(), method, &[], b"email=a&password=b"), None, "{method}");
    }
    let empty = [
        "",
        "{",
        "[]",
        "email",
        "&&==",
        "email=&password=",
        r#"{"email":{},"password":[]}"#,
        "authenticity=1",
        r#"{"email":"cut"#,
    ];
    for body in empty {
        assert_eq!(attempt("", body), Attempt::default(), "{body}");
    }
    assert_eq!(attempt("multipart/form-data; boundary=", "email=a"), Attempt::default());
    let without_secret = {
        let facts = Facts { method: b"POST", body: Fact::Present(b"email=a&password=b"), ..Facts::default() };
        let request = Request::new(&facts, &ClientAddressSettings::default());
        Attempt::of(&request, &form(), None, Known { disposable: &[], breached: &Breached::default() })
    };
    assert_eq!(without_secret, Some(Attempt::default()), "who knows the code could try all names");
}

#[test]
fn what_the_limit_cuts_is_not_believed() {
    let small = LoginForm { limit: 30, ..form() };
    let body = b"email=ann@example.com&password=hunter2!";
    assert_eq!(found(attempt_with(&small, "POST", &[], body).unwrap()), (hashes("ann@example.com", "").0, 0));
    let none = LoginForm { limit: 0, ..form() };
    assert_eq!(attempt_with(&none, "POST", &[], body), Some(Attempt::default()));
    let long = format!("email={}@example.com&password={}", "a".repeat(300), "p".repeat(300));
    let made = attempt("", &long);
    assert!(made.account == 0 && made.password != 0, "no address is so long; a password may be");
}

#[test]
fn names_and_domains_are_looked_at() {
    let made = attempt("", "email=kqzwj83741@x.mailinator.com&password=p");
    assert!(made.is_disposable && made.mask != 0);
    assert_eq!(made.mask, attempt("", "email=AbCdE10203@example.com&password=q").mask);
    let plain = attempt("", "email=ann@example.com&password=p");
    assert!(!plain.is_disposable && plain.mask == 0);
}

#[test]
fn another_secret_gives_other_hashes() {
    let other = Keys::derive(b"fedcba9876543210");
    assert_ne!(account(b"ann@example.com", &keys()), account(b"ann@example.com", &other));
    assert_eq!(account(b"  ", &keys()), None);
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

proptest! {
    #[test]
    fn any_name_and_password_come_through(user in "\\PC{1,40}", password in "[^\\r]{1,40}") {
        let expected = hashes(&user, &password);
        let json = serde_json::to_string(&serde_json::json!({"email": user, "password": password})).unwrap();
        prop_assert_eq!(found(attempt("application/json", &json)), expected);
        prop_assert_eq!(found(attempt("", &format!("email={}&password={}", percent(&user), percent(&password)))), expected);
        let parts = format!(
            "--b\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n{user}\r\n--b\r\nContent-Disposition: form-data; \
             name=\"password\"\r\n\r\n{password}\r\n--b--"
        );
        prop_assert_eq!(found(attempt("multipart/form-data; boundary=b", &parts)), expected);
    }

    #[test]
    fn any_bytes_are_bearable(body in prop::collection::vec(any::<u8>(), 0..400), kind in "\\PC{0,60}", boundary in "\\PC{0,80}") {
        for kind in [kind, format!("multipart/form-data; boundary={boundary}")] {
            attempt_with(&form(), "POST", &[("content-type", &kind), ("authorization", &format!("Basic {boundary}"))], &body);
        }
    }
}
