//! What a path segment looks like: whether its form alone says that it is a value, and which part of it the value is.

use super::words;

/// Form of a segment's variable part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Form {
    /// A name such as `orders`, `getUser`, `$count`: a literal until the traffic says otherwise.
    Word,
    /// `v1`, `v2.0`: a literal, since clients of one version know nothing of another.
    Version,
    /// Text with digits, capitals or encoded bytes in it: more likely a value than a name.
    Value,
    /// A language that paths begin with: `en`, `pt`.
    Language,
    /// Digits, with sign or fraction: `42`, `-7`, `52.5`.
    Number,
    /// `00000000-0000-0000-0000-000000000000`, in braces or not.
    Uuid,
    /// Hexadecimal of 8 digits and more, ObjectIds (24) and digests (32, 40, 64, 96, 128) among them.
    Hex,
    /// 26 digits of Crockford's base 32, in order of time.
    Ulid,
    /// `2026-11-22`, with a time of day or not.
    Date,
    /// `anna@shop.example`.
    Email,
    /// `en-US`, `pt_BR`.
    Locale,
    /// `1.2.3`, with a suffix or not.
    Semver,
    /// IPv4 or IPv6.
    Address,
    /// Words and a number: `iphone-15-pro-83312`, `83312-iphone`.
    SlugId,
    /// Base64, base64url, base 58 and identifiers with a prefix: `cus_9s6XKzkNRiz8i3`.
    Token,
}

impl Form {
    /// All forms, by their number.
    pub const ALL: [Form; 15] = [
        Form::Word,
        Form::Version,
        Form::Value,
        Form::Language,
        Form::Number,
        Form::Uuid,
        Form::Hex,
        Form::Ulid,
        Form::Date,
        Form::Email,
        Form::Locale,
        Form::Semver,
        Form::Address,
        Form::SlugId,
        Form::Token,
    ];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Form::Word => "word",
            Form::Version => "version",
            Form::Value => "value",
            Form::Language => "language",
            Form::Number => "number",
            Form::Uuid => "uuid",
            Form::Hex => "hex",
            Form::Ulid => "ulid",
            Form::Date => "date",
            Form::Email => "email",
            Form::Locale => "locale",
            Form::Semver => "semver",
            Form::Address => "address",
            Form::SlugId => "slug_id",
            Form::Token => "token",
        }
    }

    /// The form alone says that this is a value.
    pub fn is_value(self) -> bool {
        self >= Form::Number
    }
}

/// A set of forms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Forms(pub(super) u16);

impl Forms {
    /// The set of one.
    pub fn of(form: Form) -> Self {
        Forms(1u16.wrapping_shl(u32::from(form as u8)))
    }

    /// Both sets.
    pub fn with(self, other: Forms) -> Self {
        Forms(self.0 | other.0)
    }

    /// The form is in the set.
    pub fn has(self, form: Form) -> bool {
        self.0 & Forms::of(form).0 != 0
    }

    /// The forms of the set.
    pub fn iter(self) -> impl Iterator<Item = Form> {
        Form::ALL.into_iter().filter(move |form| self.has(*form))
    }

    /// A variable of these forms takes such a segment: one known by cardinality takes all, one known by form takes forms.
    pub(super) fn takes(self, form: Form) -> bool {
        self.is_open() || form.is_value() || self.has(form)
    }

    /// Names, too, were values here.
    pub(super) fn is_open(self) -> bool {
        self.has(Form::Word) || self.has(Form::Value)
    }
}

/// A segment taken apart: what stands before and after the value, and the value's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split<'a> {
    pub(super) prefix: &'a [u8],
    pub(super) suffix: &'a [u8],
    pub(super) form: Form,
}

/// Takes a segment apart. `a.json` is `a` and `.json`, `x:cancel` is `x` and `:cancel`, `f(id='7')` is `f(id='`, `7`, `')`,
/// `main.3f2a9c1b.js` is `main.`, the digest, `.js`. Reads each byte a few times and takes no memory.
pub(super) fn split(segment: &[u8]) -> Split<'_> {
    let none: &[u8] = b"";
    if let Some(call) = call(segment) {
        return call;
    }
    let (body, suffix) = ending(segment);
    if suffix.is_empty() || is_email(segment) {
        return Split { prefix: none, suffix: none, form: form(segment) };
    }
    // A digest in an asset's name.
    if suffix.starts_with(b".")
        && let Some(at) = body.iter().rposition(|b| matches!(b, b'.' | b'-' | b'_'))
        && let Some((prefix, hash)) = body.split_at_checked(at.saturating_add(1))
        && (8..=64).contains(&hash.len())
        && form(body) != Form::Uuid
        && form(hash) == Form::Hex
    {
        return Split { prefix, suffix, form: Form::Hex };
    }
    Split { prefix: none, suffix, form: form(body) }
}

