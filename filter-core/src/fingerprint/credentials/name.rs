//! Login names: one form for all the ways to write the same one, and the mask of a name that a program made up.

use alloc::boxed::Box;

use super::secret::Secret;

/// A mail provider at which several addresses are one mailbox.
struct Provider {
    domains: &'static [&'static [u8]],
    /// Dots in the local part mean nothing.
    ignores_dots: bool,
}

/// What follows `+` in the local part is a tag at all of these. Of the providers' help pages, 2026-11: Gmail (dots and tags,
/// support.google.com/mail/answer/7436150 and 22370; googlemail.com is gmail.com), Outlook (tags; support.microsoft.com, plus addressing), iCloud
/// (support.apple.com/guide/icloud), Proton (dots and tags; proton.me/support/addresses-and-aliases), Fastmail (fastmail.help, plus addressing), Yandex (yandex.com/support/mail). Elsewhere dots count, and `+` may.
static PROVIDERS: [Provider; 6] = [
    Provider { domains: &[b"gmail.com", b"googlemail.com"], ignores_dots: true },
    Provider { domains: &[b"outlook.com", b"hotmail.com", b"live.com", b"msn.com"], ignores_dots: false },
    Provider { domains: &[b"icloud.com", b"me.com", b"mac.com"], ignores_dots: false },
    Provider { domains: &[b"proton.me", b"protonmail.com", b"pm.me"], ignores_dots: true },
    Provider { domains: &[b"fastmail.com", b"fastmail.fm"], ignores_dots: false },
    Provider { domains: &[b"yandex.ru", b"yandex.com", b"ya.ru"], ignores_dots: false },
];

/// Local part and domain of an address.
fn split(name: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = name.iter().rposition(|byte| *byte == b'@')?;
    Some((name.get(..at)?, name.get(at.saturating_add(1)..)?))
}

/// The same bytes for all the ways to write one name: no white space around it, ASCII in lower case; of addresses, at providers
/// known to ignore them, without dots and tags.
pub(super) fn normalise(name: &[u8], out: &mut Secret) {
    let name = name.trim_ascii();
    let lower = |part: &[u8], out: &mut Secret| part.iter().for_each(|byte| out.push(byte.to_ascii_lowercase()));
    let Some((local, domain)) = split(name) else { return lower(name, out) };
    let domain = domain.strip_suffix(b".").unwrap_or(domain);
    let is_at = |one: &&Provider| one.domains.iter().any(|other| other.eq_ignore_ascii_case(domain));
    let Some(provider) = PROVIDERS.iter().find(is_at) else {
        lower(local, out);
        out.push(b'@');
        return lower(domain, out);
    };
    let local = local.split(|byte| *byte == b'+').next().unwrap_or(local);
    for byte in local.iter().filter(|byte| !(provider.ignores_dots && **byte == b'.')) {
        out.push(byte.to_ascii_lowercase());
    }
    out.push(b'@');
    // Dots and tags go at the same providers where two domains are one.
    let is_google = domain.eq_ignore_ascii_case(b"googlemail.com");
    lower(if is_google { b"gmail.com" } else { domain }, out);
}

/// Whether a normal name is an address at one of `domains` (in ascending order) or below one.
pub(super) fn is_disposable(normal: &[u8], domains: &[Box<[u8]>]) -> bool {
    let Some((_, domain)) = split(normal) else { return false };
    let mut rest = domain;
    loop {
        if domains.binary_search_by(|one| (**one).cmp(rest)).is_ok() {
            return true;
        }
        let Some(dot) = rest.iter().position(|byte| *byte == b'.') else { return false };
        rest = rest.get(dot.saturating_add(1)..).unwrap_or_default();
    }
}

/// Letters and digits that a mask must have to say anything: with fewer, people's names meet by chance.
const TELLING: usize = 6;

/// The mask of the local part or name: letters are `a`, digits `9`, the rest stays. Empty where it has no digits, no letters, or
/// fewer than six of both: people choose such names too.
pub(super) fn mask(name: &[u8], out: &mut Secret) {
    let name = name.trim_ascii();
    let local = split(name).map_or(name, |(local, _)| local);
    let digits = local.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = local.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if digits == 0 || letters == 0 || digits.saturating_add(letters) < TELLING {
        return;
    }
    for byte in local {
        out.push(match byte {
            b'0'..=b'9' => b'9',
            b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => b'a',
            other => *other,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn written(write: impl FnOnce(&mut Secret)) -> String {
        let mut out = Secret::new();
        write(&mut out);
        String::from_utf8(out.whole().unwrap().to_vec()).unwrap()
    }

    #[test]
    fn one_form_for_one_mailbox() {
        let cases = [
            (" Ann.Lee+shop@GMail.com ", "annlee@gmail.com"),
            ("annlee@googlemail.com.", "annlee@gmail.com"),
            ("Ann.Lee+shop@outlook.com", "ann.lee@outlook.com"),
            ("Ann.Lee+shop@example.com", "ann.lee+shop@example.com"),
            ("AnnLee", "annlee"),
            ("a@b@c.example", "a@b@c.example"),
            ("", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(written(|out| normalise(name.as_bytes(), out)), expected, "{name}");
        }
    }

    #[test]
    fn masks_of_made_up_names() {
        let cases = [
            ("kqzwj83741@gmail.com", "aaaaa99999"),
            ("anna.lee1987@example.com", "aaaa.aaa9999"),
            ("anna@example.com", ""),
            ("ann7@example.com", ""),
            ("1234567", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(written(|out| mask(name.as_bytes(), out)), expected, "{name}");
        }
    }

    #[test]
    fn domains_below_a_listed_one_are_listed() {
        let domains: [Box<[u8]>; 2] = [b"mailinator.com"[..].into(), b"yopmail.com"[..].into()];
        for (name, expected) in
            [("a@mailinator.com", true), ("a@x.yopmail.com", true), ("a@amailinator.com", false), ("a", false)]
        {
            assert_eq!(is_disposable(name.as_bytes(), &domains), expected, "{name}");
        }
    }
}
