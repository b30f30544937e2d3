//! Weir as an Envoy proxy-wasm filter.