/// `name(...)` and `name(key='...')`, as OData writes them: the argument is the value.
fn call(segment: &[u8]) -> Option<Split<'_>> {
    let inner = segment.strip_suffix(b")")?;
    let open = inner.iter().position(|b| *b == b'(').filter(|at| *at > 0)?;
    let from = open.saturating_add(1);
    let arguments = inner.get(from..).filter(|rest| !rest.is_empty())?;
    let key = arguments.iter().position(|b| *b == b'=').map_or(0, |at| at.saturating_add(1));
    let is_quoted = arguments.get(key) == Some(&b'\'') && arguments.len() > key.saturating_add(2);
    let quote = usize::from(is_quoted && arguments.ends_with(b"'"));
    let start = from.saturating_add(key).saturating_add(quote);
    let end = inner.len().checked_sub(quote)?;
    inner.get(start..end).filter(|value| !value.is_empty())?;
    Some(Split { prefix: segment.get(..start)?, suffix: segment.get(end..)?, form: Form::Token })
}

/// A file's extension or a `:verb`, and what stands before.
fn ending(segment: &[u8]) -> (&[u8], &[u8]) {
    let Some(at) = segment.iter().rposition(|b| matches!(b, b'.' | b':')).filter(|at| *at > 0) else {
        return (segment, b"");
    };
    let (body, ending) = segment.split_at_checked(at).unwrap_or((segment, b""));
    let word = ending.get(1..).unwrap_or_default();
    let is_ending = match ending.first() {
        Some(b'.') => words::is_extension(word),
        _ => word.len() >= 3 && word.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_'),
    };
    if is_ending { (body, ending) } else { (segment, b"") }
}

/// How many of each kind of byte a text has.
#[derive(Default)]
struct Count {
    digits: usize,
    hex: usize,
    lower: usize,
    upper: usize,
    dots: usize,
    dashes: usize,
    other: usize,
    /// Changes between letters and digits.
    turns: usize,
    /// Longest run of digits.
    run: usize,
}

fn count(text: &[u8]) -> Count {
    let mut count = Count::default();
    let mut run = 0usize;
    let mut before = 0u8;
    for byte in text {
        match byte {
            b'0'..=b'9' => bump(&mut count.digits),
            b'a'..=b'z' => bump(&mut count.lower),
            b'A'..=b'Z' => bump(&mut count.upper),
            b'.' => bump(&mut count.dots),
            b'-' | b'_' => bump(&mut count.dashes),
            _ => bump(&mut count.other),
        }
        if byte.is_ascii_hexdigit() {
            bump(&mut count.hex);
        }
        run = if byte.is_ascii_digit() { run.saturating_add(1) } else { 0 };
        count.run = count.run.max(run);
        let turns = byte.is_ascii_digit() && before.is_ascii_alphabetic()
            || byte.is_ascii_alphabetic() && before.is_ascii_digit();
        if turns {
            bump(&mut count.turns);
        }
        before = *byte;
    }
    count
}

fn bump(count: &mut usize) {
    *count = count.saturating_add(1);
}

/// The form of a whole text.
pub(super) fn form(text: &[u8]) -> Form {
    let c = count(text);
    let length = text.len();
    if c.digits == 0 {
        return wordlike(text, &c);
    }
    if c.digits == length || is_decimal(text, &c) {
        return Form::Number;
    }
    if is_version(text) {
        return Form::Version;
    }
    let bare = text.strip_prefix(b"{").and_then(|t| t.strip_suffix(b"}")).unwrap_or(text);
    if bare.len() == 36 && is_patterned(bare, b"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") {
        return Form::Uuid;
    }
    if is_date(text) {
        return Form::Date;
    }
    if is_email(text) {
        return Form::Email;
    }
    let unprefixed = text.strip_prefix(b"0x").unwrap_or(text);
    if c.hex >= unprefixed.len() && unprefixed.len() >= 8 && is_patterned(unprefixed, b"") {
        return Form::Hex;
    }
    if length == 26 && c.lower == 0 && matches!(text.first(), Some(b'0'..=b'7')) && c.other == 0 && c.dashes == 0 {
        return Form::Ulid;
    }
    if is_address(text, &c) {
        return Form::Address;
    }
    if c.dots == 2 && matches!(text.first(), Some(b'0'..=b'9')) && is_semver(text) {
        return Form::Semver;
    }
    if c.other > 0 {
        return if is_token(&c, length) { Form::Token } else { Form::Value };
    }
    let letters = c.lower.saturating_add(c.upper);
    if c.dashes > 0 && c.dots == 0 && is_slug_id(text, &c) {
        return Form::SlugId;
    }
    let is_mixed = c.turns >= 3 && length >= 8 && (c.digits >= 2 || c.upper > 0 && c.lower > 0);
    let is_numbered = c.digits >= 4 && letters <= 4 && c.dots == 0;
    if is_token(&c, length) || is_mixed || is_numbered {
        return Form::Token;
    }
    // `oauth2`, `sha256`, `page2`: words with a number at the end.
    let ends = text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    if ends == c.digits && ends <= 3 && letters >= 2 && c.upper == 0 { Form::Word } else { Form::Value }
}

