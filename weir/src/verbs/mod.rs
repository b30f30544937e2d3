//! One file a verb; each has its arguments and `run`.

mod accounts;
mod build;
mod check;
mod completions;
mod diff;
mod discover;
mod engine;
mod exit;
mod explain;
mod feed;
mod from;
mod history;
mod hub;
mod inspect;
mod keygen;
mod man;
mod out;
mod pack;
mod progress;
mod push;
mod replay;
mod rollback;
mod shadow;
mod shelf;
mod schema;
mod signals;
mod simulate;
mod tune;
mod up;
mod status;
mod test;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use exit::Exit;

/// Bot and API-abuse defence that decides at the edge: build and check policies, try them on recorded traffic, see why a
/// request was judged as it was.
#[derive(Parser)]
#[command(name = "weir", version, max_term_width = 100, after_help = AFTER)]
pub(crate) struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

const AFTER: &str = "\
Exit codes: 0 all is well; 1 the input has problems, which are listed; 2 the command cannot be carried out as given.

Start with:
  weir up                         a demo shop behind a proxy that judges each request
  weir discover access.log        which endpoints there are, and what they are probably for
  weir replay access.log          what the default policy would have done with yesterday's traffic
  weir explain access.log --line 17";

#[derive(Subcommand)]
enum Verb {
    From(from::Args),
    Feed(feed::Args),
    Build(build::Args),
    Pack(pack::Args),
    #[command(alias = "lint")]
    Check(check::Args),
    Test(test::Args),
    Keygen(keygen::Args),
    Verify(verify::Args),
    Inspect(inspect::Args),
    Diff(diff::Args),
    Push(push::Args),
    History(history::Args),
    Rollback(rollback::Args),
    Status(status::Args),
    Replay(replay::Args),
    Shadow(shadow::Args),
    Discover(discover::Args),
    Explain(explain::Args),
    Schema(schema::Args),
    Signals(signals::Args),
    Simulate(simulate::Args),
    Tune(tune::Args),
    Up(Box<up::Args>),
    Hub(hub::Args),
    Accounts(accounts::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs the verb and says what went wrong.
pub(crate) fn run(cli: Cli) -> ExitCode {
    let result = match cli.verb {
        Verb::From(args) => from::run(args),
        Verb::Feed(args) => feed::run(args),
        Verb::Build(args) => build::run(args),
        Verb::Pack(args) => pack::run(args),
        Verb::Check(args) => check::run(args),
        Verb::Test(args) => test::run(args),
        Verb::Keygen(args) => keygen::run(args),
        Verb::Verify(args) => verify::run(args),
        Verb::Inspect(args) => inspect::run(args),
        Verb::Diff(args) => diff::run(args),
        Verb::Push(args) => push::run(args),
        Verb::History(args) => history::run(args),
        Verb::Rollback(args) => rollback::run(args),
        Verb::Status(args) => status::run(args),
        Verb::Replay(args) => replay::run(args),
        Verb::Shadow(args) => shadow::run(args),
        Verb::Discover(args) => discover::run(args),
        Verb::Explain(args) => explain::run(args),
        Verb::Schema(args) => schema::run(args),
        Verb::Signals(args) => signals::run(args),
        Verb::Simulate(args) => simulate::run(args),
        Verb::Tune(args) => tune::run(args),
        Verb::Up(args) => up::run(*args),
        Verb::Hub(args) => hub::run(&args),
        Verb::Accounts(args) => accounts::run(args),
        Verb::Completions(args) => completions::run(args),
        Verb::Man(args) => man::run(args),
    };
    exit::code(result)
}
