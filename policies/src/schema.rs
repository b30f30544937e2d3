//! The published schema of policy sources, so that editors complete and check them.

use schemars::generate::SchemaSettings;

use crate::Source;

/// The JSON Schema (draft 2020-12) of a policy source, made from the types that read it; one line feed at its end.
pub fn schema() -> String {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Source>();
    schema.insert("title".to_owned(), "Weir policy source".into());
    // Editors speak of "JSON with comments" by these words.
    schema.insert("allowTrailingCommas".to_owned(), true.into());
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
