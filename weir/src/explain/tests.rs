use filter_core::facts::Facts;
use serde_json::json;

use super::*;

#[test]
fn an_event_is_told_for_a_person() {
    let event = json!({
        "id": "r1", "score": 97, "class": "bot", "action": "block", "rule": "impostors", "mode": "enforce",
        "pillars": {"tools": 97, "infrastructure": 2, "credentials": 2, "behaviour": 2},
        "reasons": [{"signal": "user_agent_missing", "pillar": "tools", "weight": 4500, "detail": "no user agent"}],
    });
    let text = anstream::adapter::strip_str(&Explanation::of_event(event).to_string()).to_string();
    let expected = "\
class         bot, score 97 of 100
by pillar     tools 97, infrastructure 2, credentials 2, behaviour 2
action        block, by rule `impostors`

reasons, in nats: +0.69 doubles the odds of a bot
    +4.50  user_agent_missing (tools)
           no user agent
           no user agent was sent
";
    assert_eq!(text, expected);
}

#[test]
fn an_odd_event_is_told_as_far_as_it_goes() {
    for event in [json!(null), json!({}), json!({"score": "x", "reasons": [1, {}]}), json!([1])] {
        assert!(Explanation::of_event(event).to_string().contains("score 0"));
    }
}

#[test]
fn what_is_unknown_is_said() {
    let all = unseen(&Facts::default());
    assert!(
        all.contains(&"JA4") && all.contains(&"header order") && all.contains(&"whether the connection was encrypted")
    );
    let plain = Facts { scheme: Fact::Present(b"http"), version: Fact::Present(b"1.1"), ..Facts::default() };
    let left = unseen(&plain);
    assert!(!left.contains(&"whether the connection was encrypted") && !left.contains(&"HTTP/2 settings"));
}
