//! Evidence and counts that rules ask for and that nothing in the bundle can give.

use filter_core::policy::wire::{Body, Condition, Content};

use super::{Lint, Placed};
use crate::Code;

/// Signals that look at who logs in, and with what.
const OF_LOGINS: [&str; 10] = [
    "account_attacked",
    "accounts_by_client",
    "accounts_by_client_many",
    "accounts_by_network",
    "accounts_by_tool",
    "mail_disposable",
    "names_alike",
    "pair_breached",
    "password_breached",
    "password_sprayed",
];

/// Signals that read a filter of breached passwords, by the filter's kind.
const OF_FILTERS: [(&str, &str); 2] = [("password_breached", "passwords"), ("pair_breached", "pairs")];

/// Signals that read network lists, by the lists' kind.
const OF_NETWORKS: [(&str, &str); 5] = [
    ("network_hosting", "hosting"),
    ("network_proxy", "proxy"),
    ("network_reputation", "reputation"),
    ("network_tor", "tor"),
    ("network_vpn", "vpn"),
];

/// Each signal and count that a rule asks for and that stays silent, once a rule.
pub(super) fn lint(rules: &[Placed<'_>], content: &Content, found: &mut Vec<Lint>) {
    for rule in rules {
        let mut asked = Vec::new();
        names(rule.when, &mut asked);
        asked.sort_unstable();
        asked.dedup();
        for name in asked {
            let Some((why, remedy)) = silence(name, content) else { continue };
            let message = format!("`{}` asks for `{name}`, and {why}", rule.id);
            found.push(rule.lint(Code::SILENT, "/when", message, remedy));
        }
    }
}

/// Names of the signals and counts that a condition asks for.
fn names<'c>(condition: &'c Condition, asked: &mut Vec<&'c str>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| names(part, asked)),
        Condition::Not(inner) => names(inner, asked),
        Condition::Signal(ids) => asked.extend(ids.iter().map(String::as_str)),
        Condition::Count(test) => asked.push(&test.name),
        _ => {}
    }
}

/// Why it stays silent, and what would make it speak.
fn silence(name: &str, content: &Content) -> Option<(String, String)> {
    let is_login = |label: &Option<String>| matches!(label.as_deref(), Some("login" | "sign_up"));
    let has_logins = content.endpoints.iter().any(|one| is_login(&one.label));
    let inspects = content.endpoints.iter().any(|one| is_login(&one.label) && one.body == Some(Body::Inspect));
    let of_accounts = OF_LOGINS.contains(&name) || name.starts_with("account.") || name.ends_with(".failed_accounts");
    if !has_logins && (of_accounts || name.ends_with(".failed_logins")) {
        let remedy = "describe your login under `endpoints`, with `\"label\": \"login\"`";
        let remedy = if of_accounts { format!("{remedy} and `\"body\": \"inspect\"`") } else { remedy.to_owned() };
        return Some(("no endpoint has the label `login` or `sign_up`".to_owned(), remedy));
    }
    if !inspects && of_accounts {
        let why = "no login is looked into but those by Basic authorization";
        return Some((why.to_owned(), "give the endpoint of your login `\"body\": \"inspect\"`".to_owned()));
    }
    let of = |table: &[(&str, &'static str)]| table.iter().find(|(id, _)| *id == name).map(|(_, kind)| *kind);
    if let Some(kind) = of(&OF_FILTERS).filter(|kind| !content.breached.iter().any(|entry| entry.kind == *kind)) {
        let remedy = "make a feed with `weir feed passwords`, and name its folder under `feeds`";
        return Some((format!("there is no feed of breached {kind}"), remedy.to_owned()));
    }
    if name == "mail_disposable" && !content.lists.contains_key("disposable_mail") {
        let remedy = "make a feed with `weir feed update`, or write the domains under `lists`";
        return Some(("there is no list `disposable_mail`".to_owned(), remedy.to_owned()));
    }
    if let Some(kind) = of(&OF_NETWORKS).filter(|kind| !content.networks.lists.iter().any(|list| list.kind == *kind)) {
        let remedy = "name the folder of such a list under `networks`, or of a feed under `feeds`";
        return Some((format!("no network list is of the kind `{kind}`"), remedy.to_owned()));
    }
    None
}
