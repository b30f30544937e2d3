//! The data sets, each as trace requests with a label.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use filter_core::facts::{Fact, HeaderOrder, Ja4By, Provenance, TlsVersion};
use flate2::read::GzDecoder;
use serde_json::Value;
use weir::trace::{Reader, Record, Request, Text, Tls};

/// The kind of recorded clients that are people's browsers.
pub const BROWSER_KIND: &str = "human-like browser";

/// Names of address rows whose operators publish complete lists, and what the crawler calls itself.
const CRAWLERS: [(&str, &str); 17] = [
    ("AhrefsBot", "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"),
    ("Google User-Triggered Fetchers", "FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)"),
    ("FacebookBot", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"),
    ("DuckDuckBot", "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)"),
    ("GoogleBot", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    ("Google Special Crawlers", "AdsBot-Google (+http://www.google.com/adsbot.html)"),
    (
        "ChatGPT User",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
    ),
    ("UptimeRobot", "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"),
    ("PingdomBot", "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)"),
    (
        "OpenAI SearchBot",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; OAI-SearchBot/1.0; +https://openai.com/searchbot",
    ),
    ("BingBot", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
    (
        "ClaudeBot",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
    ),
    ("YandexBot", "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)"),
    (
        "GPTBot",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    ),
    ("TelegramBot", "TelegramBot (like TwitterBot)"),
    (
        "Applebot",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 Safari/605.1.15 (Applebot/0.1)",
    ),
    (
        "PerplexityBot",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)",
    ),
];

/// Where the data sets are.
pub struct Data(PathBuf);

/// A recorded client's requests, in order.
pub struct Client {
    /// What it is, such as `http library`.
    pub kind: String,
    /// Which one.
    pub name: String,
    /// What it sent.
    pub requests: Vec<Request>,
}

impl Data {
    /// The folder named by `WEIR_DATA`; `None` says so loudly, for tests that then skip.
    pub fn from_env() -> Option<Self> {
        let folder = std::env::var_os("WEIR_DATA").map(PathBuf::from).filter(|folder| folder.is_dir());
        if folder.is_none() {
            // Straight to the stream: the test runner swallows what the macros print.
            let _ = writeln!(std::io::stderr(), "SKIPPED: set WEIR_DATA to the folder of recorded traffic to run this");
        }
        folder.map(Data)
    }

    /// A file's path.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// 20,000 navigations of real visitors to May 2026. No Accept-Language, Sec-Fetch, Cookie: unknown, not absent.
    pub fn visitors(&self) -> Result<Vec<Request>> {
        const KNOWN: [&str; 12] = [
            "sec-ch-ua",
            "sec-ch-ua-mobile",
            "sec-ch-ua-platform",
            "upgrade-insecure-requests",
            "user-agent",
            "accept",
            "accept-encoding",
            "dnt",
            "te",
            "connection",
            "content-type",
            "accept-charset",
        ];
        let rows = json_lines(&self.path("browser_fingerprints/apify_real_browser_headers_20k.jsonl.gz"))?;
        rows.map(|row| {
            let row = row?;
            Ok(Request {
                version: Fact::Present(text(&row["http"])),
                headers_known: Some(KNOWN.map(Text::from).to_vec()),
                ..navigation(&row["headers"])
            })
        })
        .collect()
    }

    /// 43 captures of real browsers, with TLS and HTTP/2.
    pub fn captures(&self) -> Result<Vec<(String, Request)>> {
        let path = self.path("browser_fingerprints/browser_tls_h2_headers.json");
        let rows: Vec<Value> = serde_json::from_reader(File::open(&path)?)?;
        let request = |row: &Value| {
            let akamai = row["h2_akamai"].as_str().unwrap_or_default();
            let pseudo: String = akamai.rsplit('|').next().unwrap_or_default().replace(',', "");
            Request {
                version: Fact::Present("2".into()),
                pseudo_order: if pseudo.is_empty() { Fact::Unknown } else { Fact::Present(pseudo.as_str().into()) },
                tls: Tls {
                    version: Fact::Present(TlsVersion::V1_3),
                    ja4: Fact::Present(text(&row["ja4"])),
                    ja4_by: Ja4By::Spec,
                    ..Tls::default()
                },
                ..navigation(&row["headers"])
            }
        };
        Ok(rows.iter().map(|row| (row["name"].as_str().unwrap_or_default().to_owned(), request(row))).collect())
    }

    /// 30,952 requests of attackers to an exposed HTTP API, 2021 to 2022, over plain HTTP/1.1.
    pub fn honeypot(&self) -> Result<Vec<Request>> {
        let rows = json_lines(&self.path("docker_honeypot/requests_2021_2022.jsonl.gz"))?;
        rows.map(|row| {
            let row = row?;
            let url = row["url"].as_str().unwrap_or_default();
            let path = url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..])).unwrap_or("/");
            Ok(Request {
                method: text(&row["method"]),
                scheme: Fact::Present("http".into()),
                path: path.into(),
                version: Fact::Present("1.1".into()),
                header_order: HeaderOrder::Original,
                tls: Tls::plain(),
                ..navigation(&row["headers"])
            })
        })
        .collect()
    }

    /// The recorded clients: one trace, `id` is kind/client/number.
    pub fn clients(&self) -> Result<Vec<Client>> {
        clients(&self.path("clients/clients.trace.jsonl"))
    }

    /// Published addresses of crawlers, each with its user agent. Rows of a name without one (name servers, CDNs, services whose
    /// lists are not complete) are left out.
    pub fn crawler_addresses(&self) -> Result<Vec<(String, IpAddr)>> {
        let file = GzDecoder::new(File::open(self.path("bots/verified_bot_ips_sefinek.csv.gz"))?);
        let mut found = Vec::new();
        for line in BufReader::new(file).lines().skip(1) {
            let line = line?;
            let Some((block, rest)) = line.split_once(',') else { continue };
            let first = block.split('/').next().and_then(|address| address.parse().ok());
            let user_agent = CRAWLERS.iter().find(|(name, _)| rest.starts_with(&format!("{name},")));
            if let (Some(address), Some((_, user_agent))) = (first, user_agent) {
                found.push(((*user_agent).to_owned(), address));
            }
        }
        Ok(found)
    }
}

