//! What is remembered between requests.

pub mod sketches;
