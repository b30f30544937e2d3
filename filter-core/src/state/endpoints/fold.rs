//! Folding: which of a node's children are values of one variable.
//!
//! Children that differ in what stands around the value (`.json`, `:cancel`) are judged apart. Among the rest, a *form* that
//! no name has makes a value of two children, or of one; names become values by *cardinality*: many of them seen but
//! once or twice, or many with the same beneath. A name that stands out among values (many more requests, or
//! something else beneath it) stays what it is.

use alloc::vec::Vec;

use super::evidence;
use super::form::{Form, Forms, Split};
use super::tree::{Key, Node, Tally, split_bounded};
use super::words;

/// Names seen at most [`RARE_HITS`] times each that make a variable: under the first segment, in general, and where they look
/// like values. Chosen on one half of the hosts of the evaluation, see `wasm-tests/EVIDENCE.md`.
const RARE_AT_ROOT: usize = 12;
const RARE_NAMES: usize = 8;
const RARE_VALUES: usize = 3;
const RARE_HITS: u32 = 2;
/// Names, each seen often, with nothing beneath them that tells: past this many they are values.
const OFTEN_NAMES: usize = 150;
const OFTEN_VALUES: usize = 12;
/// Names with the same beneath that make a variable.
const ALIKE_NAMES: usize = 6;
const ALIKE_VALUES: usize = 3;
const ALIKE_MUCH: usize = 64;
/// Times the mean of the values that a name beside them is asked for.
const STANDS_OUT: u32 = 6;

/// How sure a fold must be. While traffic comes in, only what no later request can unsay is folded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// Between requests, where there is no room: names become values only where they are very many.
    Much,
    /// All that is known is here.
    Usual,
}

/// Folds a whole tree. `depth` is the number of segments above.
pub(super) fn fold<T: Tally>(node: &mut Node<T>, depth: usize, care: Care) {
    // A variable that was found lets the next round find more of its values; three rounds found all there were.
    for _ in 0..3 {
        let before = node.children.len();
        settle(node, depth, care);
        if node.children.len() == before {
            break;
        }
    }
    for child in &mut node.children {
        fold(child, depth.saturating_add(1), care);
    }
}

/// Folds the children of one node.
pub(super) fn settle<T: Tally>(node: &mut Node<T>, depth: usize, care: Care) {
    if node.is_open {
        open(node);
    }
    if node.children.len() > 1 || node.children.iter().any(|child| !child.key.is_variable()) {
        let verdicts = judge(node, depth, care);
        let children = core::mem::take(&mut node.children);
        let mut values = Vec::new();
        for (child, is_value) in children.into_iter().zip(verdicts) {
            if is_value {
                values.push(child);
            } else {
                // In order, since they were.
                node.children.push(child);
            }
        }
        for value in values {
            join(node, value);
        }
    }
    let literals = node.children.iter().filter(|child| !child.key.is_variable()).count();
    node.fold_at = u32::try_from(literals.saturating_mul(2)).unwrap_or(u32::MAX);
}

/// What lies below a taught `**` and is not taught itself belongs to it.
fn open<T: Tally>(node: &mut Node<T>) {
    let children = core::mem::take(&mut node.children);
    for child in children {
        if child.is_taught {
            node.children.push(child);
        } else {
            drain(child, node);
        }
    }
}

/// Counts of a whole subtree go to `to`.
pub(super) fn drain<T: Tally>(from: Node<T>, to: &mut Node<T>) {
    to.ends = to.ends.saturating_add(from.ends);
    match (&mut to.tally, from.tally) {
        (Some(own), Some(tally)) => own.merge(*tally),
        (own @ None, tally) => *own = tally,
        (Some(_), None) => {}
    }
    for child in from.children {
        drain(child, to);
    }
}

/// Joins a literal into the variable it is a value of.
fn join<T: Tally>(node: &mut Node<T>, mut value: Node<T>) {
    let Key::Literal(text) = core::mem::replace(&mut value.key, Key::Literal([].into())) else { return };
    let split = split_bounded(&text);
    let taught = node.children.iter().position(|child| child.is_taught && child.key.is_variable());
    let target = match node.variable_for(&split, &text).or(taught).and_then(|place| node.children.get_mut(place)) {
        Some(target) if target.is_taught => target,
        _ => node.child(Key::variable(&split)),
    };
    target.forms = target.forms.with(Forms::of(split.form));
    target.values = target.values.saturating_add(1);
    target.absorb(value);
}

