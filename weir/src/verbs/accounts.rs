//! `weir accounts match`: which of your accounts events are about.

use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::ValueEnum;
use filter_core::keys::Keys;
use filter_core::policy::Settings;
use serde_json::json;
use weir::accounts::{Accounts, Told};
use weir::replay::many;

use super::Exit;

/// Say which of your accounts are named in events
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Match(Match),
}

/// Find the accounts of a list in events, which know them by keyed hashes only
///
/// Whoever does not hold the hosts' secret finds nothing. Names are brought into the form that hosts hash: white space and
/// letter case do not count, nor do dots and tags at mail providers that ignore them.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir accounts match users.csv --events events.ndjson --key secret.txt
  weir accounts match users.csv --column email --events events.ndjson --settings host.json --output json")]
struct Match {
    /// Login names: CSV with a header line, or one name a line
    #[arg(value_name = "USERS")]
    users: PathBuf,
    /// Events and alerts of hosts or of `weir replay`; `-` is standard input
    #[arg(long, required = true, value_name = "FILE")]
    events: Vec<PathBuf>,
    /// File with the hosts' secret
    #[arg(long, value_name = "FILE", conflicts_with = "settings", required_unless_present = "settings")]
    key: Option<PathBuf>,
    /// Host settings (JSON) with the secret
    #[arg(long, short, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Column with the login name; without it `email`, `username`, `user` or `login`, else the first
    #[arg(long, value_name = "NAME")]
    column: Option<String>,
    /// What is printed
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    output: Output,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// One account a line
    Table,
    /// One object an account
    Json,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let What::Match(args) = args.what;
    let keys = keys(&args)?;
    let mut accounts = Accounts::default();
    for path in &args.events {
        let name = path.display();
        let read = if path == Path::new("-") {
            accounts.read(std::io::stdin().lock())
        } else {
            let file = std::fs::File::open(path).with_context(|| format!("`{name}` cannot be read"))?;
            accounts.read(BufReader::new(file))
        };
        read.with_context(|| format!("`{name}` cannot be read further"))?;
    }
    let names = names(&args)?;
    let mut found: Vec<(&str, &Told)> =
        names.iter().filter_map(|name| Some((name.as_str(), accounts.of(name, &keys)?))).collect();
    found.sort_by_key(|(name, told)| (!told.taken_over, !told.under_attack, std::cmp::Reverse(told.score), *name));
    let mut out = super::out::stdout();
    if args.output == Output::Json {
        for (name, told) in &found {
            writeln!(out, "{}", json!({"user": name, "told": told}))?;
        }
    } else {
        writeln!(out, "{} of {} are named in events", found.len(), many(count(names.len()), "account"))?;
        for (name, told) in &found {
            let state = match (told.taken_over, told.under_attack) {
                (true, _) => "likely taken over",
                (false, true) => "under attack",
                (false, false) if told.bots > 0 => "tried by bots",
                (false, false) => "seen",
            };
            writeln!(out, "{state:>18}  score {:>3}  {:>8}  {name}", told.score, many(told.requests, "event"))?;
        }
    }
    if accounts.unread > 0 {
        writeln!(super::out::stderr(), "{} not readable, left out", many(accounts.unread, "line"))?;
    }
    Ok(Exit::problems_if(accounts.unread > 0))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn keys(args: &Match) -> anyhow::Result<Keys> {
    if let Some(path) = &args.settings {
        let text = std::fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        let settings = Settings::parse(&text).with_context(|| format!("`{}` is refused", path.display()))?;
        return settings.keys.with_context(|| format!("`{}` has no `secret`", path.display()));
    }
    let Some(path) = &args.key else { bail!("give --key or --settings") };
    let text = std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let secret = text.trim_end_matches(['\r', '\n']);
    let taken = Settings::keys_of(secret.as_bytes());
    taken.map_err(|problem| anyhow!("`{}` holds no secret of a host: {}", path.display(), problem.message))
}

/// Columns that hold login names.
const COLUMNS: [&str; 5] = ["email", "username", "user", "login", "account"];

fn names(args: &Match) -> anyhow::Result<Vec<String>> {
    let place = args.users.display();
    let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(&args.users);
    let mut reader = reader.with_context(|| format!("`{place}` cannot be read"))?;
    let (mut names, mut column) = (Vec::new(), None);
    for row in reader.records() {
        let row = row.with_context(|| format!("`{place}` cannot be read further"))?;
        let column = match column {
            Some(column) => column,
            None => {
                let header = |wanted: &str| {
                    row.iter().position(|name| name.trim_start_matches('\u{feff}').trim().eq_ignore_ascii_case(wanted))
                };
                let found = match &args.column {
                    Some(name) => Some(header(name).with_context(|| format!("`{place}` has no column `{name}`"))?),
                    None => COLUMNS.iter().find_map(|name| header(name)),
                };
                column = Some(found.unwrap_or(0));
                if found.is_some() {
                    continue;
                }
                0
            }
        };
        names.extend(row.get(column).filter(|name| !name.trim().is_empty()).map(str::to_owned));
    }
    Ok(names)
}
