//! `weir from`: policy sources made of what a site has already.

use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use filter_core::policy::wire::Mode;
use policy_compiler::robots::{self, PRESETS, Preset, Wish};
use weir::check::{self, Kind};
use weir::input::Input;
use weir::replay::many;
use weir::{files, time};

use super::Exit;

/// Make a policy source of what a site has already
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    from: From,
}

#[derive(Subcommand)]
enum From {
    Robots(Robots),
}

/// Make a policy source of a robots.txt and of presets about crawlers
///
/// A crawler that fetches what robots.txt asks it not to is blocked; one that keeps to it notices nothing. Each group's rules are
/// for the programs that it names, `User-agent: *` is for all named crawlers that no group names, and people's browsers are not
/// asked. `Crawl-delay` becomes a limit. The file that is written is yours: comments say where each rule comes from, and golden
/// tests show what it does. Lines that crawlers pass over are told, and passed over.
#[derive(clap::Args)]
#[command(after_help = after())]
struct Robots {
    /// robots.txt; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present = "preset")]
    file: Option<PathBuf>,
    /// Ready-made rules, see below; again for more, in the order of the rules
    #[arg(long, value_name = "PRESET", value_parser = preset)]
    preset: Vec<&'static Preset>,
    /// Where the policy source goes
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Folder with the tables of names and networks; without it `data` beside the output, else `policies/data`
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Rules report what they would have done, and let pass
    #[arg(long)]
    shadow: bool,
    /// Replace a file that is there, with all that was edited in it
    #[arg(long)]
    force: bool,
}

fn preset(id: &str) -> Result<&'static Preset, String> {
    let known = || PRESETS.iter().map(|preset| preset.id).collect::<Vec<_>>().join("`, `");
    robots::preset(id).ok_or_else(|| format!("no preset; there are `{}`", known()))
}

fn after() -> String {
    let presets: String = PRESETS.iter().map(|preset| format!("  {:<18} {}\n", preset.id, preset.about)).collect();
    format!(
        "Presets:\n{presets}\nExamples:
  weir from robots robots.txt -o crawlers.json && weir build crawlers.json -o bundle.json
  weir from robots robots.txt --preset no-impostors --preset no-ai-training --shadow -o crawlers.json
  curl -s https://shop.example/robots.txt | weir from robots - -o crawlers.json"
    )
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let From::Robots(args) = args.from;
    let mut out = super::out::stdout();
    let new_names = args.output.with_extension("names.json");
    for path in [&args.output, &new_names] {
        if path.exists() && !args.force {
            bail!("`{}` is there already; choose another name, or give --force", path.display());
        }
    }
    let text = args.file.as_deref().map(read).transpose()?;
    let name = args
        .file
        .as_ref()
        .map(|file| if file.as_os_str() == "-" { "robots.txt".into() } else { file.display().to_string() });
    let folder =
        args.output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    let data = data(&folder, args.data.as_deref())?;
    let wish = Wish {
        robots: name.as_deref().zip(text.as_deref()),
        presets: args.preset.clone(),
        mode: if args.shadow { Mode::Shadow } else { Mode::Enforce },
        names: ["tools.json", "crawlers.json", "words.json"].map(|file| data.join(file)).to_vec(),
        networks: vec![data.join("networks")],
        folder,
        new_names: new_names.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        date: time::show(time::now()).split('T').next().unwrap_or_default().to_owned(),
    };
    let made = match robots::make(&wish) {
        Ok(made) => made,
        Err(found) => {
            let texts = name.as_deref().zip(text.as_deref());
            let found = check::findings_in(&found, texts);
            found.iter().try_for_each(|finding| writeln!(out, "{}\n", finding.render()))?;
            writeln!(out, "{} not written, {}", args.output.display(), many(found.len() as u64, "problem"))?;
            return Ok(Exit::Problems);
        }
    };
    for note in &made.notes {
        let finding = check::warning_in(note, text.as_deref().unwrap_or_default());
        anstream::eprintln!("{}\n", finding.render());
    }
    let written = |path: &Path, text: &str| {
        files::replace(path, text.as_bytes()).with_context(|| format!("`{}` cannot be written", path.display()))
    };
    if let Some(names) = &made.new_names {
        written(&new_names, names)?;
        writeln!(out, "{}: programs that robots.txt names and no table has", new_names.display())?;
    }
    written(&args.output, &made.source)?;
    let told = check::check(Kind::Policy, &args.output, &made.source);
    let groups = if name.is_some() { format!(" of {}", many(made.groups as u64, "group")) } else { String::new() };
    writeln!(out, "{}: {}{groups}", args.output.display(), many(made.rules as u64, "rule"))?;
    if let Err(found) = told {
        found.iter().try_for_each(|finding| writeln!(out, "{}\n", finding.render()))?;
        return Ok(Exit::Problems);
    }
    Ok(Exit::Fine)
}

fn read(path: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let mut input = Input::open(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    input.read_to_end(&mut bytes).with_context(|| format!("`{}` cannot be read", path.display()))?;
    // Crawlers take what is no UTF-8 as it comes; a path with it matches nothing.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The folder of the tables, as it is written in a source in `folder`.
fn data(folder: &Path, given: Option<&Path>) -> anyhow::Result<PathBuf> {
    let usual = [folder.join("data"), PathBuf::from("policies/data")];
    let found = match given {
        Some(given) => Some(given.to_owned()),
        None => usual.into_iter().find(|data| data.join("crawlers.json").exists()),
    };
    let Some(found) = found else { bail!("the tables of names and networks are not here; say where with --data") };
    let whole = |path: &Path| path.canonicalize().with_context(|| format!("`{}` cannot be read", path.display()));
    Ok(relative(&whole(folder)?, &whole(&found)?))
}

/// The way from one folder to another.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(to.components().skip(shared)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_between_folders() {
        for (from, to, way) in
            [("/a/b", "/a/b/data", "data"), ("/a/b/c", "/a/data", "../../data"), ("/a", "/b/data", "../b/data")]
        {
            assert_eq!(relative(Path::new(from), Path::new(to)), Path::new(way));
        }
    }
}
