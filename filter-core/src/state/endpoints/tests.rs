use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::prelude::*;

use super::form::{form, split};
use super::*;

const HOST: &[u8] = b"shop.example";

fn learn<S: AsRef<str>>(paths: &[S]) -> Learner<()> {
    let mut learner = Learner::new(Bounds::EDGE);
    for path in paths {
        learner.observe(HOST, path.as_ref().as_bytes());
    }
    learner.fold();
    learner
}

fn template(model: &Model, path: &str) -> String {
    let found = model.find(HOST, path.as_bytes()).and_then(|id| model.template(id));
    found.unwrap_or("-").to_string()
}

fn templates(learner: &mut Learner<()>) -> Vec<String> {
    let model = learner.model();
    (0..model.len()).filter_map(|id| model.template(u32::try_from(id).unwrap()).map(ToString::to_string)).collect()
}

#[test]
fn forms() {
    let cases = [
        (Form::Word, "orders getUser $count sign-up oauth2 sha256 page2 microsoft.graph.delta index me"),
        (Form::Version, "v1 V2 v2.1 v1beta1 v20180820"),
        (Form::Value, "a%20b iphone-15-pro Top10List 4x4 top@10"),
        (Form::Language, "de en fr"),
        (Form::Number, "7 4711 -3 52.5 20261122"),
        (Form::Uuid, "4a18d42f-0706-4ad0-b127-24078731fbed {4A18D42F-0706-4AD0-B127-24078731FBED}"),
        (Form::Hex, "deadbeef01 507f1f77bcf86cd799439011 0xa1f36016221d48ce7f15cde7b826a4fbe09bacce"),
        (Form::Ulid, "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        (Form::Date, "2026-11-22 2026-11-22T02:00:00Z"),
        (Form::Email, "anna@shop.example anna%40shop.example"),
        (Form::Locale, "en-US pt_BR"),
        (Form::Semver, "1.2.3 10.0.1-rc1"),
        (Form::Address, "192.0.2.1 2001:db8::1"),
        (Form::SlugId, "iphone-pro-83312 83312-iphone"),
        (Form::Token, "cus_9s6XKzkNRiz8i3 SK5ef8732a3c49700934481addd5ce1659 P123456789 dGhpc0lzQVRva2Vu1x2Y"),
    ];
    for (expected, texts) in cases {
        for text in texts.split(' ') {
            assert_eq!(form(text.as_bytes()), expected, "{text}");
        }
    }
    assert!(Form::ALL.iter().enumerate().all(|(place, form)| *form as usize == place), "`ALL` is by number");
}

#[test]
fn what_stands_around_a_value() {
    let cases = [
        ("17.json", "", ".json", Form::Number),
        ("report.pdf", "", ".pdf", Form::Word),
        ("operations-17:cancel", "", ":cancel", Form::Word),
        ("main.3f2a9c1b.js", "main.", ".js", Form::Hex),
        ("app-3f2a9c1b77.css", "app-", ".css", Form::Hex),
        ("users('anna')", "users('", "')", Form::Token),
        ("range(address='A1')", "range(address='", "')", Form::Token),
        ("itemAt(index=3)", "itemAt(index=", ")", Form::Token),
        ("f()", "", "", Form::Value),
        ("anna@shop.json", "", "", Form::Email),
    ];
    for (text, prefix, suffix, form) in cases {
        let found = split(text.as_bytes());
        let expected = (prefix.as_bytes(), suffix.as_bytes(), form);
        assert_eq!((found.prefix, found.suffix, found.form), expected, "{text}");
    }
}

#[test]
fn values_by_form() {
    let model = learn(&["/orders/17", "/orders/18/items", "/orders/search", "/files/a.json", "/files/17.json"]).model();
    let cases = [
        ("/orders/99", "/orders/{}"),
        ("/orders/4a18d42f-0706-4ad0-b127-24078731fbed/items", "/orders/{}/items"),
        ("/orders/search", "/orders/search"),
        ("/orders/lookup", "-"),
        ("/orders/17;jsessionid=1F", "/orders/{}"),
        ("/files/4.json", "/files/{}.json"),
        ("/files/4.xml", "-"),
        ("/", "-"),
    ];
    for (path, expected) in cases {
        assert_eq!(template(&model, path), expected, "{path}");
    }
}

/// Names by cardinality, with a literal and a collection beside them.
fn shop() -> Vec<String> {
    let mut paths = Vec::new();
    for number in 0..40 {
        let name = format!(
            "{}{}",
            ["ana", "bel", "cal", "dor"][number % 4],
            ["a", "bo", "ca", "de", "fi", "gu", "ho", "ju", "ki", "lu"][number / 4]
        );
        paths.push(format!("/users/{name}"));
        paths.push(format!("/users/{name}/orders/{number}"));
        paths.push("/users/me".into());
        paths.push("/v1/health".into());
        paths.push(format!("/v1/{}/list", ["tags", "posts", "pages"][number % 3]));
        paths.push(format!("/static/app-{:08x}.js", 0xA000_0000_u32 + u32::try_from(number).unwrap()));
    }
    paths
}

#[test]
fn values_by_cardinality() {
    let mut learner = learn(&shop());
    let expected = [
        "/static/app-{}.js",
        "/users/me",
        "/users/{}",
        "/users/{}/orders/{}",
        "/v1/health",
        "/v1/pages/list",
        "/v1/posts/list",
        "/v1/tags/list",
    ];
    assert_eq!(templates(&mut learner), expected);
    assert_eq!(template(&learner.model(), "/users/zoe/orders/9"), "/users/{}/orders/{}");
}

#[test]
fn what_is_taught_wins() {
    let mut learner = learn(&shop());
    learner.teach(Some(HOST), b"/v1/{kind}/list");
    learner.teach(None, b"/static/**");
    learner.teach(None, b"/reports/{year}");
    for path in ["/reports/latest", "/static/css/site.css", "/v1/tags/list"] {
        learner.observe(HOST, path.as_bytes());
    }
    let model = learner.model();
    let cases = [
        ("/v1/tags/list", "/v1/{}/list"),
        ("/v1/anything/list", "/v1/{}/list"),
        ("/v1/health", "/v1/health"),
        ("/static/deep/down.png", "/static/**"),
        ("/reports/latest", "/reports/{}"),
        ("/users/me", "/users/me"),
    ];
    for (path, expected) in cases {
        assert_eq!(template(&model, path), expected, "{path}");
    }
    assert_eq!(model.find(b"other.example", b"/reports/1"), None, "a host without traffic has no tree");
}

#[test]
fn a_flood_stays_within_bounds_and_says_so() {
    let bounds = Bounds { hosts: 4, nodes: 600, children: 64 };
    let mut learner = Learner::<()>::new(bounds);
    for number in 0..60_000u32 {
        // Deep paths of names that never come again, on hosts that never come again, beside an endpoint that does.
        let hash = number.wrapping_mul(2_654_435_761);
        let name = |shift: u32| char::from(b'a' + u8::try_from(hash.wrapping_shr(shift) % 26).unwrap());
        let host = format!("{}{}.example", name(3), name(9));
        let path = format!("/{}{}/{}{}{}/{}", name(0), name(5), name(7), name(11), name(17), name(21));
        learner.observe(host.as_bytes(), path.as_bytes());
        learner.observe(HOST, b"/cart/items");
        assert!(learner.size() <= bounds.nodes + 8, "{} nodes", learner.size());
    }
    let model = learner.model();
    let hosts = [HOST, OTHER_HOSTS];
    assert!(hosts.iter().any(|host| model.find(host, b"/cart/items").is_some()), "the heavy endpoint is still there");
}

#[test]
fn what_does_not_fit_is_counted_apart() {
    let mut learner = Learner::<()>::new(Bounds { hosts: 4, nodes: 40, children: 64 });
    for first in ["login", "cart", "search", "help", "press", "about", "legal"] {
        for last in ["one", "two", "three", "four", "five", "six"] {
            for _ in 0..5 {
                learner.observe(HOST, format!("/{first}/{first}-{last}").as_bytes());
            }
        }
    }
    let (overflowed, ()) = learner.overflow();
    let kept: u32 = learner.endpoints().iter().map(|learned| learned.hits).sum();
    assert!(overflowed > 0 && learner.size() <= 42);
    assert_eq!(overflowed + u64::from(kept), 7 * 6 * 5, "no request is lost");
}

#[test]
fn a_path_that_contradicts_everything_ends() {
    let mut learner = Learner::<()>::new(Bounds::EDGE);
    let deep = |last: &str| format!("{}{last}", "/a/{x}".repeat(15));
    learner.teach(None, deep("/end").as_bytes());
    learner.teach(None, "/{x}/a".repeat(15).as_bytes());
    learner.observe(HOST, b"/");
    let model = learner.model();
    assert_eq!(model.find(HOST, "/a".repeat(4000).as_bytes()), None);
    assert!(model.find(HOST, deep("/end").replace("{x}", "b").as_bytes()).is_some());
}

fn traffic() -> impl Strategy<Value = Vec<String>> {
    Just(shop()).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn order_does_not_matter(paths in traffic()) {
        prop_assert_eq!(templates(&mut learn(&paths)), templates(&mut learn(&shop())));
    }

    #[test]
    fn a_look_up_finds_what_was_learned(paths in traffic()) {
        let mut learner = learn(&paths);
        let model = learner.model();
        for path in &paths {
            prop_assert!(model.find(HOST, path.as_bytes()).is_some(), "{}", path);
        }
    }

    #[test]
    fn snapshots_merge_in_any_order_any_number_of_times(paths in traffic(), order in Just((0usize..6).collect::<Vec<_>>()).prop_shuffle()) {
        // Six snapshots: three nodes, two epochs each, of overlapping parts.
        let snapshots: Vec<Snapshot> = (0..6usize)
            .map(|n| learn(&paths[..(n / 3 + 1) * paths.len() / 2]).snapshot(u64::try_from(n % 3).unwrap(), u64::try_from(n / 3).unwrap()))
            .collect();
        let all = |places: &[usize]| {
            let mut peers = Peers::default();
            places.iter().for_each(|place| peers.add(snapshots[*place].clone()));
            peers
        };
        let (left, right) = order.split_at(3);
        let (mut one, other) = (all(left), all(right));
        let mut swapped = other.clone();
        swapped.merge(one.clone());
        one.merge(other.clone());
        one.merge(other);
        prop_assert_eq!(&one, &swapped);
        prop_assert_eq!(&one, &all(&[0, 1, 2, 3, 4, 5, 5, 0]));
        prop_assert_eq!(one.model(), swapped.model());
        prop_assert_eq!(one.snapshots().count(), 3);
    }

    #[test]
    fn a_snapshot_reads_back(paths in traffic()) {
        let mut learner = learn(&paths);
        let snapshot = learner.snapshot(7, 9);
        let again = Snapshot::parse(snapshot.bytes()).unwrap();
        prop_assert_eq!(&again, &snapshot);
        let mut peers = Peers::default();
        peers.add(again);
        prop_assert_eq!(peers.model(), learner.model());
    }
}

#[test]
fn two_nodes_know_more_than_one() {
    let (few, many): (Vec<String>, Vec<String>) = shop().into_iter().partition(|path| path.contains("anaa"));
    let mut peers = Peers::default();
    peers.add(learn(&few).snapshot(1, 1));
    assert_eq!(template(&peers.model(), "/users/anaa"), "/users/anaa", "one name is a literal");
    peers.add(learn(&many).snapshot(2, 1));
    assert_eq!(template(&peers.model(), "/users/anaa"), "/users/{}", "among many it is a value");
}

#[test]
fn counts_follow_their_endpoint() {
    #[derive(Default)]
    struct Count(u32);
    impl Tally for Count {
        fn merge(&mut self, other: Self) {
            self.0 += other.0;
        }
    }
    let mut learner = Learner::<Count>::new(Bounds::EDGE);
    for path in shop() {
        learner.observe(HOST, path.as_bytes()).0 += 1;
    }
    learner.fold();
    let found: BTreeMap<usize, u32> = learner
        .endpoints()
        .iter()
        .map(|learned| (learned.segments.len(), learned.tally.unwrap().0))
        .fold(BTreeMap::new(), |mut sums, (length, count)| {
            *sums.entry(length).or_default() += count;
            sums
        });
    assert_eq!(found, BTreeMap::from([(2, 40 + 40 + 40 + 40), (3, 40), (4, 40)]));
    assert!(learner.find(HOST, b"/users/nobody").is_some_and(|count| count.0 == 40));
    assert!(learner.find(HOST, b"/nowhere").is_none());
}
