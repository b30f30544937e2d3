//! Whether siblings have the same beneath them, as values of one variable have.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::form::{Form, split};
use super::tree::{Key, Node, Tally};

/// Levels below the siblings that are compared.
const DEPTHS: usize = 3;
/// Names below one sibling that are looked at, a level.
const NAMES: usize = 256;
/// Names below all others together, likewise.
const ALL_NAMES: usize = 2048;
/// Names below all others together that are still names.
const FEW_NAMES: usize = 24;

/// Names below a sibling and how often they were asked for.
type Names<'t> = BTreeMap<&'t [u8], u32>;

/// Places of the siblings that have the same names below them, level by level; none where too few have. Identifiers are passed
/// over, and siblings that identifiers follow at once: those are collections, such as `orders` and `users`.
pub(super) fn alike<T: Tally>(siblings: &[&Node<T>], is_likely: bool) -> Vec<usize> {
    let followed = siblings.iter().filter(|node| is_collection(node)).count();
    if followed.saturating_mul(3) > siblings.len() {
        return Vec::new();
    }
    let mut best = Vec::new();
    for depth in 1..=DEPTHS {
        let below: Vec<Names<'_>> = siblings
            .iter()
            .map(|node| {
                let mut names = Names::new();
                gather(node, depth, NAMES, &mut names);
                names
            })
            .collect();
        let found = alike_at(&below, is_likely);
        if found.len() > best.len() {
            best = found;
        }
    }
    best
}

/// A quarter of what goes below goes to identifiers.
fn is_collection<T: Tally>(node: &Node<T>) -> bool {
    let (mut values, mut all) = (0u64, 0u64);
    for child in &node.children {
        all = all.saturating_add(u64::from(child.hits));
        let is_value = match &child.key {
            Key::Literal(text) => split(text).form.is_value(),
            Key::Variable { .. } => true,
        };
        if is_value {
            values = values.saturating_add(u64::from(child.hits));
        }
    }
    values > 0 && values.saturating_mul(4) >= all
}

/// Names at a level below a node, each once with its requests; at most `most`.
fn gather<'t, T: Tally>(node: &'t Node<T>, depth: usize, most: usize, names: &mut Names<'t>) {
    for child in &node.children {
        if names.len() >= most {
            return;
        }
        if depth > 1 {
            gather(child, depth.saturating_sub(1), most, names);
            continue;
        }
        let Key::Literal(text) = &child.key else { continue };
        let form = split(text).form;
        if form.is_value() || form == Form::Version {
            continue;
        }
        let hits = names.entry(text).or_insert(0);
        *hits = hits.saturating_add(child.hits);
    }
}

/// Siblings most of whose names are found below many of the others.
fn alike_at(below: &[Names<'_>], is_likely: bool) -> Vec<usize> {
    // For each name: siblings that have it, and requests for it.
    let spread = |members: &[usize]| {
        let mut spread: BTreeMap<&[u8], (u32, u32)> = BTreeMap::new();
        for names in members.iter().filter_map(|place| below.get(*place)) {
            for (name, hits) in names {
                let entry = spread.entry(name).or_insert((0, 0));
                entry.0 = entry.0.saturating_add(1);
                entry.1 = entry.1.saturating_add(*hits);
            }
        }
        spread
    };
    let with_names: Vec<usize> =
        (0..below.len()).filter(|place| below.get(*place).is_some_and(|names| !names.is_empty())).collect();
    let all = spread(&with_names);
    let many = u32::try_from(with_names.len()).unwrap_or(u32::MAX);
    let candidates: Vec<usize> = with_names
        .into_iter()
        .filter(|place| {
            let (mut common, mut hits) = (0u64, 0u64);
            for (name, count) in below.get(*place).into_iter().flatten() {
                let (siblings, asked) = all.get(name).copied().unwrap_or((0, 0));
                hits = hits.saturating_add(u64::from(*count));
                if siblings >= 2 && siblings.saturating_mul(4) >= many.min(asked) {
                    common = common.saturating_add(u64::from(*count));
                }
            }
            common.saturating_mul(2) >= hits
        })
        .collect();
    let most = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
    let (mut shared, mut possible) = (0u64, 0u64);
    let among = spread(&candidates);
    // One or two names below are a coincidence that many siblings must rule out: `appsettings/list`, `metadata/list`.
    let enough = match among.len() {
        _ if is_likely => 0,
        0 | 1 => 16,
        2 => 10,
        _ => 0,
    };
    for (siblings, asked) in among.into_values() {
        shared = shared.saturating_add(u64::from(siblings.saturating_sub(1)));
        possible = possible.saturating_add(u64::from(most.min(asked).saturating_sub(1)));
    }
    // A third of what values would share if they were asked for equally often: a few are asked for most.
    let is_alike = possible >= 4
        && candidates.len() >= enough
        && shared.saturating_mul(3) >= possible
        && candidates.len().saturating_mul(2) >= below.len();
    if is_alike { candidates } else { Vec::new() }
}

/// Whether most of what lies below a sibling lies below none of the others. Where what lies below the others is different with
/// each of them, nothing can be said.
pub(super) fn differs<T: Tally>(node: &Node<T>, others: &[&Node<T>]) -> bool {
    for depth in 1..=DEPTHS {
        let (mut own, mut theirs) = (Names::new(), Names::new());
        gather(node, depth, NAMES, &mut own);
        others.iter().for_each(|other| gather(other, depth, ALL_NAMES, &mut theirs));
        if own.is_empty() || theirs.is_empty() {
            continue;
        }
        let (mut common, mut all) = (0u64, 0u64);
        for (name, hits) in &own {
            all = all.saturating_add(u64::from(*hits));
            if theirs.contains_key(name) {
                common = common.saturating_add(u64::from(*hits));
            }
        }
        if common.saturating_mul(2) >= all {
            return false;
        }
        // So many names are values themselves, and each sibling has its own.
        if theirs.len() <= FEW_NAMES {
            return true;
        }
    }
    is_collection(node) && !others.iter().any(|other| is_collection(other))
}