/// Groups a trace whose ids are kind/client/number.
pub fn clients(trace: &Path) -> Result<Vec<Client>> {
    let mut found: Vec<Client> = Vec::new();
    for line in Reader::open(trace).with_context(|| format!("open {}", trace.display()))? {
        // Some recorded requests never reached a filter; they say so themselves.
        let Ok(Record::Request(request)) = line?.1 else { continue };
        let (path, _) = request.id.rsplit_once('/').unwrap_or_default();
        let (kind, name) = path.rsplit_once('/').unwrap_or_default();
        let (kind, name) = (kind.to_owned(), name.to_owned());
        match found.last_mut().filter(|client| client.kind == kind && client.name == name) {
            Some(client) => client.requests.push(*request),
            None => found.push(Client { kind, name, requests: vec![*request] }),
        }
    }
    Ok(found)
}

fn navigation(headers: &Value) -> Request {
    let pairs = headers.as_array().map(Vec::as_slice).unwrap_or_default();
    Request {
        method: "GET".into(),
        scheme: Fact::Present("https".into()),
        authority: "shop.example".into(),
        path: "/".into(),
        headers: pairs.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect(),
        header_order: HeaderOrder::Kept,
        client: weir::trace::Client {
            address: Fact::Present([203, 0, 113, 7].into()),
            provenance: Provenance::Peer,
            ..Default::default()
        },
        ..Request::default()
    }
}

fn text(value: &Value) -> Text {
    value.as_str().unwrap_or_default().into()
}

fn json_lines(path: &Path) -> Result<impl Iterator<Item = Result<Value>> + use<>> {
    let file = File::open(path).with_context(|| format!("open {}", path.display()))?;
    let source: Box<dyn Read> = match path.extension().is_some_and(|extension| extension == "gz") {
        true => Box::new(GzDecoder::new(file)),
        false => Box::new(file),
    };
    Ok(BufReader::new(source).lines().map(|line| Ok(serde_json::from_str(&line?)?)))
}
