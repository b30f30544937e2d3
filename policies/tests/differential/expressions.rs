//! Expressions at random, as authors write them and as the library reads them.

use crate::random::Random;
use crate::requests::{COUNTRIES, HEADERS, HOSTS, JA4, METHODS, VALUES};

/// One expression for each side. They differ where the language says more than plain CEL: a map of headers has an empty text
/// for a header that was not sent, and yet does not hold its name; and a number that is absent is neither less nor more than
/// another.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) ours: String,
    pub(crate) theirs: String,
}

impl Pair {
    fn same(text: String) -> Self {
        Pair { ours: text.clone(), theirs: text }
    }

    fn map(self, change: impl Fn(String) -> String) -> Self {
        Pair { ours: change(self.ours), theirs: change(self.theirs) }
    }

    fn join(self, operator: &str, other: Pair) -> Self {
        Pair {
            ours: format!("({}) {operator} ({})", self.ours, other.ours),
            theirs: format!("({}) {operator} ({})", self.theirs, other.theirs),
        }
    }
}

pub(crate) fn random(random: &mut Random) -> Pair {
    let depth = random.below(5);
    tree(random, depth)
}

fn tree(random: &mut Random, depth: usize) -> Pair {
    if depth == 0 {
        return test(random);
    }
    let inner = |random: &mut Random| {
        let less = random.below(depth);
        tree(random, less)
    };
    match random.below(7) {
        0..=1 => inner(random).join("&&", inner(random)),
        2..=3 => inner(random).join("||", inner(random)),
        4 => inner(random).map(|text| format!("!({text})")),
        5 => quantified(random),
        _ => {
            let (one, two, three) = (test(random), test(random), test(random));
            let text = |a: String, b: String, c: String| format!("{a} || {b} && !({c})");
            Pair { ours: text(one.ours, two.ours, three.ours), theirs: text(one.theirs, two.theirs, three.theirs) }
        }
    }
}

fn quantified(random: &mut Random) -> Pair {
    let quantifier = random.pick(&["exists", "all"]);
    Pair::same(match random.below(4) {
        0 => {
            let test = random.pick(&[
                "request.path.startsWith(x)",
                "request.path.contains(x)",
                "request.path != x",
                "x == request.path",
            ]);
            format!("['/login', '/api/', '/'].{quantifier}(x, {test})")
        }
        1 => format!("['tor', 'hosting', 'relay'].{quantifier}(kind, kind in client.network_kinds)"),
        2 => format!("['user_agent_missing', 'accept_missing', 'declared_tool'].{quantifier}(s, !(s in signals))"),
        _ => format!("[10, 50, 90].{quantifier}(n, score >= n || ['bot', 'tool'].exists(c, class == c))"),
    })
}

