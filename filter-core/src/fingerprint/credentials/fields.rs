//! Which field holds the login name, and which the password.

use super::LoginForm;
use super::secret::Secret;
use crate::scan::{Coding, Value, decode};

/// Keeps the best candidates.
pub(super) struct Picker<'f> {
    form: &'f LoginForm,
    pub(super) user: Candidate,
    pub(super) password: Candidate,
}

/// The best value so far.
pub(super) struct Candidate {
    /// Place in the list of names; taught fields have 0, and [`NONE`] is nothing yet.
    rank: usize,
    value: Secret,
}

const NONE: usize = usize::MAX;

impl Candidate {
    const NEW: Candidate = Candidate { rank: NONE, value: Secret::new() };

    /// The value, if there is one and it is not too long.
    pub(super) fn whole(&self) -> Option<&[u8]> {
        self.value.whole().filter(|_| self.rank != NONE)
    }

    /// The value, if there is one; of something very long its beginning.
    pub(super) fn start(&self) -> Option<&[u8]> {
        (self.rank != NONE).then(|| self.value.start())
    }

    fn offer(&mut self, rank: Option<usize>, raw: &[u8], coding: Coding) {
        let Some(rank) = rank.filter(|rank| *rank <= self.rank) else { return };
        self.rank = rank;
        self.value.clear();
        decode(raw, coding, &mut |byte| self.value.push(byte));
    }
}

impl<'f> Picker<'f> {
    pub(super) fn new(form: &'f LoginForm) -> Self {
        Picker { form, user: Candidate::NEW, password: Candidate::NEW }
    }

    /// Looks at one field.
    pub(super) fn offer(&mut self, value: &Value<'_>) {
        let Value { path, name, raw, coding } = *value;
        self.user.offer(rank(&self.form.user, &USERS, path, name), raw, coding);
        self.password.offer(rank(&self.form.password, &PASSWORDS, path, name), raw, coding);
    }

    /// Name and password without fields; any field is better.
    pub(super) fn basic(&mut self, user: &[u8], password: &[u8]) {
        self.user.offer(Some(NONE.wrapping_sub(1)), user, Coding::Plain);
        self.password.offer(Some(NONE.wrapping_sub(1)), password, Coding::Plain);
    }
}

fn rank(taught: &[alloc::boxed::Box<[u8]>], usual: &[&[u8]], path: &[u8], name: &[u8]) -> Option<usize> {
    if !taught.is_empty() {
        let is_it = |one: &[u8]| if one.starts_with(b"/") { one == path } else { one == name };
        return taught.iter().any(|one| is_it(one)).then_some(0);
    }
    let mut plain = [0u8; LONGEST];
    let plain = plain_name(name, &mut plain)?;
    usual.iter().position(|one| *one == plain).map(|place| place.saturating_add(1))
}

/// Bytes of the longest name below.
const LONGEST: usize = 16;

/// The last part of `user[email]` and `form.login_name`, letters and digits alone, in lower case; `None` where that is too long.
fn plain_name<'b>(name: &[u8], buffer: &'b mut [u8; LONGEST]) -> Option<&'b [u8]> {
    let name = name.strip_suffix(b"]").unwrap_or(name);
    let last = name.rsplit(|byte| matches!(byte, b'[' | b'.' | b':' | b'$')).next().unwrap_or(name);
    let mut length = 0usize;
    for byte in last.iter().filter(|byte| byte.is_ascii_alphanumeric()) {
        *buffer.get_mut(length)? = byte.to_ascii_lowercase();
        length = length.saturating_add(1);
    }
    buffer.get(..length)
}

/// What login names are called, the surest first: HTML's autofill names, what frameworks and shops use (WordPress `log`, Java
/// `j_username`), other languages' words.
static USERS: [&[u8]; 38] = [
    b"email",
    b"emailaddress",
    b"mail",
    b"useremail",
    b"loginemail",
    b"customeremail",
    b"username",
    b"login",
    b"loginname",
    b"loginid",
    b"userlogin",
    b"userid",
    b"user",
    b"uname",
    b"usr",
    b"log",
    b"jusername",
    b"identifier",
    b"identity",
    b"account",
    b"accountname",
    b"accountid",
    b"accountnumber",
    b"customernumber",
    b"signinname",
    b"phone",
    b"phonenumber",
    b"mobile",
    b"msisdn",
    b"tel",
    b"nickname",
    b"handle",
    b"benutzername",
    b"benutzer",
    b"kundennummer",
    b"identifiant",
    b"usuario",
    b"correo",
];

/// The same for passwords. Repetitions (`password_confirmation`) are left out.
static PASSWORDS: [&[u8]; 20] = [
    b"password",
    b"passwd",
    b"pass",
    b"pwd",
    b"pw",
    b"userpassword",
    b"loginpassword",
    b"currentpassword",
    b"newpassword",
    b"plainpassword",
    b"jpassword",
    b"passphrase",
    b"passwort",
    b"kennwort",
    b"motdepasse",
    b"contrasena",
    b"clave",
    b"senha",
    b"secret",
    b"pin",
];
