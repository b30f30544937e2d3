//! Blocks that take more people than they say.

use filter_core::policy::wire::{Condition, Content};

use super::{Lint, Placed, any, keeps_away};
use crate::Code;

/// Kinds of networks behind which many people stand: an address there says little of who sends.
const SHARED: [&str; 5] = ["relay", "vpn", "proxy", "cdn", "tor"];

/// Catch-all blocks, and blocks by a shared address alone.
pub(super) fn lint(rules: &[Placed<'_>], content: &Content, found: &mut Vec<Lint>) {
    let remedy =
        "let pass what must come in by allow rules and say `tag` here, or give the rule `\"mode\": \"shadow\"` first";
    for rule in rules.iter().filter(|rule| rule.blocks()) {
        if *rule.when == Condition::Always {
            let message = format!("`{}` blocks every request that no rule before lets pass", rule.id);
            found.push(rule.lint(Code::CATCH_ALL, "/when", message, remedy));
        } else if is_shared_alone(rule.when, content) {
            let message = format!("`{}` blocks by an address that many people share, whatever they do", rule.id);
            let remedy = "add what they do, such as `&& score >= 50`, or only tag";
            found.push(rule.lint(Code::SHARED_EGRESS, "/when", message, remedy));
        }
    }
    if keeps_away(&content.otherwise) {
        found.push(Lint {
            code: Code::CATCH_ALL,
            place: "/otherwise".into(),
            message: "whatever no rule is about is blocked".into(),
            remedy: remedy.into(),
        });
    }
}

/// Whether a shared network decides with nothing said about the request: each way to meet the condition is tried.
fn is_shared_alone(condition: &Condition, content: &Content) -> bool {
    match condition {
        Condition::Any(parts) => parts.iter().any(|part| is_shared_alone(part, content)),
        Condition::All(parts) => {
            parts.iter().any(|part| is_shared_alone(part, content)) && !parts.iter().any(|part| any(part, &is_conduct))
        }
        Condition::Address(test) => {
            let of_list = |name: &String| content.networks.lists.iter().find(|list| list.name == *name);
            let of_lists = test.lists.iter().filter_map(of_list).map(|list| list.kind.as_str());
            of_lists.chain(test.kinds.iter().map(String::as_str)).any(|kind| SHARED.contains(&kind))
        }
        _ => false,
    }
}

/// Tests about the sender or his doing, beside where he comes from and what he asks for.
fn is_conduct(test: &Condition) -> bool {
    use Condition::{Claim, Class, Count, Crawler, Header, Ja4, Named, Pillar, Score, Signal};
    matches!(
        test,
        Score(_) | Pillar(_) | Signal(_) | Class(_) | Count(_) | Claim(_) | Named(_) | Crawler(_) | Ja4(_) | Header(_)
    )
}
