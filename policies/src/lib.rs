//! Builds bundles from policy sources and data tables.
