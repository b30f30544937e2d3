//! Paths that no page links to and scanners try everywhere: secrets left in the web root, known remote-execution
//! endpoints, directory traversal. Paths of widespread software that many sites do run (WordPress log-in, phpMyAdmin)
//! are left out.

use crate::bytes;
use crate::limits;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "probe_path",
    pillar: Pillar::Tools,
    scope: Scope::Request,
    weight: 4_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a path that only scanners ask for",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 4 in 1851, recorded automation 2 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "GET https://shop.example/.env HTTP/1.1
user-agent: curl/8.5.0
accept: */*",
            "like chromium_navigation
@path=/.git/config",
            "like chromium_navigation
@path=/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
            "like chromium_navigation
@path=/?x=${jndi:ldap://203.0.113.9/a}",
        ],
        silent: &[
            "like chromium_navigation
@path=/.well-known/security.txt",
            "like chromium_navigation
@path=/docs/environment",
            "like chromium_navigation
@path=/.environment",
        ],
    },
};

/// Prefixes of the normalised path, lower case.
const PREFIXES: [&[u8]; 20] = [
    b"/.git/",
    b"/.svn/",
    b"/.hg/",
    b"/.aws/",
    b"/.ssh/",
    b"/.env",
    b"/.ds_store",
    b"/.htpasswd",
    b"/.vscode/sftp.json",
    b"/etc/passwd",
    b"/proc/self/",
    b"/cgi-bin/luci",
    b"/boaform/",
    b"/hnap1",
    b"/gponform/",
    b"/_ignition/execute-solution",
    b"/solr/admin/",
    b"/manager/html",
    b"/vendor/phpunit/",
    b"/autodiscover/autodiscover.json",
];
/// Endings of the normalised path, lower case.
const ENDINGS: [&[u8]; 6] =
    [b"/eval-stdin.php", b"/.env", b"/wp-config.php.bak", b"/.git/config", b"/win.ini", b"/etc/passwd"];
/// Parts of path or query as sent, lower case.
const PARTS: [&[u8]; 5] = [b"${jndi:", b"/etc/passwd", b"..%2f..%2f", b"php://input", b"<script>alert("];

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let path = seen.request.path.normalised();
    let starts = |prefix: &&[u8]| path.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let ends = |ending: &&[u8]| {
        let from = path.len().checked_sub(ending.len());
        from.and_then(|from| path.get(from..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    let environment = path.len() > 5 && path.starts_with(b"/.env") && !matches!(path.get(5), Some(b'.' | b'/'));
    let known = (path.contains(&b'.') || path.len() > 5) && PREFIXES.iter().any(starts) && !environment;
    let target = seen.request.facts.path.get(..limits::PATH).unwrap_or(seen.request.facts.path);
    let suspicious = target.iter().any(|b| matches!(b, b'%' | b'$' | b'<' | b':')) || path.ends_with(b"passwd");
    if known || ENDINGS.iter().any(ends) {
        return Some(Detail::new("asks for `{}`").with(path));
    }
    // What a query holds may be a secret: only the part that was looked for is quoted.
    let part = PARTS.iter().find(|part| suspicious && bytes::contains_ignore_case(target, part))?;
    Some(Detail::new("path or query holds `{}`").with(*part))
}
