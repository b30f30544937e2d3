//! `weir status`: which node runs which bundle since when.

use std::io::Write;

use clap::ValueEnum;
use serde_json::json;
use weir::status::{Candidate, Node, Standing};
use weir::terminal::shown;
use weir::time;

use super::Exit;
use super::shelf::ShelfArgs;

/// Show which node runs which bundle since when, beside the one at PLACE
///
/// Nodes are asked at Envoy's admin address, or that of `weir up`, which tells of a candidate, too. Exit code 1 where one does not run the bundle that hosts get there, or could
/// not be asked.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir status /srv/bundles --node http://127.0.0.1:9901
  weir status https://bundles.example/edge --node http://edge-1:9901 --node http://edge-2:9901 --output json")]
pub(super) struct Args {
    #[command(flatten)]
    shelf: ShelfArgs,
    /// Admin address of Envoy or `weir up`; again for more
    #[arg(long, value_name = "URL", required = true)]
    node: Vec<String>,
    /// What is printed
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    output: Output,
}

#[derive(Clone, Copy, ValueEnum)]
enum Output {
    /// One line a node
    Table,
    /// One object: the bundle, and the nodes
    Json,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let shelf = args.shelf.open()?;
    let (lines, _) = shelf.serving()?.ok_or(weir::shelf::ShelfError::Empty)?;
    let (id, serial) = (lines.manifest.id, lines.manifest.serial);
    let nodes: Vec<(Node, Standing)> = args
        .node
        .iter()
        .map(|node| Node::ask(node))
        .map(|node| {
            let standing = node.standing(&id, serial);
            (node, standing)
        })
        .collect();
    let mut out = super::out::stdout();
    match args.output {
        Output::Table => {
            writeln!(out, "{}: bundle {id} serial {serial}", args.shelf.place())?;
            for (node, standing) in &nodes {
                let word = standing.as_str();
                match &node.error {
                    Some(error) => writeln!(out, "  {word:<9}  {}: {}", node.node, shown(error))?,
                    None => writeln!(
                        out,
                        "  {word:<9}  {}: serial {} since {}, {} loads, {} failed, {} requests not judged, {} VM reloads",
                        node.node,
                        node.serial.map_or_else(|| "-".to_owned(), |serial| serial.to_string()),
                        node.since.map_or_else(|| "-".to_owned(), time::show),
                        node.loaded,
                        node.failed,
                        node.not_judged,
                        node.reloads
                    )?,
                }
                if let Some(Candidate { bundle, ruling, why }) = &node.candidate {
                    let short: String = bundle.chars().take(16).collect();
                    let (ruling, why) = (shown(ruling), shown(why));
                    writeln!(out, "             beside it candidate {}: {ruling}, since {why}", shown(&short))?;
                }
            }
        }
        Output::Json => {
            let nodes = nodes.iter().map(|(node, standing)| {
                let mut object = json!(node);
                object.as_object_mut().map(|members| members.insert("standing".into(), standing.as_str().into()));
                object
            });
            let nodes: Vec<_> = nodes.collect();
            writeln!(out, "{:#}", json!({"bundle": id, "serial": serial, "nodes": nodes}))?;
        }
    }
    Ok(Exit::problems_if(nodes.iter().any(|(_, standing)| *standing != Standing::Current)))
}