/// For each child whether it is a value.
fn judge<T: Tally>(node: &Node<T>, depth: usize, care: Care) -> Vec<bool> {
    let children = &node.children;
    let splits: Vec<Option<Split<'_>>> = children
        .iter()
        .map(|child| match &child.key {
            Key::Literal(text) if !child.is_taught => Some(split_bounded(text)),
            _ => None,
        })
        .collect();
    let mut verdicts: Vec<bool> = children.iter().map(|_| false).collect();
    // A taught variable takes everything that is not taught beside it.
    let has_taught = children.iter().any(|child| child.is_taught && child.key.is_variable());
    if has_taught {
        for (verdict, (split, child)) in verdicts.iter_mut().zip(splits.iter().zip(children)) {
            let text = child.key.text();
            *verdict = split.as_ref().is_some_and(|split| {
                let taught = node.variable_for(split, text).and_then(|place| children.get(place));
                taught.is_some_and(|taught| taught.is_taught && child.fits(taught))
            });
        }
    }
    let mut done: Vec<bool> = verdicts.clone();
    for start in 0..children.len() {
        let Some(Some(first)) = splits.get(start) else { continue };
        if done.get(start) == Some(&true) {
            continue;
        }
        let mut group = Vec::new();
        for (place, split) in splits.iter().enumerate().skip(start) {
            if let (Some(split), Some(done)) = (split, done.get_mut(place))
                && !*done
                && split.prefix == first.prefix
                && split.suffix == first.suffix
            {
                *done = true;
                group.extend(children.get(place).map(|child| (place, child, split.form)));
            }
        }
        let variable =
            node.variable_for(&Split { form: Form::Number, ..*first }, b"").and_then(|place| children.get(place));
        for place in values_of(&group, variable, &Around { parent: node, depth, suffix: first.suffix, care }) {
            if let Some(verdict) = verdicts.get_mut(place) {
                *verdict = true;
            }
        }
    }
    verdicts
}

type Member<'t, T> = (usize, &'t Node<T>, Form);

/// Where a group stands.
struct Around<'t, T> {
    parent: &'t Node<T>,
    depth: usize,
    suffix: &'t [u8],
    care: Care,
}

