//! A bundle inside the file that Envoy's extension discovery reads: the host settings stand in it as one string.

use std::ops::Range;

use serde_json::Value;

/// What stands before the settings, in the JSON and in the YAML form of the file.
const MARK: &str = "google.protobuf.StringValue";

/// The file's text with another bundle in its host settings and another `version_info`. Everything else stays as it is.
///
/// # Errors
/// Where the text holds no such settings, or more than one, with what to do.
pub fn with_bundle(text: &str, bundle: &str, version: u64) -> Result<String, String> {
    let mut marks = text.match_indices(MARK);
    let (Some((at, _)), None) = (marks.next(), marks.next()) else {
        return Err("the file must hold one `google.protobuf.StringValue`: the filter's host settings".into());
    };
    let value = string_after(text, at, "value").ok_or("no quoted `value` follows the StringValue")?;
    let settings: String = part(text, &value).ok_or("the StringValue's `value` is no JSON string")?;
    let settings: Value = serde_json::from_str(&settings).map_err(|error| format!("the host settings: {error}"))?;
    let Value::Object(mut settings) = settings else { return Err("the host settings are no object".into()) };
    if settings.contains_key("poll") {
        return Err("the host settings poll: push to the place they ask, not into this file".into());
    }
    settings.insert("bundle".into(), bundle.into());
    let settings = Value::from(Value::from(settings).to_string()).to_string();
    let version_at = string_after(text, 0, "version_info").ok_or("no quoted `version_info`")?;
    let mut changes = [(value, settings), (version_at, format!("\"{version}\""))];
    changes.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut text = text.to_owned();
    changes.into_iter().for_each(|(range, new)| text.replace_range(range, &new));
    Ok(text)
}

/// The first string in double quotes that stands as `name`'s value after `from`, quotes included.
fn string_after(text: &str, from: usize, name: &str) -> Option<Range<usize>> {
    let rest = text.get(from..)?;
    for (at, _) in rest.match_indices(name) {
        let after = rest.get(at.saturating_add(name.len())..)?;
        let value = after.strip_prefix('"').unwrap_or(after).trim_start().strip_prefix(':').map(str::trim_start);
        let Some(value) = value.filter(|value| value.starts_with('"')) else { continue };
        let start = text.len().saturating_sub(value.len());
        let mut escaped = false;
        let end = value.bytes().skip(1).position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })?;
        return Some(start..start.saturating_add(end).saturating_add(2));
    }
    None
}

fn part(text: &str, range: &Range<usize>) -> Option<String> {
    serde_json::from_str(text.get(range.clone())?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_keep_all_but_their_bundle() {
        let settings = serde_json::json!({"bundle": "old\n\"x\"\n", "secret": "a \\ b", "node": "n"}).to_string();
        let quoted = Value::from(settings).to_string();
        let json = format!(
            r#"{{"version_info":"3","resources":[{{"typed_config":{{"config":{{"configuration":{{"@type":"type.googleapis.com/{MARK}","value":{quoted}}}}}}}}}]}}"#
        );
        let yaml = format!(
            "version_info: \"3\"\nx:\n  configuration: {{ \"@type\": type.googleapis.com/{MARK}, value: {quoted} }}\n"
        );
        for text in [json, yaml] {
            let new = with_bundle(&text, "new\n\"y\"\n", 12).unwrap();
            let value = string_after(&new, new.find(MARK).unwrap(), "value").unwrap();
            let settings: Value = serde_json::from_str(&part(&new, &value).unwrap()).unwrap();
            assert_eq!(settings, serde_json::json!({"bundle": "new\n\"y\"\n", "secret": "a \\ b", "node": "n"}));
            assert!(new.contains("\"12\"") && !new.contains("\"3\""), "{new}");
            assert_eq!(with_bundle(&new, "old\n\"x\"\n", 3).unwrap().len(), text.len());
        }
    }

    #[test]
    fn what_cannot_be_changed_is_said() {
        let poll = r#"version_info: "1" StringValue google.protobuf.StringValue value: "{\"poll\":{}}""#;
        for (text, expected) in [
            ("{}", "must hold one"),
            (poll, "push to the place they ask"),
            (r#"google.protobuf.StringValue, value: "{}""#, "version_info"),
            (r#"google.protobuf.StringValue, value: unquoted"#, "no quoted `value`"),
            (r#"google.protobuf.StringValue, value: "[]""#, "no object"),
        ] {
            let refused = with_bundle(text, "b", 1).unwrap_err();
            assert!(refused.contains(expected), "{text}: {refused}");
        }
    }
}
