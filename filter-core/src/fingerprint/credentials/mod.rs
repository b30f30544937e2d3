//! Who tries to log in, and with what: user name and password of a login or sign-up, found by taught fields or by form, in a
//! bounded prefix of the body or in Basic authorization. Only keyed hashes leave this module; its buffers are zeroed.
//!
//! Of fields that fit equally well the last one counts, as in most parsers of JSON and forms. What the limit cuts off is not
//! looked at, and a value it cuts through is none.

mod breached;
mod fields;
mod form;
mod fuse;
mod multipart;
mod name;
mod secret;
mod sha1;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

pub use self::breached::{Breached, BreachedKind, pair_key, password_key};
use self::fields::Picker;
pub use self::fuse::Fuse;
use self::secret::Secret;
use super::id::{Id, field};
use crate::bytes::{contains_ignore_case, find_ignore_case};
use crate::keys::Keys;
use crate::request::{HeaderName, Method, Request};
use crate::scan;

/// What an endpoint says about logins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoginForm {
    /// New accounts are made here.
    pub is_sign_up: bool,
    /// Bytes of the body that are looked at; 0: none.
    pub limit: usize,
    /// Fields that hold the login name: names, or JSON pointers where they begin with `/`. Empty: by form.
    pub user: Box<[Box<[u8]>]>,
    /// The same for the password.
    pub password: Box<[Box<[u8]>]>,
}

/// One login or sign-up, as keyed hashes; 0 where nothing was found. Without a tenant's secret there is none: who knows this
/// code could try all names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    /// A new account is to be made.
    pub is_sign_up: bool,
    /// The login name in its normal form.
    pub account: u64,
    /// The password, whoever uses it.
    pub password: u64,
    /// The name's mask, such as `aaaaa99`; 0 where its form is a usual one.
    pub mask: u64,
    /// The name is an address at a domain of throw-away mail.
    pub is_disposable: bool,
    /// The password is known from breaches.
    pub is_breached: bool,
    /// Name and password are known from breaches, together.
    pub is_breached_pair: bool,
}

/// What attempts are compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'b> {
    /// Domains of throw-away mail, in ascending order.
    pub(crate) disposable: &'b [Box<[u8]>],
    /// Passwords and pairs from breaches.
    pub(crate) breached: &'b Breached,
}

impl Attempt {
    /// The attempt that a request makes at an endpoint with this form; `None` where it only looks.
    pub(crate) fn of(request: &Request<'_>, form: &LoginForm, keys: Option<&Keys>, known: Known<'_>) -> Option<Self> {
        let authorization = request.header(HeaderName::Authorization).present().unwrap_or_default();
        let (scheme, basic) = authorization.split_at_checked(6).unwrap_or_default();
        let basic = if scheme.eq_ignore_ascii_case(b"basic ") { basic.trim_ascii() } else { &[] };
        if matches!(request.method, Method::Get | Method::Head | Method::Options) && basic.is_empty() {
            return None;
        }
        let mut attempt = Attempt { is_sign_up: form.is_sign_up, ..Attempt::default() };
        let Some(keys) = keys else { return Some(attempt) };
        let mut picker = Picker::new(form);
        if !basic.is_empty() {
            read_basic(basic, &mut picker);
        }
        let body = request.facts.body.present().unwrap_or_default();
        let kind = request.header(HeaderName::ContentType).present().unwrap_or_default();
        read_body(body.get(..form.limit).unwrap_or(body), body.len() >= form.limit, kind, &mut picker);
        attempt.fill(&picker, keys, known);
        Some(attempt)
    }

    fn fill(&mut self, picker: &Picker<'_>, keys: &Keys, known: Known<'_>) {
        // One that was cut is in no list.
        let password = picker.password.whole().filter(|password| !password.is_empty());
        if let Some(user) = picker.user.whole() {
            let mut normal = Secret::new();
            name::normalise(user, &mut normal);
            if let Some(normal) = normal.whole().filter(|name| !name.is_empty()) {
                self.account = hash(keys, b"account-1", normal);
                self.is_disposable = name::is_disposable(normal, known.disposable);
                self.is_breached_pair = password.is_some_and(|password| known.breached.has_pair(normal, password));
                let mut mask = Secret::new();
                name::mask(user, &mut mask);
                self.mask = mask.whole().filter(|mask| !mask.is_empty()).map_or(0, |mask| hash(keys, b"mask-1", mask));
            }
        }
        self.is_breached = password.is_some_and(|password| known.breached.has_password(password));
        if let Some(password) = picker.password.start().filter(|password| !password.is_empty()) {
            self.password = hash(keys, b"password-1", password);
        }
    }
}

/// The id that events and records know an account by: keyed, of the login name in its normal form. `None` for no name at all.
///
/// ```
/// use filter_core::fingerprint::credentials::account;
/// use filter_core::keys::Keys;
/// let keys = Keys::derive(b"correct horse battery staple");
/// assert_eq!(account(b"Ann.Lee+shop@GMail.com", &keys), account(b"annlee@gmail.com", &keys));
/// assert_ne!(account(b"ann.lee@example.com", &keys), account(b"annlee@example.com", &keys));
/// ```
pub fn account(login_name: &[u8], keys: &Keys) -> Option<Id> {
    let mut normal = Secret::new();
    name::normalise(login_name, &mut normal);
    let normal = normal.whole().filter(|name| !name.is_empty())?;
    Some(Id::of_bits(hash(keys, b"account-1", normal)))
}

fn hash(keys: &Keys, kind: &[u8], secret: &[u8]) -> u64 {
    let mut hasher = Id::hasher(keys.credentials(), kind);
    field(&mut hasher, secret);
    // The hasher keeps up to seven bytes that it has not mixed in yet: none of the secret's.
    field(&mut hasher, &[0; 8]);
    Id::finish(&hasher).bits()
}

fn read_basic(text: &[u8], picker: &mut Picker<'_>) {
    let mut decoded = zeroize::Zeroizing::new([0u8; BASIC]);
    let Ok(length) = BASE64_STANDARD.decode_slice(text, decoded.as_mut_slice()) else { return };
    let pair = decoded.get(..length).unwrap_or_default();
    if let Some(colon) = pair.iter().position(|byte| *byte == b':')
        && let (Some(user), Some(password)) = (pair.get(..colon), pair.get(colon.saturating_add(1)..))
    {
        picker.basic(user, password);
    }
}

/// Bytes of a user name and password in Basic authorization.
const BASIC: usize = 512;

fn read_body(body: &[u8], is_cut: bool, kind: &[u8], picker: &mut Picker<'_>) {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if let Some(at) = find_ignore_case(kind, b"boundary=").filter(|_| contains_ignore_case(kind, b"multipart/")) {
        let boundary = kind.get(at.saturating_add(9)..).unwrap_or_default();
        let boundary = match boundary.strip_prefix(b"\"") {
            Some(quoted) => quoted.split(|byte| *byte == b'"').next(),
            None => boundary.split(|byte| matches!(byte, b';' | b' ')).next(),
        };
        multipart::read(body, boundary.unwrap_or_default(), picker);
    } else if matches!(first, Some(b'{' | b'[')) {
        // Whatever it is called: beacons and sloppy clients send JSON as text/plain.
        scan::json(body, &mut |value| picker.offer(value));
    } else {
        form::read(body, is_cut, picker);
    }
}
