//! An entry of an HTTP archive, as browsers export it.
//!
//! A browser sorts what it exports, and leaves cookies and credentials out unless told otherwise: order is lost, and where
//! those headers are missing they are unknown.

use anyhow::{Context, Result, anyhow, bail};
use filter_core::facts::{Fact, HeaderOrder};
use filter_core::request::HeaderName;
use serde::Deserialize;

use super::raw::{rooted, split_target};
use crate::source::rfc3339;
use crate::trace::{Request, Text};

// An archive holds much more than is read here, and browsers add members of their own: unknown ones are passed over.
#[derive(Deserialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    started_date_time: String,
    request: Asked,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    method: String,
    url: String,
    #[serde(default)]
    http_version: String,
    headers: Vec<Pair>,
}

#[derive(Deserialize)]
struct Pair {
    name: String,
    value: String,
}

/// Reads entry `wanted`, from 1.
pub(super) fn parse(bytes: &[u8], wanted: Option<usize>) -> Result<Request> {
    let har: Har = serde_json::from_slice(bytes).context("not an HTTP archive")?;
    let count = har.log.entries.len();
    let index = match wanted {
        None if count == 1 => 0,
        None => bail!("there are {count} entries; choose one with --entry"),
        Some(number) => number.checked_sub(1).ok_or_else(|| anyhow!("entries count from 1"))?,
    };
    let entry = har.log.entries.into_iter().nth(index);
    let Entry { started_date_time, request } = entry.ok_or_else(|| anyhow!("there are only {count} entries"))?;
    let (pseudo, headers): (Vec<_>, Vec<_>) = request.headers.into_iter().partition(|pair| pair.name.starts_with(':'));
    let (scheme, authority, path) = split_target(request.url.as_bytes());
    let scheme = scheme.ok_or_else(|| anyhow!("`{}` is no whole URL", request.url))?;
    let known = known(&headers);
    Ok(Request {
        t: rfc3339(&started_date_time).unwrap_or(0),
        id: format!("entry {}", index.saturating_add(1)),
        method: Text::from(request.method.as_str()),
        scheme: Fact::Present(Text::from(scheme)),
        authority: Text::from(authority.unwrap_or_default()),
        path: rooted(path),
        version: version(&request.http_version, !pseudo.is_empty()),
        headers: headers.iter().map(|pair| (Text::from(pair.name.as_str()), Text::from(pair.value.as_str()))).collect(),
        headers_known: Some(known),
        header_order: HeaderOrder::Lost,
        ..Request::default()
    })
}

fn known(headers: &[Pair]) -> Vec<Text> {
    let sent: Vec<_> = headers.iter().map(|pair| pair.name.to_ascii_lowercase()).collect();
    let may_be_left_out = |name: &HeaderName| !matches!(name, HeaderName::Cookie | HeaderName::Authorization);
    let others = HeaderName::all().filter(may_be_left_out).map(|name| Text::from(name.as_bytes()));
    others.chain(sent.iter().map(|name| Text::from(name.as_str()))).collect()
}

fn version(text: &str, has_pseudo_headers: bool) -> Fact<Text> {
    let version = match text.to_ascii_lowercase().as_str() {
        "http/1.0" => "1.0",
        "h2" | "http/2" | "http/2.0" => "2",
        "h3" | "http/3" | "http/3.0" => "3",
        // Some browsers write this whatever was spoken.
        "http/1.1" if !has_pseudo_headers => "1.1",
        _ => return Fact::Unknown,
    };
    Fact::Present(Text::from(version))
}