/// The places of those members of a group that are values.
fn values_of<T: Tally>(group: &[Member<'_, T>], variable: Option<&Node<T>>, around: &Around<'_, T>) -> Vec<usize> {
    let mut values = by_form(group, variable.is_some(), around);
    let names: Vec<Member<'_, T>> = group.iter().filter(|(place, ..)| !values.contains(place)).copied().collect();
    let open = variable.filter(|variable| variable.forms.is_open());
    match open {
        Some(open) => {
            let beside = Values::of_variable(open);
            let rest = names.iter().filter(|member| !beside.lack(member));
            values.extend(rest.map(|(place, ..)| *place));
        }
        None => values.extend(by_cardinality(&names, around)),
    }
    values
}

/// Values by their form alone.
fn by_form<T: Tally>(group: &[Member<'_, T>], has_variable: bool, around: &Around<'_, T>) -> Vec<usize> {
    let formed: Vec<&Member<'_, T>> = group.iter().filter(|(.., form)| form.is_value()).collect();
    let is_version = !has_variable
        && formed.len() <= 2
        && formed.iter().all(|member| is_version_like(member, around.parent, around.care));
    let mut values = Vec::new();
    if !is_version {
        values.extend(formed.iter().map(|(place, ..)| *place));
    }
    // Two languages side by side are languages.
    let languages: Vec<usize> =
        group.iter().filter(|(.., form)| *form == Form::Language).map(|(place, ..)| *place).collect();
    if languages.len() >= 2 || has_variable && formed.iter().any(|(.., form)| *form == Form::Locale) {
        values.extend(languages);
    }
    values
}

/// A lone small number or date through which much goes: `/api/2/...`, `/2010-04-01/...`.
fn is_version_like<T: Tally>(member: &Member<'_, T>, parent: &Node<T>, care: Care) -> bool {
    let (_, node, form) = member;
    let text = node.key.text();
    let is_named = matches!(parent.key.text(), b"api" | b"rest" | b"version" | b"versions" | b"v" | b"rpc");
    let fits = match form {
        Form::Number => text.len() <= 2 || is_named && text.len() <= 4 || text.contains(&b'.') && text.len() <= 4,
        Form::Date => text.len() == 10,
        Form::Semver => true,
        _ => false,
    };
    // What follows tells: an identifier has few things beneath it, an API's version has the API.
    let share_of_parent = text.len() > 2 || u64::from(node.hits).saturating_mul(4) >= u64::from(parent.hits);
    fits && (care == Care::Much || !node.children.is_empty() && node.hits >= 10 && (is_named || share_of_parent))
}

/// Values by how many there are.
fn by_cardinality<T: Tally>(names: &[Member<'_, T>], around: &Around<'_, T>) -> Vec<usize> {
    // Versions stand beside each other and are none.
    let names: Vec<Member<'_, T>> = names.iter().filter(|(.., form)| *form != Form::Version).copied().collect();
    let valued = names.iter().filter(|(.., form)| *form == Form::Value).count();
    let looks_valued = valued.saturating_mul(2) > names.len();
    // Variables follow names more often than each other.
    let scale = match (around.care, around.parent.key.is_variable()) {
        (Care::Much, _) => 32usize,
        (Care::Usual, true) => 2,
        (Care::Usual, false) if around.depth == 0 => 2,
        (Care::Usual, false) => 1,
    };
    let rare: Vec<&Member<'_, T>> = names.iter().filter(|(_, node, _)| node.hits <= RARE_HITS).collect();
    let enough = match (looks_valued, around.depth) {
        (true, _) => RARE_VALUES,
        // The same `:verb` of several things.
        (false, _) if around.suffix.starts_with(b":") => RARE_VALUES,
        (false, 0) if around.suffix.is_empty() => RARE_AT_ROOT,
        (false, _) => RARE_NAMES,
    };
    if rare.len() >= enough.saturating_mul(scale) && rare.len().saturating_mul(7) >= names.len() {
        let beside = Values::of_rare(&rare);
        let values = names.iter().filter(|member| !beside.lack(member));
        return values.map(|(place, ..)| *place).collect();
    }
    if around.care == Care::Much && names.len() < ALIKE_MUCH {
        return Vec::new();
    }
    // `users`, `tags`: what follows is one of them.
    let is_plural =
        matches!(around.parent.key.text(), [.., before, b's'] if before.is_ascii_lowercase() && *before != b's');
    let enough = if looks_valued || is_plural { ALIKE_VALUES } else { ALIKE_NAMES };
    let nodes: Vec<&Node<T>> = names.iter().map(|(_, node, _)| *node).collect();
    let alike = evidence::alike(&nodes, looks_valued || is_plural);
    if alike.len() >= enough.saturating_mul(scale) {
        return alike.into_iter().filter_map(|at| names.get(at)).map(|(place, ..)| *place).collect();
    }
    let leaves = names.iter().filter(|(_, node, _)| node.children.is_empty()).count();
    let enough = if looks_valued || is_plural { OFTEN_VALUES } else { OFTEN_NAMES };
    if leaves >= enough && leaves.saturating_mul(2) > names.len() {
        return names.iter().map(|(place, ..)| *place).collect();
    }
    Vec::new()
}

/// What the values beside a name are like.
struct Values<'t, T> {
    nodes: Vec<&'t Node<T>>,
    /// Requests for the usual one.
    mean: u32,
    are_leaves: bool,
}

impl<'t, T: Tally> Values<'t, T> {
    fn of_variable(variable: &'t Node<T>) -> Self {
        let mean = variable.hits.checked_div(variable.values.max(1)).unwrap_or(1).max(1);
        Values { nodes: alloc::vec![variable], mean, are_leaves: variable.children.is_empty() }
    }

    fn of_rare(rare: &[&Member<'t, T>]) -> Self {
        let hits = rare.iter().fold(0u32, |sum, (_, node, _)| sum.saturating_add(node.hits));
        let mean = hits.checked_div(u32::try_from(rare.len()).unwrap_or(u32::MAX)).unwrap_or(1).max(1);
        let nodes: Vec<&'t Node<T>> = rare.iter().map(|(_, node, _)| *node).collect();
        let are_leaves = nodes.iter().all(|node| node.children.is_empty());
        Values { nodes, mean, are_leaves }
    }

    /// A name among the values is none of them: it is known as such, or asked for far more often, or has something else beneath.
    fn lack(&self, member: &Member<'_, T>) -> bool {
        let (_, node, form) = member;
        if words::is_beside(node.key.text()) || *form == Form::Version {
            return true;
        }
        if *form == Form::Value || node.hits < self.mean.saturating_mul(2).max(3) {
            return false;
        }
        match (self.are_leaves, node.children.is_empty()) {
            (true, true) => node.hits >= self.mean.saturating_mul(STANDS_OUT).max(6),
            (true, false) => true,
            (false, true) => node.hits >= self.mean.saturating_mul(STANDS_OUT).max(6),
            (false, false) => evidence::differs(node, &self.nodes),
        }
    }
}
