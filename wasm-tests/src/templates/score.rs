//! What the learner made of a host's traffic, against the truth.

use std::collections::{BTreeSet, HashMap};

use filter_core::state::endpoints::{Bounds, Learner};

use super::{Draw, Host};

/// A part of a whole, as counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Share {
    /// Those that are right.
    pub right: f64,
    /// Those that the learner gave.
    pub found: f64,
    /// Those that there are.
    pub there: f64,
}

impl Share {
    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        if self.found + self.there == 0.0 { 0.0 } else { 2.0 * self.right / (self.found + self.there) }
    }

    fn add(&mut self, other: Share) {
        self.right += other.right;
        self.found += other.found;
        self.there += other.there;
    }
}

/// Figures over many hosts.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Hosts.
    pub hosts: usize,
    /// Distinct paths whose predicted template is the true one. A path without a prediction is there and not found.
    pub paths: Share,
    /// The same, each host weighing one.
    pub paths_by_host: f64,
    /// Templates: found and true, as sets.
    pub templates: Share,
    /// Pairs of distinct paths of a host that are the same endpoint.
    pub pairs: Share,
    /// Paths that came out wrong: host, path, true, predicted.
    pub wrong: Vec<(String, String, String, String)>,
}

/// Draws a host's traffic, learns it, and compares.
pub fn score(host: &Host, draw: &Draw<'_>, bounds: Bounds, figures: &mut Figures) {
    let traffic = draw.traffic(host);
    let mut learner = Learner::<()>::new(bounds);
    for (path, _) in &traffic {
        learner.observe(b"", path.as_bytes());
    }
    let model = learner.model();
    let truth: HashMap<&str, &str> =
        traffic.iter().map(|(path, template)| (path.as_str(), template.normal.as_str())).collect();
    let mut paths = Share { there: truth.len() as f64, ..Share::default() };
    let mut cells: HashMap<(&str, &str), u64> = HashMap::new();
    let (mut predicted, mut observed) = (BTreeSet::new(), BTreeSet::new());
    for (path, template) in &truth {
        observed.insert(*template);
        let found = model.find(b"", path.as_bytes()).and_then(|id| model.template(id));
        if let Some(found) = found {
            paths.found += 1.0;
            predicted.insert(found);
            *cells.entry((found, template)).or_default() += 1;
        }
        if found == Some(*template) {
            paths.right += 1.0;
        } else {
            figures.wrong.push((host.name.clone(), (*path).into(), (*template).into(), found.unwrap_or("-").into()));
        }
    }
    figures.hosts += 1;
    figures.paths_by_host += paths.f1();
    figures.paths.add(paths);
    figures.templates.add(Share {
        right: predicted.intersection(&observed).count() as f64,
        found: predicted.len() as f64,
        there: observed.len() as f64,
    });
    figures.pairs.add(pairs(&cells, &truth));
}

/// Pairs within predicted groups, within true ones, and within both.
fn pairs(cells: &HashMap<(&str, &str), u64>, truth: &HashMap<&str, &str>) -> Share {
    let two = |count: &u64| (*count as f64) * (*count as f64 - 1.0) / 2.0;
    let (mut groups, mut templates): (HashMap<&str, u64>, HashMap<&str, u64>) = Default::default();
    for ((group, _), count) in cells {
        *groups.entry(group).or_default() += count;
    }
    for template in truth.values() {
        *templates.entry(template).or_default() += 1;
    }
    Share {
        right: cells.values().map(two).sum(),
        found: groups.values().map(two).sum(),
        there: templates.values().map(two).sum(),
    }
}

impl Figures {
    /// Mean F1 of the paths, each host weighing one.
    pub fn by_host(&self) -> f64 {
        self.paths_by_host / self.hosts.max(1) as f64
    }
}