/// Text without a digit.
fn wordlike(text: &[u8], c: &Count) -> Form {
    let length = text.len();
    if is_email(text) {
        return Form::Email;
    }
    if matches!((length, text), (5, [a, b, b'-' | b'_', x, y])
        if a.is_ascii_lowercase() && b.is_ascii_lowercase() && x.is_ascii_uppercase() && y.is_ascii_uppercase())
    {
        return Form::Locale;
    }
    if length == 2 && words::is_language(text) {
        return Form::Language;
    }
    let is_plain = text.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_' | b'.' | b'$' | b':'));
    // Letters of both cases in no order a person would write: many changes of case for the length.
    let jumps =
        text.windows(2).filter(|w| matches!(w, [a, b] if a.is_ascii_uppercase() && b.is_ascii_lowercase())).count();
    let is_random = length >= 16
        && c.dashes == 0
        && c.dots == 0
        && c.upper.saturating_mul(3) >= length
        && jumps.saturating_mul(6) >= length;
    if is_plain && is_random {
        return Form::Token;
    }
    if is_plain { Form::Word } else { Form::Value }
}

fn is_decimal(text: &[u8], c: &Count) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    c.dots <= 1
        && digits.iter().all(|b| b.is_ascii_digit() || *b == b'.')
        && digits.first().is_some_and(u8::is_ascii_digit)
        && digits.last().is_some_and(u8::is_ascii_digit)
}

fn is_version(text: &[u8]) -> bool {
    match text {
        [b'v' | b'V', rest @ ..] => {
            rest.first().is_some_and(u8::is_ascii_digit)
                && rest.len() <= 12
                && rest.iter().take_while(|b| b.is_ascii_digit()).count() <= 8
                && rest
                    .iter()
                    .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'a' | b'b' | b'e' | b't' | b'l' | b'p' | b'h'))
        }
        _ => false,
    }
}

/// Hexadecimal digits where the pattern has `x`, the pattern's byte elsewhere; an empty pattern takes any length.
fn is_patterned(text: &[u8], pattern: &[u8]) -> bool {
    match pattern {
        [] => text.iter().all(u8::is_ascii_hexdigit),
        _ => text.iter().zip(pattern).all(|(b, p)| if *p == b'x' { b.is_ascii_hexdigit() } else { b == p }),
    }
}

fn is_date(text: &[u8]) -> bool {
    let day = text.get(..10).unwrap_or_default();
    let fits = day.iter().zip(b"0000-00-00").all(|(b, p)| if *p == b'0' { b.is_ascii_digit() } else { b == p });
    let starts = matches!(day.first(), Some(b'1' | b'2'));
    day.len() == 10
        && fits
        && starts
        && (text.len() == 10 || matches!(text.get(10), Some(b'T' | b't' | b' ' | b'_' | b'-' | b'%')))
}

fn is_email(text: &[u8]) -> bool {
    let at = text
        .iter()
        .position(|b| *b == b'@')
        .map(|at| (at, 1))
        .or_else(|| text.windows(3).position(|w| w == b"%40").map(|at| (at, 3)));
    let Some((at, width)) = at else { return false };
    let host = text.get(at.saturating_add(width)..).unwrap_or_default();
    at > 0 && host.contains(&b'.') && host.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

fn is_address(text: &[u8], c: &Count) -> bool {
    let is_v4 = c.dots == 3 && c.digits.saturating_add(3) == text.len();
    let colons = text.iter().filter(|b| **b == b':').count();
    is_v4 || colons >= 2 && c.hex.saturating_add(colons) == text.len()
}

/// Two dots between digits, and a suffix after `-` or `+` at most.
fn is_semver(text: &[u8]) -> bool {
    let end = text.iter().position(|b| matches!(b, b'-' | b'+')).unwrap_or(text.len());
    let core = text.get(..end).unwrap_or_default();
    core.split(|b| *b == b'.').all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
        && core.iter().filter(|b| **b == b'.').count() == 2
}

/// Words in kebab or snake case with a long number before or after.
fn is_slug_id(text: &[u8], c: &Count) -> bool {
    let is_dash = |b: &u8| matches!(b, b'-' | b'_');
    let number = |part: &[u8]| part.len() >= 4 && part.iter().all(u8::is_ascii_digit);
    let first = text.split(is_dash).next().unwrap_or_default();
    let last = text.rsplit(is_dash).next().unwrap_or_default();
    let is_leading = !first.is_empty() && first.iter().all(u8::is_ascii_digit) && c.lower > 0 && c.dashes >= 1;
    c.run >= 4 && (number(first) || number(last)) && !is_year(last) || is_leading
}

fn is_year(text: &[u8]) -> bool {
    matches!(text, [b'1', b'9', _, _] | [b'2', b'0', _, _])
}

/// Long, and with digits and letters mixed as no name has them.
fn is_token(c: &Count, length: usize) -> bool {
    let kinds = usize::from(c.lower > 0).saturating_add(usize::from(c.upper > 0));
    (length >= 16 && kinds == 2 && c.digits >= 2 && c.turns >= 2 && c.other == 0 && c.dots == 0)
        || (length >= 12 && c.digits >= 3 && c.turns >= 3 && c.other == 0 && c.dots == 0)
        || (length >= 20 && c.digits >= 3 && c.turns >= 4)
}
