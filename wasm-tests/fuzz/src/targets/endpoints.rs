//! Learned endpoints: a snapshot is refused, or reads back, merges with itself to itself and gives a model that answers; any
//! paths are learned within bounds, and each is found again.

use filter_core::state::endpoints::{Bounds, Learner, Peers, Snapshot};

use super::Target;
use crate::seeds;

pub(super) const TARGET: Target = Target { name: "endpoints", check, seeds, rounds: 400 };

const BOUNDS: Bounds = Bounds { hosts: 3, nodes: 200, children: 16 };

fn seeds() -> Vec<Vec<u8>> {
    let mut all = seeds::texts(&[
        "/a/1\n/a/2\n/a/x\n/b/{id}\n/",
        "/users/anna/orders/7\n/users/berta/orders/8\n/users/me\n/f(id='7').json\n/x:cancel;v=1",
    ]);
    for text in all.clone() {
        all.push(learn(&text).snapshot(7, 9).bytes().to_vec());
    }
    all
}

fn learn(data: &[u8]) -> Learner<()> {
    let mut learner = Learner::new(BOUNDS);
    learner.teach(None, b"/b/{id}");
    for line in data.split(|byte| *byte == b'\n') {
        learner.observe(line.get(..1).unwrap_or_default(), line);
    }
    learner
}

fn check(data: &[u8]) {
    if let Ok(snapshot) = Snapshot::parse(data) {
        assert_eq!(snapshot.bytes(), data);
        let mut peers = Peers::default();
        peers.add(snapshot.clone());
        let once = peers.clone();
        peers.merge(once.clone());
        assert_eq!(peers, once);
        ask(&peers.model(), data);
    }
    let mut learner = learn(data);
    assert!(learner.size() <= BOUNDS.nodes + 40, "{}", learner.size());
    let model = learner.model();
    ask(&model, data);
    let snapshot = learner.snapshot(1, 2);
    assert_eq!(Snapshot::parse(snapshot.bytes()).as_ref(), Ok(&snapshot));
    if learner.overflow().0 == 0 && learner.endpoints().iter().all(|learned| learned.segments.len() < 12) {
        for line in data.split(|byte| *byte == b'\n') {
            let found = model.find(line.get(..1).unwrap_or_default(), line);
            assert!(found.is_some(), "{} is not found again", line.escape_ascii());
        }
    }
}

fn ask(model: &filter_core::state::endpoints::Model, data: &[u8]) {
    for id in (0u32..).take(model.len()) {
        assert!(model.template(id).is_some_and(|template| template.starts_with('/')));
    }
    for host in [&b""[..], b"/", b"a"] {
        if let Some(id) = model.find(host, data) {
            assert!(model.template(id).is_some());
        }
    }
}
