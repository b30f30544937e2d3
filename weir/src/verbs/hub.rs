//! `weir hub`: where nodes tell each other what they saw.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use weir_sidecar::{hub, run};

use super::Exit;

/// Let nodes share what they see: each tells what it saw itself and hears what all others did
///
/// Nodes are proxies started with `weir up --hub URL` and the same `secret`. What they tell are counts under keyed hashes: no name, address or
/// path in clear. It is kept in memory, at most 64 MiB, and forgotten when a node said nothing for three minutes. There is no TLS: listen where only nodes are.
/// `GET /metrics` says how many nodes are heard, and whether Redis answers.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct Args {
    /// Address to listen on
    #[arg(long, short, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9466")]
    listen: SocketAddr,
    /// Token that nodes must show, in a file; without it only loopback is listened on
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// A Redis that other hubs use too, so that nodes of all of them are heard: redis://HOST:PORT or unix:///PATH. While it does not answer, this hub goes
    /// on with its own nodes
    #[arg(long, value_name = "URL")]
    redis: Option<String>,
    /// The password of that Redis, in a file
    #[arg(long, value_name = "FILE", requires = "redis")]
    redis_password_file: Option<PathBuf>,
}

const AFTER: &str = "\
Examples:
  weir hub
  weir hub --listen 0.0.0.0:9466 --token-file token
  weir hub --listen 0.0.0.0:9466 --token-file token --redis redis://10.0.0.9:6379 --redis-password-file password";

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let token = args.token_file.as_deref().map(token).transpose()?;
    if token.is_none() && !args.listen.ip().is_loopback() {
        bail!("anybody could tell nodes whom to block at `{}`; give `--token-file`", args.listen);
    }
    let redis = args.redis.as_deref().map(|url| {
        let password = args.redis_password_file.as_deref().map(line).transpose()?;
        hub::Redis::new(url, password.as_deref()).map_err(|why| anyhow!("`--redis`: {why}"))
    });
    let redis = redis.transpose()?;
    let runtime = run::runtime(Some(2)).context("no threads can be had")?;
    runtime.block_on(async {
        let listener = hub::bind(args.listen).await.map_err(|why| anyhow!(why))?;
        anstream::eprintln!("weir: nodes share at http://{}", listener.local_addr()?);
        hub::serve(listener, Arc::new(hub::Hub::new(token.as_deref())), redis).await;
        Ok(Exit::Fine)
    })
}

/// Reads a token: one line of at least 16 printable characters.
pub(super) fn token(path: &Path) -> anyhow::Result<String> {
    let token = line(path)?;
    if token.len() < 16 || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        bail!(
            "`{}` holds no token; write at least 16 letters and digits chosen at random, on one line",
            path.display()
        );
    }
    Ok(token)
}

fn line(path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    Ok(text.trim_end().to_owned())
}
