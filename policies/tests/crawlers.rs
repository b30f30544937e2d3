//! Crawlers' claims against the addresses that operators publish, under the default bundle.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod sets;

use std::net::IpAddr;
use std::path::PathBuf;

use filter_core::facts::{ClientFacts, Fact, Facts, Header, Provenance};
use filter_core::fingerprint::Fingerprint;
use filter_core::policy::Bundle;
use filter_core::request::Request;
use filter_core::signals::CrawlerProof;
use filter_core::signals::infrastructure::Origin;

/// Name of a row in the list of verified addresses, a user agent that claims it, and whether its addresses are all known.
const CLAIMS: &[(&str, &str, bool)] = &[
    ("GoogleBot", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", true),
    ("Google Special Crawlers", "AdsBot-Google (+http://www.google.com/adsbot.html)", true),
    ("Google User-Triggered Fetchers", "FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)", true),
    ("BingBot", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", true),
    ("AhrefsBot", "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", true),
    ("FacebookBot", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", true),
    ("DuckDuckBot", "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)", true),
    (
        "GPTBot",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        true,
    ),
    ("OpenAI SearchBot", "Mozilla/5.0 (compatible; OAI-SearchBot/1.0; +https://openai.com/searchbot)", true),
    ("ChatGPT User", "Mozilla/5.0 (compatible; ChatGPT-User/1.0; +https://openai.com/bot)", true),
    ("ClaudeBot", "Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)", true),
    ("PerplexityBot", "Mozilla/5.0 (compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)", true),
    ("Perplexity User", "Mozilla/5.0 (compatible; Perplexity-User/1.0; +https://perplexity.ai/perplexity-user)", true),
    ("Applebot", "Mozilla/5.0 (compatible; Applebot/0.1; +http://www.apple.com/go/applebot)", true),
    ("YandexBot", "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", true),
    ("TelegramBot", "TelegramBot (like TwitterBot)", true),
    ("PingdomBot", "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)", true),
    ("UptimeRobot", "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", true),
    ("Stripe", "Stripe/1.0 (+https://stripe.com/docs/webhooks)", true),
    ("BetterStack", "Better Stack Better Uptime Bot Mozilla/5.0 (Windows NT 10.0; Win64; x64)", false),
    ("Semrush", "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)", false),
    ("Censys", "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)", false),
    ("Kagi", "Mozilla/5.0 (compatible; Kagibot/1.0; +https://kagi.com/bot)", false),
    (
        "WebPageTest Bot",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 PTST/250801",
        false,
    ),
];

fn bundle() -> Bundle {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("bundles/default.json");
    Bundle::parse(&std::fs::read(path).unwrap()).unwrap()
}

fn proof(bundle: &Bundle, user_agent: &str, address: IpAddr) -> &'static str {
    let headers = [Header { name: b"user-agent", value: user_agent.as_bytes() }];
    let client =
        ClientFacts { address: Fact::Present(address), provenance: Provenance::Peer, ..ClientFacts::default() };
    let facts = Facts { method: b"GET", path: b"/", headers: &headers, client, ..Facts::default() };
    let request = Request::new(&facts, &Default::default());
    let fingerprint = Fingerprint::new(&request, bundle.names());
    match Origin::new(&request, &fingerprint, bundle.networks()).crawler {
        CrawlerProof::NotClaimed => "not claimed",
        CrawlerProof::Verified(_) => "verified",
        CrawlerProof::Impostor(_) => "impostor",
        CrawlerProof::Unverifiable(_) => "unverifiable",
    }
}

#[test]
fn elsewhere_they_are_impostors_and_behind_a_cdn_nobody_knows() {
    let bundle = bundle();
    for (row, user_agent, complete) in CLAIMS {
        let elsewhere = if *complete { "impostor" } else { "unverifiable" };
        for (address, expected) in [
            ("203.0.113.7", elsewhere),
            ("2001:db8::7", elsewhere),
            ("104.16.1.1", "unverifiable"),
            ("2606:4700::1", "unverifiable"),
            ("10.0.0.1", "unverifiable"),
        ] {
            assert_eq!(proof(&bundle, user_agent, address.parse().unwrap()), expected, "{row} from {address}");
        }
    }
}

#[test]
fn published_addresses_verify() {
    let Some(rows) = sets::verified_rows() else { return };
    let bundle = bundle();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (address, names) in &rows {
        for (row, user_agent, _) in CLAIMS.iter().filter(|(row, ..)| names.split('|').any(|name| name == *row)) {
            count += 1;
            let found = proof(&bundle, user_agent, *address);
            if found != "verified" {
                wrong.push(format!("{row} from {address}: {found}"));
            }
        }
    }
    println!("{count} addresses of {} operators", CLAIMS.len());
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 14_000, "{count}");
}