fn test(random: &mut Random) -> Pair {
    let equals = random.pick(&["==", "!="]);
    let order = random.pick(&["<", "<=", ">", ">=", "==", "!="]);
    let within = random.pick(&["in", "in", "not"]);
    // `!(a in b)` in one test of three.
    let member = |item: String, list: String| match within {
        "in" => format!("{item} in {list}"),
        _ => format!("!({item} in {list})"),
    };
    let quoted = |random: &mut Random, pool: &[&str]| {
        let items: Vec<String> = (0..=random.below(3)).map(|_| format!("'{}'", random.pick(pool))).collect();
        format!("[{}]", items.join(", "))
    };
    let counts = [
        "client.requests_1m",
        "client.requests_5h",
        "client.failed_logins",
        "client.paths",
        "address.requests_4s",
        "address.requests_1m",
        "address.clients",
        "network.requests_1m",
        "tool.requests_5h",
        "tool.addresses",
        "account.failures_17m",
        "endpoint.requests_17m",
        "site.requests_4s",
        "endpoint.failures_1m",
    ];
    Pair::same(match random.below(27) {
        24..=25 => format!("{} {order} {}", random.pick(&counts), random.pick(&["1", "2", "6", "40", "42"])),
        26 => member(random.pick(&counts).to_owned(), "[1, 2, 7, 41]".into()),
        0 => format!("request.method {equals} '{}'", random.pick(&METHODS)),
        1 => member("request.method".into(), quoted(random, &METHODS)),
        2 => format!("'{}' {equals} request.host", random.pick(&HOSTS[..2])),
        3 => text(random, "request.host", &[".example", ".shop.example"], &["shop", "api.", "x"]),
        4 => text(random, "request.path", &["/", "42", ".json"], &["/", "/api/", "/login", "/a"]),
        5 => {
            member("request.path".into(), random.pick(&["lists.paths", "['/', '/login']", "lists['paths']"]).to_owned())
        }
        6 => text(random, "request.query", &["1", "=", "login"], &["debug", "q=", "next"]),
        7 => format!("request.query {equals} '{}'", random.pick(&["", "debug=1"])),
        8 => {
            let name = random.pick(&HEADERS);
            text(
                random,
                &format!("request.headers['{name}']"),
                &["html", "2", "json"],
                &["k-", "Mozilla/5.0", "text/", "a="],
            )
        }
        9 => format!("request.headers['{}'] {equals} '{}'", random.pick(&HEADERS), random.pick(&VALUES)),
        10 => member(
            format!("request.headers['{}']", random.pick(&HEADERS)),
            random.pick(&["lists.values", "['', '*/*']"]).to_owned(),
        ),
        11 => {
            let name = random.pick(&HEADERS);
            return Pair { ours: format!("'{name}' in request.headers"), theirs: format!("request.present['{name}']") };
        }
        12 => member("request.version".into(), quoted(random, &["1.0", "1.1", "2", "3"])),
        13 => random
            .pick(&["request.secure", "!request.secure", "request.secure == false", "bot.named", "bot.named != true"])
            .to_owned(),
        14 => {
            let address = random.pick(&["client.address", "client.address", "client.claimed_address"]);
            format!(
                "{address}.inside({})",
                quoted(random, &["192.0.2.0/24", "192.0.2.128/25", "2001:db8::/32", "0.0.0.0/0", "8.8.8.8/32"])
            )
        }
        15 => member(
            format!("'{}'", random.pick(&["cloud", "googlebot", "exits", "relay", "edge"])),
            "client.networks".into(),
        ),
        16 => member(
            format!("'{}'", random.pick(&["hosting", "crawler", "tor", "relay", "cdn"])),
            "client.network_kinds".into(),
        ),
        17 => match random.below(3) {
            0 => format!("client.asn {equals} {}", random.pick(&["1", "64500", "2"])),
            1 => member("client.asn".into(), "[64500, 4294967295]".into()),
            _ => member("client.country".into(), quoted(random, &COUNTRIES)),
        },
        18 => match random.below(3) {
            0 => member("tls.version".into(), quoted(random, &["1.2", "1.3"])),
            1 => text(random, random_ja4(0), &["h2_8daaf6152771_02713d6af862", "_y"], &["t13", "q"]),
            _ => format!("{} {equals} '{}'", random_ja4(random.below(3)), random.pick(&JA4)),
        },
        19 => match random.below(4) {
            0 => {
                let ours = format!("claim.major {order} {}", random.pick(&["80", "131", "133"]));
                // The library (0.15) has no answer for the order of NaN, where CEL says that it has none.
                let theirs = match order {
                    "!=" => format!("!(claim.numbered && {})", ours.replace("!=", "==")),
                    _ => format!("(claim.numbered && {ours})"),
                };
                return Pair { ours, theirs };
            }
            1 => member("claim.family".into(), quoted(random, &["chrome", "firefox", "safari", "absent", "tool"])),
            2 => format!("claim.engine {equals} '{}'", random.pick(&["chromium", "gecko", "none"])),
            _ => format!("claim.platform {equals} '{}'", random.pick(&["linux", "windows", "macos"])),
        },
        20 => match random.below(4) {
            0 => format!("bot.name {equals} '{}'", random.pick(&["sqlmap", "curl", "Googlebot"])),
            1 => member("bot.category".into(), quoted(random, &["attack_tool", "search_engine", "seo"])),
            2 => format!("bot.proof {equals} '{}'", random.pick(&["verified", "impostor", "unverifiable"])),
            _ => format!("bot.operator {equals} 'Google'"),
        },
        21 => match random.below(3) {
            0 => member("endpoint.id".into(), quoted(random, &["user", "login", "home"])),
            1 => format!("endpoint.label {equals} '{}'", random.pick(&["account", "signin"])),
            _ => member("request.kind".into(), quoted(random, &["navigation", "fetch", "unknown"])),
        },
        22 => match random.below(3) {
            0 => format!("score {order} {}", random.pick(&["1", "30", "50", "80", "99"])),
            1 => format!(
                "{} {order} pillars.{}",
                random.pick(&["1", "50"]),
                random.pick(&["tools", "infrastructure", "behaviour"])
            ),
            _ => member("score".into(), "[3, 97, 50, 99]".into()),
        },
        _ => match random.below(3) {
            0 => member("class".into(), quoted(random, &["bot", "human", "tool", "unknown", "good_bot"])),
            1 => format!("client.provenance {equals} '{}'", random.pick(&["peer", "cdn", "unverified"])),
            _ => member(
                format!(
                    "'{}'",
                    random.pick(&["user_agent_missing", "declared_tool", "network_hosting", "accept_missing"])
                ),
                "signals".into(),
            ),
        },
    })
}

fn random_ja4(place: usize) -> &'static str {
    ["tls.ja4", "tls.ja4_spec", "tls.ja4_envoy"][place]
}

/// One of the tests on texts.
fn text(random: &mut Random, variable: &str, ends: &[&str], starts: &[&str]) -> String {
    let globs = match variable {
        "request.host" => ["shop*", "*.ex*ple", "a*.shop.*", "*.shop.example"],
        "request.path" => ["/api/*/4*", "*/x*n", "/*o*n", "/a*b"],
        _ => ["*a*", "k-*3", "M*z*/5*6", "*html"],
    };
    match random.below(4) {
        0 => format!("{variable}.startsWith('{}')", random.pick(starts)),
        1 => format!("{variable}.endsWith('{}')", random.pick(ends)),
        2 => format!("{variable}.contains('{}')", random.pick(starts)),
        _ => format!("{variable}.glob('{}')", random.pick(&globs)),
    }
}
