//! Whether an object has the members, types and words that its kind's public definition gives it; see `kinds.json`.

use serde_json::Value;

/// What is wrong with an object, each with its place.
pub fn problems(object: &Value) -> Vec<String> {
    let table: Value = serde_json::from_str(include_str!("kinds.json")).unwrap();
    let kind = object["kind"].as_str().unwrap_or("none");
    let mut problems = Vec::new();
    match table["kinds"].get(kind) {
        Some(shape) => check(object, shape, kind, &mut problems),
        None => problems.push(format!("`{kind}` is no kind that kinds.json knows")),
    }
    problems
}

fn check(value: &Value, shape: &Value, place: &str, problems: &mut Vec<String>) {
    let fits = match shape {
        Value::String(kind) => match kind.as_str() {
            "text" => value.is_string(),
            "number" => value.is_u64() || value.is_i64(),
            "boolean" => value.is_boolean(),
            _ => true,
        },
        Value::Array(shapes) if shapes.first().is_some_and(Value::is_object) => {
            for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                check(item, &shapes[0], &format!("{place}/{at}"), problems);
            }
            value.is_array()
        }
        Value::Array(words) => words.contains(value),
        Value::Object(members) => {
            for (name, member) in value.as_object().into_iter().flatten() {
                match members.get(name).or_else(|| members.get(&format!("{name}!"))) {
                    Some(shape) => check(member, shape, &format!("{place}/{name}"), problems),
                    None => problems.push(format!("{place}: there is no member `{name}`")),
                }
            }
            for name in members.keys().filter_map(|name| name.strip_suffix('!')) {
                if value.get(name).is_none() {
                    problems.push(format!("{place}: `{name}` is missing"));
                }
            }
            value.is_object()
        }
        _ => false,
    };
    if !fits {
        problems.push(format!("{place}: {value} does not fit {shape}"));
    }
}
