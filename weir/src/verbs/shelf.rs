//! Arguments that say where hosts fetch their bundle, the same for each verb that looks there.

use std::path::PathBuf;

use anyhow::Context;
use weir::shelf::{Place, Shelf};

#[derive(clap::Args)]
pub(super) struct ShelfArgs {
    /// Folder; URL below which files can be had with GET and put with PUT; fastly:STORE_ID or cloudflare:ACCOUNT_ID/NAMESPACE_ID
    #[arg(value_name = "PLACE")]
    place: String,
    /// Name of the bundle there: hosts poll NAME.json
    #[arg(long, value_name = "NAME", default_value = "default", value_parser = name)]
    name: String,
    /// File with the token that the endpoint asks for, sent as `Authorization: Bearer`; for Fastly and Cloudflare the API token
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

/// A name that leads nowhere else.
fn name(given: &str) -> Result<String, String> {
    let is_plain = given.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if given.is_empty() || given.starts_with('.') || !is_plain {
        return Err("give letters, digits, `-`, `_` and `.`, a letter or digit first".to_owned());
    }
    Ok(given.to_owned())
}

impl ShelfArgs {
    pub(super) fn open(&self) -> anyhow::Result<Shelf> {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))
        };
        let token = self.token_file.as_ref().map(read).transpose()?.map(|token| token.trim().to_owned());
        let place = Place::new(&self.place, token, &|name| std::env::var(name).ok())?;
        Ok(Shelf::new(place, &self.name))
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }
}
