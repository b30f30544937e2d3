//! `weir feed`: lists that others publish, kept current.

mod passwords;

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use weir::bundle::SigningKey;
use weir::check;
use weir::feed::{Choice, Config, Fetcher, update};
use weir::replay::many;

use super::Exit;

/// Keep lists that others publish current: networks, domains, breached passwords
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    feed: Feed,
}

#[derive(Subcommand)]
enum Feed {
    Update(Update),
    Passwords(Box<passwords::Passwords>),
}

/// Fetch public lists of networks and domains and bring them into the form that policies name
///
/// FEEDS says which lists there are, where they come from, and under which licence. What has not changed since the last time is not sent
/// again (ETag, Last-Modified). Each feed becomes a file with its source, licence and date; one that cannot be had, has another form
/// than was said, or lost more than half of its blocks stays as it was, and the exit code is 1. `weir check` says when a feed of a policy is stale.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
struct Update {
    /// File of JSON with comments that describes the feeds
    #[arg(value_name = "FEEDS", default_value = "feeds.json")]
    feeds: PathBuf,
    /// Only this feed; again for more
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Key file that signs the feeds, for policies with `feed_keys`
    #[arg(long, short, value_name = "FILE")]
    key: Option<PathBuf>,
    /// A feed may lose more than half of its blocks
    #[arg(long)]
    shrink: bool,
}

const AFTER: &str = r#"FEEDS looks like this; `from` has URLs, or files beside it:
  {
    "into": "feeds", // a policy says "feeds": ["feeds"]
    "feeds": [
      { "name": "tor", "kind": "tor", "from": ["https://check.torproject.org/torbulkexitlist"], "licence": "CC0-1.0", "stale_days": 3 },
      { "name": "aws", "kind": "hosting", "from": ["https://ip-ranges.amazonaws.com/ip-ranges.json"], "licence": "public",
        "form": { "json": ["/prefixes/*/ip_prefix", "/ipv6_prefixes/*/ipv6_prefix"] }, "stale_days": 30 }
    ]
  }

Kinds: those of network lists (hosting, vpn, tor, proxy, relay, cdn, reputation, crawler, custom); disposable_mail (domains, at most 20,000, for the
signal `mail_disposable`); asn and country (what hosts that do not know them, such as Envoy, look up for `client.asn` and `client.country`).

Forms: "lines" (default: an address, block, range or domain a line; Spamhaus DROP, CrowdSec and Tor as text), "google" (Google, Bing, OpenAI, Apple,
Perplexity), {"json": [pointers]}, {"json_lines": [pointers]}, {"csv": {"column": "network"}}, {"csv": {"column": "first", "last": "last",
"where": [["country", "XX"]]}}, {"mmdb": {"at": "/autonomous_system_number", "is": [64500]}}. For the
kinds asn and country {"mmdb": {"at": "/country/iso_code"}} or {"csv": {"column": "network", "value": "autonomous_system_number"}}.

Examples:
  weir feed update policies/feeds.json
  weir feed update feeds.json --only tor --key feeds.key"#;

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    match args.feed {
        Feed::Update(args) => fetch(args),
        Feed::Passwords(args) => passwords::run(*args),
    }
}

fn fetch(args: Update) -> anyhow::Result<Exit> {
    let mut out = super::out::stdout();
    let text =
        std::fs::read_to_string(&args.feeds).with_context(|| format!("`{}` cannot be read", args.feeds.display()))?;
    let config = match Config::read(&args.feeds, &text) {
        Ok(config) => config,
        Err(wrong) => {
            wrong.iter().try_for_each(|one| writeln!(out, "{}\n", check::error_in(one, &text).render()))?;
            writeln!(out, "{}", many(wrong.len() as u64, "problem"))?;
            return Ok(Exit::Problems);
        }
    };
    if let Some(unknown) = args.only.iter().find(|name| config.feeds.iter().all(|feed| feed.name != **name)) {
        bail!("`{}` has no feed `{unknown}`", args.feeds.display());
    }
    let folder = args.feeds.parent().map(PathBuf::from).unwrap_or_default();
    let into = folder.join(&config.into);
    let key = args.key.as_deref().map(SigningKey::read).transpose()?;
    let choice = Choice { key: key.as_ref(), may_shrink: args.shrink };
    let fetcher = Fetcher::new(into.join(".cache"));
    let mut failed = 0u64;
    let chosen: Vec<_> =
        config.feeds.iter().filter(|feed| args.only.is_empty() || args.only.contains(&feed.name)).collect();
    for (index, feed) in chosen.iter().enumerate() {
        let bar = bar(&format!("{}/{} {}", index.saturating_add(1), chosen.len(), feed.name));
        let result = update(feed, &folder, &into, &fetcher, &choice, &mut |so_far, all| {
            if let Some(all) = all {
                bar.set_length(all);
            }
            bar.set_position(so_far);
        });
        bar.finish_and_clear();
        match result {
            Ok(updated) => {
                let news = match (updated.added, updated.removed, updated.is_unchanged) {
                    (_, _, true) => "nothing new at its source".to_owned(),
                    (0, 0, _) => "the same as before".to_owned(),
                    (added, removed, _) => format!("{added} new, {removed} gone"),
                };
                writeln!(out, "{}: {}, {news}", feed.name, many(updated.entries as u64, updated.one))?;
                updated.notes.iter().try_for_each(|note| writeln!(out, "  {note}"))?;
            }
            Err(why) => {
                failed = failed.saturating_add(1);
                writeln!(out, "{}: stays as it was: {why}", feed.name)?;
            }
        }
    }
    Ok(Exit::problems_if(failed > 0))
}

fn bar(name: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_prefix(name.to_owned());
    bar
}
