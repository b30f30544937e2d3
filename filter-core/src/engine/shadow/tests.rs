use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::prelude::*;

use super::ledger::NONE;
use super::*;
use crate::facts::{ClientFacts, Fact, Header, Provenance};
use crate::keys::Keys;
use crate::policy::{Bundle, Guardrails, SHARES, Settings, wire};

const SECRET: &[u8] = b"at least sixteen bytes";
const LOGIN: &str = r#"{"id":"log-in","path":"/login","methods":["POST"],"label":"login"}"#;

fn engine(rules: &str, more: &str) -> Engine {
    let text = format!(r#"{{"endpoints":[{LOGIN}],"rules":[{rules}],"otherwise":"allow"{more}}}"#);
    let content: wire::Content = serde_json::from_str(&text).unwrap();
    let bundle = Bundle::parse(wire::write(&content, 1).unwrap().as_bytes()).unwrap();
    Engine::new(bundle, &Settings { allow_unsigned: true, keys: Some(Keys::derive(SECRET)), ..Settings::default() })
        .unwrap()
}

fn block(id: &str, path: &str) -> String {
    format!(r#"{{"id":"{id}","when":{{"path":{{"prefix":"{path}"}}}},"then":{{"block":{{}}}}}}"#)
}

/// A host with an active engine and a candidate.
struct Host {
    active: Engine,
    tables: Tables,
    shadow: Shadow,
    now: u64,
}

impl Host {
    fn new(active: Engine, candidate: Engine, rollout: Rollout) -> Self {
        let tables = Tables::new(active.bundle().limits());
        Host { tables, active, shadow: Shadow::new(candidate, rollout), now: 1_731_000_000_000 }
    }

    /// One request of a client, answered with a status where the active bundle lets it pass. Gives what was done.
    fn ask(&mut self, client: u32, method: &str, path: &str, status: u16) -> String {
        self.ask_as("curl/8.5.0", Provenance::Peer, client, method, path, status)
    }

    fn ask_as(
        &mut self,
        agent: &str,
        provenance: Provenance,
        client: u32,
        method: &str,
        path: &str,
        status: u16,
    ) -> String {
        self.now += 1_000;
        let headers = [Header { name: b"user-agent", value: agent.as_bytes() }];
        let address = Fact::Present(core::net::IpAddr::from(client.to_be_bytes()));
        let facts = Facts {
            method: method.as_bytes(),
            authority: b"shop.example",
            path: path.as_bytes(),
            headers: &headers,
            client: ClientFacts { address, provenance, ..ClientFacts::default() },
            body: Fact::Absent,
            ..Facts::default()
        };
        let plan = self.active.plan(&facts, self.now);
        let records = self.tables.lend(plan.touched());
        let verdict = self.active.decide(plan, records);
        let mark = self.shadow.look(&facts, &verdict, &format!("r{}", self.now));
        let (done, is_ours) = (verdict.action().as_str().to_string(), verdict.action().interferes());
        let ticket = verdict.ticket().unwrap();
        let outcome = Outcome { status: Fact::Present(status), headers_known: true, ..Outcome::default() };
        self.active.settle(&ticket, &outcome, self.tables.find(ticket.keys()), self.now);
        if let Some(mark) = mark {
            self.shadow.settle(&mark, &self.active, &ticket, &outcome, is_ours);
        }
        done
    }

    fn report(&self) -> Report {
        self.shadow.report(&self.active)
    }
}

#[test]
fn disagreements_are_counted_by_rule_endpoint_and_outcome() {
    let active = engine(&block("old", "/gone"), "");
    let candidate = engine(&format!("{},{}", block("logins", "/login"), block("new", "/secret")), "");
    let mut host = Host::new(active, candidate, Rollout::default());
    for (client, method, path, status, done) in [
        (1, "GET", "/", 200, "allow"),
        (1, "GET", "/gone", 0, "block"),
        (2, "GET", "/secret", 200, "allow"),
        (2, "GET", "/secret", 404, "allow"),
        (3, "POST", "/login", 302, "allow"),
        (3, "POST", "/login", 401, "allow"),
    ] {
        assert_eq!(host.ask(client, method, path, status), done, "{path}");
    }
    let report = host.report();
    assert_eq!((report.requests, report.disagreements, report.harder, report.softer), (6, 5, 4, 1));
    assert_eq!((report.since, report.until), (1_731_000_001_000, 1_731_000_006_000));
    let told = |row: &Row| {
        let said = |said: &Said| format!("{} {}", said.action, said.rule);
        let at = row.endpoint.as_deref().unwrap_or("-");
        let turnouts = (row.turnouts.succeeded, row.turnouts.failed, row.turnouts.answered);
        (format!("{} -> {} at {at}", said(&row.active), said(&row.candidate)), row.requests, turnouts)
    };
    let rows: Vec<_> = report.rows.iter().map(told).collect();
    assert_eq!(
        rows,
        [
            // A redirect that names no place may be either.
            ("allow otherwise -> block logins at log-in".to_string(), 2, (0, 1, 0)),
            ("allow otherwise -> block new at -".to_string(), 2, (1, 1, 0)),
            ("block old -> allow otherwise at -".to_string(), 1, (0, 0, 1)),
        ]
    );
    let sample = &report.rows[1].samples;
    assert_eq!(sample.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["r1731000003000", "r1731000004000"]);
    assert_eq!(sample[0].client.as_ref().map(String::len), Some(13), "a keyed hash");
}

#[test]
fn clients_that_reach_a_goal_after_they_were_touched_are_harmed() {
    let candidate = engine(&block("new", "/secret"), "");
    let mut host =
        Host::new(engine("", ""), candidate, Rollout { goals: ["log-in".into()].into(), ..Rollout::default() });
    // One is touched, then logs in; one logs in, then is touched; one is touched and fails; one only logs in.
    for (client, method, path, status) in [
        (1, "GET", "/secret", 200),
        (1, "POST", "/login", 200),
        (2, "POST", "/login", 200),
        (2, "GET", "/secret", 200),
        (3, "GET", "/secret", 200),
        (3, "POST", "/login", 401),
        (4, "POST", "/login", 200),
        (4, "POST", "/login", 200),
        (5, "GET", "/login", 200),
    ] {
        host.ask(client, method, path, status);
    }
    let clients = host.report().clients;
    // A form's page may be either; these are calls by a program.
    assert_eq!(clients, Clients { touched: 3, good: 3, harmed: 1, is_sample: false });
}

#[test]
fn one_address_is_one_client_whatever_it_says_of_itself() {
    let rollout = Rollout {
        goals: ["log-in".into()].into(),
        guardrails: Guardrails { good_clients: 3, ..Guardrails::default() },
        ..Rollout::default()
    };
    let mut host = Host::new(engine("", ""), engine(&block("new", "/"), ""), rollout.clone());
    for number in 0..200 {
        let agent = format!("somebody/{number}");
        host.ask_as(&agent, Provenance::Peer, 1, "POST", "/login", 200);
        host.ask_as(&agent, Provenance::Unverified, 100 + number, "POST", "/login", 200);
    }
    let clients = host.report().clients;
    assert_eq!(clients, Clients { touched: 1, good: 1, harmed: 1, is_sample: false });
    assert_eq!(clients.ruling(&rollout.guardrails, 1), Ruling::Hold(Hold::Clients));
    assert!(host.shadow.crowd.len() <= 64, "nor does it fill the crowd");
    (2..4).for_each(|address| drop(host.ask(address, "POST", "/login", 200)));
    assert_eq!(host.report().clients.ruling(&rollout.guardrails, 1), Ruling::RollBack);
}

#[test]
fn who_shares_an_address_with_an_attacker_is_not_harmed_by_what_he_does() {
    let rollout = Rollout { goals: ["log-in".into()].into(), ..Rollout::default() };
    let mut host = Host::new(engine("", ""), engine(&block("new", "/secret"), ""), rollout);
    host.ask_as("attacker/1", Provenance::Peer, 1, "GET", "/secret", 404);
    host.ask_as("person/1", Provenance::Peer, 1, "POST", "/login", 200);
    assert_eq!(host.report().clients, Clients { touched: 1, good: 1, harmed: 0, is_sample: false });
}

#[test]
fn a_share_follows_whole_clients_and_all_that_the_active_bundle_does() {
    let candidate = engine(&block("new", "/secret"), "");
    let rollout = Rollout { share: 200_000, ..Rollout::default() };
    let mut host = Host::new(engine(&block("old", "/gone"), ""), candidate, rollout);
    for client in 0..500 {
        (0..3).for_each(|_| drop(host.ask(client, "GET", "/secret", 200)));
    }
    let report = host.report();
    assert!((210..=390).contains(&report.requests) && report.requests.is_multiple_of(3), "{}", report.requests);
    assert_eq!(report.clients.touched * 3, report.requests);
    (0..500).for_each(|client| drop(host.ask(client, "GET", "/gone", 0)));
    let after = host.report();
    assert_eq!((after.requests - report.requests, after.softer), (500, 500), "whoever it was");
    assert_eq!(after.clients.touched, report.clients.touched);
}

#[test]
fn limits_of_the_candidate_count_for_themselves() {
    let limits = |requests: u32| {
        let rule = r#"{"id":"slow","when":"always","then":{"limit":{"by":"l"}}}"#;
        let more = format!(r#","limits":[{{"id":"l","key":["address"],"requests":{requests},"seconds":3600}}]"#);
        engine(rule, &more)
    };
    let mut host = Host::new(limits(4), limits(2), Rollout::default());
    let done: Vec<String> = (0..6).map(|_| host.ask(1, "GET", "/", 200)).collect();
    assert_eq!(done, ["allow", "allow", "allow", "allow", "limit", "limit"], "as without a candidate");
    let report = host.report();
    assert_eq!((report.requests, report.disagreements, report.harder), (6, 2, 2));
    assert_eq!(report.rows[0].candidate, Said { action: "limit".into(), rule: "slow".into() });
}

#[test]
fn another_active_bundle_begins_anew() {
    let mut host = Host::new(engine("", ""), engine(&block("new", "/secret"), ""), Rollout::default());
    host.ask(1, "GET", "/secret", 200);
    assert_eq!(host.report().disagreements, 1);
    host.active = engine(&block("old", "/gone"), "");
    assert_eq!((host.report().disagreements, host.report().rows.len()), (0, 0), "names of one are none of the other's");
    host.ask(1, "GET", "/", 200);
    assert_eq!((host.report().requests, host.report().disagreements), (1, 0));
}

proptest! {
    /// As the ledger's guarantee says, against exact counts.
    #[test]
    fn rows_are_within_the_stated_error(keys in proptest::collection::vec(0u16..200, 0..3000)) {
        let mut ledger = Ledger::default();
        let mut exact = BTreeMap::new();
        for number in &keys {
            // Some kinds come often.
            let number = if number.is_multiple_of(3) { number % 9 } else { *number };
            ledger.add(Key { active: number, candidate: 0, endpoint: NONE }, true, false, ledger::Sample::new(0, 0, ""));
            *exact.entry(number).or_insert(0u64) += 1;
        }
        let bound = keys.len() as u64 / limits::SHADOW_ROWS as u64;
        prop_assert!(ledger.rows.len() <= limits::SHADOW_ROWS);
        prop_assert_eq!(ledger.rows.capacity(), limits::SHADOW_ROWS);
        for row in &ledger.rows {
            let truth = exact[&row.key.active];
            prop_assert!(row.count - row.error <= truth && truth <= row.count && row.error <= bound);
        }
        for (number, count) in exact {
            prop_assert!(count <= bound || ledger.rows.iter().any(|row| row.key.active == number));
        }
    }

}

proptest! {
    // Each fills a crowd.
    #![proptest_config(ProptestConfig::with_cases(12))]
    /// Against all of them, kept whole; some share an address.
    #[test]
    fn a_crowd_is_the_clients_with_the_lowest_hashes(steps in proptest::collection::vec((0u64..40_000, any::<bool>()), 0..400)) {
        let mut crowd = Crowd::default();
        let mut naive: BTreeMap<u64, (bool, bool, bool)> = BTreeMap::new();
        let mix = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let hash = |client: u64| crowd::member(mix(client / 3), mix(client) >> 40);
        // Fills it but for a few, so that some have to go.
        for client in 100_000..100_000 + limits::SHADOW_CLIENTS as u64 - 20 {
            crowd.touch(hash(client));
            naive.insert(hash(client), (true, false, false));
        }
        for (client, succeeds) in steps {
            let marks = naive.entry(hash(client)).or_default();
            if succeeds {
                crowd.succeed(hash(client));
                (marks.1, marks.2) = (true, marks.2 | marks.0);
            } else {
                crowd.touch(hash(client));
                marks.0 = true;
            }
        }
        let kept: Vec<_> = naive.iter().take(limits::SHADOW_CLIENTS).collect();
        let count = |mark: fn(&(bool, bool, bool)) -> bool| {
            let addresses = kept.iter().filter(|(_, marks)| mark(marks)).map(|(member, _)| **member >> 9);
            addresses.collect::<BTreeSet<u64>>().len() as u64
        };
        let expected = Clients {
            touched: count(|marks| marks.0),
            good: count(|marks| marks.1),
            harmed: count(|marks| marks.2),
            is_sample: naive.len() > limits::SHADOW_CLIENTS,
        };
        prop_assert_eq!(crowd.clients(), expected);
    }

}

proptest! {
    /// Never promoted nor taken back where Wilson's interval, by floats, holds the bound; and one more harmed client never helps.
    #[test]
    fn rulings_go_by_the_interval(good in 0u64..50_000, harmed in 0u64..200, bound in 0u32..20_000, hours in 0u64..48) {
        let guardrails = Guardrails { harmed_share: bound, ..Guardrails::default() };
        let harmed = harmed.min(good);
        let clients = Clients { touched: harmed, good, harmed, is_sample: false };
        let ruling = clients.ruling(&guardrails, hours * 3_600_000);
        let (n, p, z) = (good as f64, harmed as f64 / (good as f64).max(1.0), 1.96f64);
        let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let (middle, scale) = (p + z * z / (2.0 * n), 1.0 + z * z / n);
        let (least, most, limit) = ((middle - spread) / scale, (middle + spread) / scale, f64::from(bound) / 1e6);
        match ruling {
            Ruling::Promote => prop_assert!(most <= limit + 1e-9 && good >= 4_000 && hours >= 24),
            Ruling::RollBack => prop_assert!(least >= limit - 1e-9 && harmed >= 3 && good >= 4_000),
            Ruling::Hold(Hold::Unsure) => prop_assert!((least <= limit + 1e-9 && limit <= most + 1e-9) || harmed < 3),
            Ruling::Hold(_) => {}
        }
        let rank = |ruling: Ruling| match ruling { Ruling::RollBack => 0, Ruling::Hold(_) => 1, Ruling::Promote => 2 };
        if harmed < good {
            let more = Clients { harmed: harmed + 1, ..clients };
            prop_assert!(rank(more.ruling(&guardrails, hours * 3_600_000)) <= rank(ruling));
        }
    }
}

#[test]
fn ids_are_cut_where_a_letter_ends() {
    let sample = ledger::Sample::new(1, 2, &"ä".repeat(60));
    assert_eq!(sample.id(), "ä".repeat(limits::SHADOW_ID / 2));
    let all: BTreeSet<usize> = ["", "x", &"y".repeat(200)].map(|id| ledger::Sample::new(0, 0, id).id().len()).into();
    assert_eq!(all, [0, 1, limits::SHADOW_ID].into());
}

/// Asks a host that keeps nothing and writes lines; both ways to look say the same.
fn lines(share: u32, asked: &[(u32, &str, &str, u16)]) -> Vec<Line> {
    let active = engine(&block("old", "/gone"), "");
    let rules = format!("{},{}", block("logins", "/login"), block("new", "/secret"));
    let rollout = Rollout { share, goals: ["login".into()].into(), ..Rollout::default() };
    let candidate = Candidate::new(engine(&rules, ""), rollout);
    let mut tables = Tables::new(active.bundle().limits());
    let mut told = Vec::new();
    for (number, (client, method, path, status)) in asked.iter().enumerate() {
        let now = 1_731_000_000_000 + number as u64 * 1_000;
        let address = Fact::Present(core::net::IpAddr::from(client.to_be_bytes()));
        let facts = Facts {
            method: method.as_bytes(),
            authority: b"shop.example",
            path: path.as_bytes(),
            client: ClientFacts { address, provenance: Provenance::Peer, ..ClientFacts::default() },
            ..Facts::default()
        };
        let id = format!("r{number}");
        let plan = active.plan(&facts, now);
        let records = tables.lend(plan.touched());
        let verdict = active.decide(plan, records);
        let (witness, ticket) = (verdict.witness(), verdict.ticket().unwrap());
        let look = candidate.look(&facts, &verdict, &id, None);
        let is_ours = verdict.action().interferes();
        drop(verdict);
        assert_eq!(candidate.look_later(&facts, &active, &witness, &id, None), look);
        assert_eq!(candidate.look_later(&facts, &candidate.engine, &witness, &id, None), None, "another engine's");
        let Some(look) = look else { continue };
        let outcome = Outcome { status: Fact::Present(*status), headers_known: true, ..Outcome::default() };
        let answer = if is_ours { Some(Answer::OURS) } else { Answer::of(&active, &ticket, &outcome) };
        active.settle(&ticket, &outcome, tables.find(ticket.keys()), now);
        // What is told in one line or in two is the same.
        let whole = candidate.line(&look, &active, &id, answer, false);
        let (first, late) =
            (candidate.line(&look, &active, &id, None, false), candidate.line(&look, &active, &id, answer, true));
        let parts: Vec<&Line> = first.iter().chain(&late).collect();
        assert_eq!(whole.is_some(), !parts.is_empty());
        if let Some(whole) = &whole {
            assert_eq!(whole.requests, parts.iter().map(|line| line.requests).sum::<u32>());
            assert_eq!(whole.turnout, parts.iter().find_map(|line| line.turnout));
            assert_eq!(whole.good, parts.iter().any(|line| line.good));
            assert_eq!(whole.member, parts.iter().find_map(|line| line.member.clone()));
            assert_eq!(whole.did, parts.iter().find_map(|line| line.did.clone()));
            let again: Line = serde_json::from_str(&whole.to_json()).unwrap();
            assert_eq!(again, *whole);
        }
        told.extend(whole);
    }
    told
}

#[test]
fn a_host_that_keeps_nothing_tells_the_same_in_lines() {
    let asked = [(1, "GET", "/gone", 0), (2, "GET", "/secret", 404), (2, "POST", "/login", 200), (3, "GET", "/", 200)];
    let lines = lines(SHARES, &asked);
    let told: Vec<_> = lines.iter().filter(|line| line.did.is_some()).collect();
    let [softer, harder, login] = told[..] else { panic!("{told:?}") };
    assert_eq!((softer.id.as_str(), softer.softer, softer.turnout), ("r0", true, Some(Turnout::Answered)));
    assert_eq!((harder.harder, harder.turnout, harder.good), (true, Some(Turnout::Failed), false));
    assert_eq!(harder.would, Some(Said { action: "block".into(), rule: "new".into() }));
    assert_eq!((login.endpoint.as_deref(), login.good), (Some("log-in"), true));
    assert_eq!((harder.member.as_ref().map(String::len), &harder.member), (Some(16), &login.member));
    assert_eq!((softer.member.as_ref(), harder.client.as_ref().map(String::len)), (None, Some(13)));
    assert_eq!(lines.iter().filter(|line| line.did.is_none()).count(), 0, "these ids are not among the one in 64");
}

#[test]
fn with_a_share_of_nothing_only_what_the_active_bundle_does_is_looked_at() {
    let asked = [(1, "GET", "/gone", 0), (2, "GET", "/secret", 200), (2, "POST", "/login", 200)];
    let lines = lines(0, &asked);
    assert_eq!(lines.iter().map(|line| line.id.as_str()).collect::<Vec<_>>(), ["r0"]);
    assert_eq!(lines[0].member, None, "nobody is followed");
}

#[test]
fn one_request_in_many_stands_for_all() {
    let asked: Vec<_> = (0..6_400).map(|client| (client, "GET", "/", 200)).collect();
    let sum: u32 = lines(SHARES, &asked).iter().map(|line| line.requests).sum();
    // Four times the spread, which is 800 times 0.1.
    assert!(sum.abs_diff(6_400) < 4 * 640, "{sum}");
}
