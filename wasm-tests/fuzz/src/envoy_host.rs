//! A host for the Envoy adapter's `facts.rs`: it gives the header map and the properties it was told to give.

use std::cell::RefCell;

/// Header maps that are read.
#[derive(Clone, Copy)]
pub(crate) enum Map {
    Request,
    Response,
}

#[derive(Default)]
struct Given {
    headers: Vec<u8>,
    properties: Vec<(Vec<u8>, Vec<u8>)>,
}

thread_local! {
    static GIVEN: RefCell<Given> = RefCell::default();
}

/// What the host gives from now on, on this thread.
pub(crate) fn give(headers: &[u8], properties: Vec<(Vec<u8>, Vec<u8>)>) {
    GIVEN.with(|given| *given.borrow_mut() = Given { headers: headers.to_vec(), properties });
}

pub(crate) fn header_map(map: Map) -> Result<Vec<u8>, ()> {
    match map {
        Map::Request | Map::Response => Ok(GIVEN.with(|given| given.borrow().headers.clone())),
    }
}

pub(crate) fn property(path: &[u8]) -> Result<Vec<u8>, ()> {
    GIVEN.with(|given| {
        let found = given.borrow().properties.iter().find(|(name, _)| name == path).map(|(_, value)| value.clone());
        found.ok_or(())
    })
}
