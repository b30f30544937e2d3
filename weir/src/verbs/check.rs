//! `weir check`: all that is wrong with a bundle, a policy source or host settings.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;
use filter_core::request::Prefix;
use policy_compiler::lint;
use serde_json::Value;
use weir::bundle;
use weir::check::{self, Finding, Kind};
use weir::input::Input;
use weir::replay::many;
use weir::time;

use super::Exit;

/// Check bundles, policy sources and host settings: every problem at once, with its place and remedy
///
/// `weir lint` is the same. What a host would take and nobody means is told too, as warnings W0500 to W0540: rules that are never asked, blocks that
/// take too many, health checks, crawlers and webhooks that would be locked out, old lists, cost. Exit code 1 for those too.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(super) struct Args {
    /// Files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the files are; without it told by their text
    #[arg(long, value_enum)]
    kind: Option<KindArg>,
    /// What is printed
    #[arg(long, short, value_enum, default_value_t = Output::Text)]
    output: Output,
    /// Block of addresses that is yours: policies that would block a browser or a program there are told; again for more
    #[arg(long, value_name = "BLOCK", value_parser = block)]
    own: Vec<Prefix>,
    /// Warning that is meant here, by its code such as W0520; again for more
    #[arg(long, value_name = "CODE")]
    allow: Vec<String>,
}

fn block(text: &str) -> Result<Prefix, String> {
    text.parse::<Prefix>().map_err(|error| error.to_string())
}

const AFTER: &str = "\
Examples:
  weir check policies/default.json              a policy source, with the data files it names
  weir check policies/bundles/default.json      what a host would say
  weir check --kind settings envoy-settings.json
  weir check --own 192.0.2.0/24 my-policy.json  warns of rules that would lock you out
  weir check --output json bundle.json | jq '.[].message'";

#[derive(Clone, Copy, ValueEnum)]
enum KindArg {
    Bundle,
    Settings,
    Policy,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// Each problem with its line
    Text,
    /// An array of problems: code, level, file, place, line, column, message, remedy
    Json,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let context = lint::Context { now: time::now(), own: args.own.clone(), ..Default::default() };
    let mut all = Vec::new();
    let mut out = super::out::stdout();
    for path in &args.files {
        let name = path.display().to_string();
        let text = match bundle::text(read(path)?) {
            Ok(text) => text,
            Err(problems) => {
                let findings = check::findings_of_bytes(path, &problems);
                show(&findings, args.output, &mut out)?;
                all.extend(findings.iter().map(Finding::to_json));
                continue;
            }
        };
        let kind = match args.kind {
            Some(KindArg::Bundle) => Kind::Bundle,
            Some(KindArg::Settings) => Kind::Settings,
            Some(KindArg::Policy) => Kind::Policy,
            None => match Kind::detect(&text) {
                Some(kind) => kind,
                None => bail!("`{name}` looks like no bundle, policy or host settings; say which with --kind"),
            },
        };
        if kind == Kind::Policy && name == "-" {
            bail!("a policy is read together with the files it names; name its own file");
        }
        let findings = match check::check(kind, path, &text) {
            Ok(sound) => {
                if args.output == Output::Text {
                    writeln!(out, "{name}: {sound}")?;
                }
                let mut lints = check::lint(kind, path, &text, &context);
                lints.retain(|lint| !lint.code.as_ref().is_some_and(|code| args.allow.contains(code)));
                lints
            }
            Err(findings) => findings,
        };
        show(&findings, args.output, &mut out)?;
        all.extend(findings.iter().map(Finding::to_json));
    }
    let count = all.len();
    match args.output {
        Output::Json => writeln!(out, "{:#}", Value::from(all))?,
        Output::Text if count > 0 => writeln!(out, "{}", many(count as u64, "problem"))?,
        Output::Text => {}
    }
    Ok(Exit::problems_if(count > 0))
}

/// Problems that a person is shown of one file: more are the same mistake, or another file's form.
const SHOWN: usize = 50;

/// The first problems in full, and how many more there are.
pub(super) fn problems(findings: &[Finding], out: &mut impl Write) -> std::io::Result<()> {
    let (first, more) = findings.split_at_checked(SHOWN).unwrap_or((findings, &[]));
    first.iter().try_for_each(|finding| writeln!(out, "{}\n", finding.render()))?;
    match more.len() {
        0 => Ok(()),
        more => writeln!(out, "and {more} more; mend these first, or see all with `weir check --output json`\n"),
    }
}

fn show(findings: &[Finding], output: Output, out: &mut impl Write) -> std::io::Result<()> {
    if output == Output::Json {
        return Ok(());
    }
    problems(findings, out)
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    Input::open(path)
        .and_then(|mut input| input.read_to_end(&mut bytes))
        .with_context(|| format!("`{}` cannot be read", path.display()))?;
    Ok(bytes)
}
