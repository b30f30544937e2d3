//! `weir feed passwords`: breached passwords as a filter that hosts look up in.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;
use weir::bundle::SigningKey;
use weir::feed::Choice;
use weir::feed::passwords::{Lines, RANGES, Wanted, make, odds};
use weir::replay::many;

use super::{Exit, bar};

/// Build a feed of breached passwords, or pairs of name and password, as a filter that hosts look up in
///
/// FROM is what Pwned Passwords are published as, by SHA-1: a folder of range files (`0A1B2.txt` with lines `SUFFIX:COUNT`, as their downloader
/// writes it) or one file of `HASH:COUNT`; or any list of passwords or of `name:password`, gzip or not. The filter is a binary fuse filter: every
/// one of the list is found; of others 1 in 256 (0.39 %) looks as if it were with 8 bits, in nine bits each, 1 in 65536 (0.0015 %) with
/// 16, in eighteen. The most frequent ones go in, as many as fit a bundle; of those seen equally often all or none. Memory is bounded by --most.
/// Run again over a folder it reads only the files that changed. No password is printed or kept.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(super) struct Passwords {
    /// Folders of range files, or lists; `-` is standard input
    #[arg(value_name = "FROM", required = true)]
    from: Vec<PathBuf>,
    /// What the lines of a list are; hashes are told by their looks
    #[arg(long, value_enum)]
    lines: Option<Kind>,
    /// Folder that the feed goes to; a policy says `"feeds": ["feeds"]`
    #[arg(long, value_name = "FOLDER", default_value = "feeds")]
    into: PathBuf,
    /// Name of the feed and its file
    #[arg(long, default_value = "breached", value_parser = name)]
    name: String,
    /// Bits of each place
    #[arg(long, default_value = "8", value_parser = ["8", "16"])]
    bits: String,
    /// Most that go in
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..))]
    most: u32,
    /// Leave out what was seen less often
    #[arg(long, value_name = "TIMES", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    at_least: u32,
    /// Under which licence the lists may be used
    #[arg(long, value_name = "NAME")]
    licence: String,
    /// Where they came from; their paths, where it is left out
    #[arg(long, value_name = "TEXT")]
    source: Option<String>,
    /// The day on which they were the latest, as 2026-11-22; the newest file's, where it is left out
    #[arg(long, value_name = "DAY", value_parser = day)]
    date: Option<String>,
    /// Days after which `weir check` calls the feed stale
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..))]
    stale_days: u32,
    /// Key file that signs the feed, for policies with `feed_keys`
    #[arg(long, short, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Read all range files again, changed or not
    #[arg(long)]
    anew: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// `SHA1:COUNT`, or `SHA1`
    Hashes,
    /// A password a line
    Passwords,
    /// `name:password` a line
    Pairs,
}

const AFTER: &str = "\
A login's password is looked up where its endpoint says `\"body\": \"inspect\"`; rules ask for `'password_breached' in signals` or
`'pair_breached' in signals`. For a rule that acts on that alone take --bits 16.

Examples:
  weir feed passwords pwned/ --licence 'Pwned Passwords terms' --source https://haveibeenpwned.com/Passwords
  weir feed passwords pwned-by-count.txt.gz --most 500000 --bits 16 --licence 'Pwned Passwords terms'
  weir feed passwords combos.txt --lines pairs --name combos --licence ours --key feeds.key";

pub(super) fn run(args: Passwords) -> anyhow::Result<Exit> {
    let key = args.key.as_deref().map(SigningKey::read).transpose()?;
    let bits = if args.bits == "16" { 16 } else { 8 };
    let wanted = Wanted {
        from: &args.from,
        lines: args.lines.map(|kind| match kind {
            Kind::Hashes => Lines::Hashes,
            Kind::Passwords => Lines::Passwords,
            Kind::Pairs => Lines::Pairs,
        }),
        most: usize::try_from(args.most).unwrap_or(usize::MAX),
        at_least: args.at_least,
        bits,
        name: &args.name,
        source: args.source.as_deref(),
        licence: &args.licence,
        date: args.date.as_deref(),
        stale_days: args.stale_days,
        into: &args.into,
        anew: args.anew,
    };
    let bar = bar(&args.name);
    let made = make(&wanted, &Choice { key: key.as_ref(), may_shrink: true }, &mut |_, so_far, all| {
        if let Some(all) = all {
            bar.set_length(all);
        }
        bar.set_position(so_far);
    });
    bar.finish_and_clear();
    let mut out = crate::verbs::out::stdout();
    let made = match made {
        Ok(made) => made,
        Err(why) => {
            writeln!(out, "{}: stays as it was: {why}", args.name)?;
            return Ok(Exit::Problems);
        }
    };
    let hundredths = made.bytes.saturating_mul(800).checked_div(usize::try_from(made.keys)?).unwrap_or(0);
    writeln!(
        out,
        "{}: {}, each seen {} or more, of {}",
        args.name,
        many(made.keys, if args.lines.is_some_and(|kind| matches!(kind, Kind::Pairs)) { "pair" } else { "password" }),
        many(u64::from(made.floor), "time"),
        many(made.read, "line"),
    )?;
    writeln!(
        out,
        "  {bits} bits a place, {}.{:02} bits each, {} bytes, {} in a bundle; of others {} looks as if it were one",
        hundredths / 100,
        hundredths % 100,
        made.bytes,
        made.bytes.div_ceil(3).saturating_mul(4),
        odds(bits),
    )?;
    if made.wrong > 0 {
        writeln!(out, "  {} of no such form, passed over", many(made.wrong, "line"))?;
    }
    if let (ranges @ 1.., unchanged) = made.ranges {
        writeln!(out, "  {} of {RANGES} ranges, {unchanged} unchanged", ranges)?;
    }
    writeln!(out, "  {}", made.file.display())?;
    Ok(Exit::Fine)
}

fn name(text: &str) -> Result<String, String> {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
    match !text.is_empty() && text.len() <= filter_core::limits::NAME && text.bytes().all(is_plain) {
        true => Ok(text.to_owned()),
        false => Err("use `a`-`z`, `0`-`9`, `_` and `-`".into()),
    }
}

fn day(text: &str) -> Result<String, String> {
    match text.len() == 10 && weir::time::parse(&format!("{text}T00:00:00Z")).is_ok() {
        true => Ok(text.to_owned()),
        false => Err("write it as 2026-11-22".into()),
    }
}
