//! A Cloudflare KV namespace, by its REST API: `GET` and `PUT /accounts/{account_id}/storage/kv/namespaces/{namespace_id}/values/{key_name}`
//! (<https://developers.cloudflare.com/api/resources/kv/>, read 2026-11).
//!
//! KV has no writes on condition: what was read is read once more before it is replaced. Two pushes within that moment, or within
//! the minute that a write may take to be seen elsewhere, can still lose one.

use serde_json::Value;

use super::ShelfError;
use super::api::{Answer, Api, Names};
use super::kv::{changed, encoded};
use super::place::Tag;

const NAMES: Names = Names {
    vendor: "Cloudflare",
    base: "https://api.cloudflare.com/client/v4",
    base_variable: "CLOUDFLARE_API_BASE_URL",
    token_variable: "CLOUDFLARE_API_TOKEN",
    scope: "the permission Workers KV Storage Write",
    header: "authorization",
    scheme: "Bearer ",
};

/// Code of the error that says that a key is not there; the namespace is.
const NO_KEY: u64 = 10_009;

/// One namespace.
#[derive(Debug)]
pub struct Cloudflare {
    api: Api,
    account: String,
    namespace: String,
}

impl Cloudflare {
    pub(super) fn new(place: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, ShelfError> {
        let is_id = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match place.split_once('/') {
            Some((account, namespace)) if is_id(account) && is_id(namespace) => Ok(Cloudflare {
                api: Api::new(&NAMES, variable)?,
                account: account.to_owned(),
                namespace: namespace.to_owned(),
            }),
            _ => Err(ShelfError::Place(format!(
                "`cloudflare:{place}` names no KV namespace; give `cloudflare:ACCOUNT_ID/NAMESPACE_ID`: `npx wrangler whoami` shows the \
                 one, `npx wrangler kv namespace list` the other"
            ))),
        }
    }

    pub(super) fn get(&self, key: &str) -> Result<Option<(Vec<u8>, Tag)>, ShelfError> {
        let answer = self.api.get(&self.path(key), "")?;
        match answer.status {
            200 => {
                let tag = Tag::Is(super::sha256(&answer.body));
                Ok(Some((answer.body, tag)))
            }
            404 if code(&answer.body) == Some(NO_KEY) => Ok(None),
            _ => Err(self.failed("reading", key, &answer)),
        }
    }

    pub(super) fn put(&self, key: &str, bytes: &[u8], only_if: Option<&Tag>) -> Result<(), ShelfError> {
        if let Some(expected) = only_if
            && self.get(key)?.map(|(_, tag)| tag).unwrap_or_default() != *expected
        {
            return Err(changed(key));
        }
        let answer = self.api.put(&self.path(key), &[], bytes)?;
        match answer.status {
            200..=299 => Ok(()),
            _ => Err(self.failed("writing", key, &answer)),
        }
    }

    fn path(&self, key: &str) -> String {
        let Cloudflare { account, namespace, .. } = self;
        format!("/accounts/{account}/storage/kv/namespaces/{namespace}/values/{}", encoded(key))
    }

    fn failed(&self, doing: &str, key: &str, answer: &Answer) -> ShelfError {
        let remedy = match answer.status {
            400 | 401 => "is the token in `CLOUDFLARE_API_TOKEN` whole and valid?",
            403 => "the token in `CLOUDFLARE_API_TOKEN` needs the permission Workers KV Storage Write for that account",
            404 => "there is no such namespace; `npx wrangler kv namespace list` shows ids",
            413 => "a value has at most 25 MiB",
            _ => "try again",
        };
        self.api.failed(&format!("{doing} key `{key}` of namespace `{}`", self.namespace), answer, remedy)
    }
}

fn code(body: &[u8]) -> Option<u64> {
    serde_json::from_slice::<Value>(body).ok()?.pointer("/errors/0/code")?.as_u64()
}
