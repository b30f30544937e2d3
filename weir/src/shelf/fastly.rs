//! A Fastly KV Store, by its REST API: `GET` and `PUT /resources/stores/kv/{store_id}/keys/{key}`, writes on condition of the generation that
//! was read (<https://www.fastly.com/documentation/reference/api/services/resources/kv-store-item/>, read 2026-11).

use super::ShelfError;
use super::api::{Answer, Api, Names};
use super::kv::{changed, encoded};
use super::place::Tag;

const NAMES: Names = Names {
    vendor: "Fastly",
    base: "https://api.fastly.com",
    base_variable: "FASTLY_API_ENDPOINT",
    token_variable: "FASTLY_API_TOKEN",
    scope: "the scope `global`, of a user who may edit services",
    header: "fastly-key",
    scheme: "",
};

/// One store.
#[derive(Debug)]
pub struct Fastly {
    api: Api,
    store: String,
}

impl Fastly {
    pub(super) fn new(store: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, ShelfError> {
        if store.is_empty() || !store.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let why = format!("`fastly:{store}` names no KV Store; give its id, which `fastly kv-store list` shows");
            return Err(ShelfError::Place(why));
        }
        Ok(Fastly { api: Api::new(&NAMES, variable)?, store: store.to_owned() })
    }

    pub(super) fn get(&self, key: &str) -> Result<Option<(Vec<u8>, Tag)>, ShelfError> {
        let answer = self.api.get(&self.path(key), "generation")?;
        match answer.status {
            200 => Ok(Some((answer.body, answer.header.map_or(Tag::Unknown, Tag::Is)))),
            404 => Ok(None),
            _ => Err(self.failed("reading", key, &answer)),
        }
    }

    pub(super) fn put(&self, key: &str, bytes: &[u8], only_if: Option<&Tag>) -> Result<(), ShelfError> {
        let path = self.path(key);
        let answer = match only_if {
            None => self.api.put(&path, &[], bytes),
            Some(Tag::Absent) => self.api.put(&format!("{path}?add=true"), &[], bytes),
            Some(Tag::Is(generation)) => self.api.put(&path, &[("if-generation-match", generation)], bytes),
            Some(Tag::Unknown) => {
                let why = format!("Fastly gave no generation of key `{key}`, so a push could undo another; try again");
                return Err(ShelfError::Place(why));
            }
        }?;
        match answer.status {
            200..=299 => Ok(()),
            // `add` is refused so where the key is there.
            409 | 412 => Err(changed(key)),
            400 if only_if == Some(&Tag::Absent) && self.get(key)?.is_some() => Err(changed(key)),
            _ => Err(self.failed("writing", key, &answer)),
        }
    }

    fn path(&self, key: &str) -> String {
        format!("/resources/stores/kv/{}/keys/{}", self.store, encoded(key))
    }

    fn failed(&self, doing: &str, key: &str, answer: &Answer) -> ShelfError {
        let remedy = match answer.status {
            401 => "the token in `FASTLY_API_TOKEN` is not valid; make one with `fastly auth-token create`",
            403 => "the token in `FASTLY_API_TOKEN` may not do that; give one with the scope `global`",
            404 => "there is no such store, or the token does not see it; `fastly kv-store list` shows ids",
            413 => "a value has at most 25 MB",
            _ => "try again",
        };
        self.api.failed(&format!("{doing} key `{key}` of store `{}`", self.store), answer, remedy)
    }
}
