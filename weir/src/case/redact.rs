//! Takes secrets out of a request and keeps its shape: names, order and lengths.

use filter_core::facts::Fact;

use crate::trace::{Request, Text};

/// A header or query name with one of these in it carries a secret.
const SECRET_PARTS: [&[u8]; 15] = [
    b"auth",
    b"cookie",
    b"token",
    b"secret",
    b"session",
    b"passw",
    b"api-key",
    b"apikey",
    b"api_key",
    b"signature",
    b"credential",
    b"csrf",
    b"mail",
    b"phone",
    b"saml",
];

/// Query names that are secret as they stand.
const SECRET_NAMES: [&[u8]; 16] = [
    b"key",
    b"sig",
    b"code",
    b"otp",
    b"pin",
    b"pwd",
    b"pass",
    b"sid",
    b"jwt",
    b"state",
    b"nonce",
    b"ticket",
    b"assertion",
    b"user",
    b"username",
    b"login",
];

/// Replaces secret values by as many `x` and leaves the body out. Gives what was touched: header names, `query`, `referer`,
/// `body`.
pub fn redact(request: &mut Request) -> Vec<String> {
    let mut touched = Vec::new();
    for (name, value) in &mut request.headers {
        let name = name.as_bytes().to_ascii_lowercase();
        let is_touched = match name.as_slice() {
            b"cookie" => cookies(&mut value.0),
            b"referer" => query(&mut value.0),
            _ if is_secret(&name) => credentials(&mut value.0),
            _ => false,
        };
        let name = String::from_utf8_lossy(&name).into_owned();
        if is_touched && !touched.contains(&name) {
            touched.push(name);
        }
    }
    let Text(path) = &mut request.path;
    if query(path) {
        touched.push("query".to_owned());
    }
    if request.body.is_present() {
        request.body = Fact::Unknown;
        touched.push("body".to_owned());
    }
    touched
}

fn is_secret(name: &[u8]) -> bool {
    SECRET_NAMES.contains(&name)
        || SECRET_PARTS.iter().any(|part| name.windows(part.len()).any(|window| window == *part))
}

/// `a=1; b=2` keeps its names.
fn cookies(value: &mut [u8]) -> bool {
    value.split_mut(|byte| *byte == b';').fold(false, |touched, pair| after_equals(pair) | touched)
}

/// `Bearer abc` keeps its scheme.
fn credentials(value: &mut [u8]) -> bool {
    let scheme = value.iter().position(|byte| *byte == b' ').unwrap_or(0);
    blank(value.get_mut(scheme..))
}

/// `?name=value&...`, and `;name=value` in the path or for `&`; for secret names only, however they are encoded.
fn query(text: &mut [u8]) -> bool {
    let Some(start) = text.iter().position(|byte| matches!(byte, b'?' | b';' | b'#')) else { return false };
    let Some(pairs) = text.get_mut(start..) else { return false };
    pairs.split_mut(|byte| matches!(byte, b'?' | b'&' | b';' | b'#')).fold(false, |touched, pair| {
        let name = decoded(pair.split(|byte| *byte == b'=').next().unwrap_or_default());
        (is_secret(&name) && after_equals(pair)) | touched
    })
}

/// In lower case, percent-encoding taken off as often as it was put on.
fn decoded(name: &[u8]) -> Vec<u8> {
    // What is decoded may end an escape that began before it: written to the end of `out`, each escape is seen when complete.
    let mut out: Vec<u8> = Vec::with_capacity(name.len());
    for byte in name {
        out.push(byte.to_ascii_lowercase());
        while let Some(byte) = out.last_chunk::<3>().and_then(byte_of) {
            out.truncate(out.len().saturating_sub(3));
            out.push(byte.to_ascii_lowercase());
        }
    }
    out
}

/// What `%40` stands for.
fn byte_of(part: &[u8; 3]) -> Option<u8> {
    let [b'%', high, low] = part else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)?.checked_mul(16)?.checked_add(digit(*low)?)?).ok()
}

/// A pair without `=` is all value.
fn after_equals(pair: &mut [u8]) -> bool {
    let start = pair.iter().position(|byte| *byte == b'=').map_or(0, |at| at.saturating_add(1));
    blank(pair.get_mut(start..))
}

fn blank(value: Option<&mut [u8]>) -> bool {
    let Some(value) = value else { return false };
    value.iter_mut().filter(|byte| **byte != b' ').fold(false, |_, byte| {
        *byte = b'x';
        true
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_and_shapes_stay() {
        let headers = [
            ("Cookie", "session=abc123; theme=dark; bare"),
            ("Authorization", "Bearer eyJhbGciOi"),
            ("X-Api-Key", "k-1"),
            ("Referer", "https://shop.example/?token=abc&page=2"),
            ("User-Agent", "curl/8.5.0"),
            ("Sec-WebSocket-Key", "dGhl"),
        ];
        let mut request = Request {
            path: Text::from("/reset?email=a@b.example&page=2&code=77#x"),
            headers: headers.iter().map(|(name, value)| (Text::from(*name), Text::from(*value))).collect(),
            body: Fact::Present(b"password=1".to_vec()),
            ..Request::default()
        };
        let touched = redact(&mut request);
        assert_eq!(touched, ["cookie", "authorization", "x-api-key", "referer", "query", "body"]);
        let values: Vec<_> = request.headers.iter().map(|(_, value)| value.to_string()).collect();
        assert_eq!(
            values,
            [
                "session=xxxxxx; theme=xxxx; xxxx",
                "Bearer xxxxxxxxxx",
                "xxx",
                "https://shop.example/?token=xxx&page=2",
                "curl/8.5.0",
                "dGhl",
            ]
        );
        assert_eq!(request.path, Text::from("/reset?email=xxxxxxxxxxx&page=2&code=xx#x"));
        assert_eq!(request.body, Fact::Unknown);
    }

    #[test]
    fn names_are_found_however_they_are_written() {
        let cases = [
            ("/cb?state=abc&page=2", "/cb?state=xxx&page=2"),
            ("/x?mail=a@b&e-mail=a&user_mail=b", "/x?mail=xxx&e-mail=x&user_mail=x"),
            ("/x?%65mail=abc&%2565mail=abc&pass%57ord=abc", "/x?%65mail=xxx&%2565mail=xxx&pass%57ord=xxx"),
            ("/x?a=1;token=abc;b=2", "/x?a=1;token=xxx;b=2"),
            ("/cart;jsessionid=abc;v=1?a=1", "/cart;jsessionid=xxx;v=1?a=1"),
            ("/x#access_token=abc", "/x#access_token=xxx"),
            ("/x?estate=1&status=2&a%=3&%4", "/x?estate=1&status=2&a%=3&%4"),
        ];
        for (path, expected) in cases {
            let mut request = Request { path: Text::from(path), ..Request::default() };
            redact(&mut request);
            assert_eq!(request.path, Text::from(expected));
        }
    }

    #[test]
    fn odd_values_are_harmless() {
        for path in ["", "?", "/?=", "/?token", "/?token=", "/?&&token=&"] {
            let mut request = Request { path: Text::from(path), ..Request::default() };
            redact(&mut request);
            assert_eq!(request.path.as_bytes().len(), path.len());
        }
    }
}
