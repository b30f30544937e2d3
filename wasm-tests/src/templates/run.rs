//! Traffic of several kinds, and the figures as a table.

use std::fmt::Write as _;

use filter_core::state::endpoints::Bounds;

use super::{Draw, Figures, Host, score};

/// A kind of traffic.
pub struct Scenario {
    /// What it is called.
    pub name: &'static str,
    /// Requests for a template, least and most.
    pub requests: (f64, f64),
    /// Values that a variable can have, least and most.
    pub population: (f64, f64),
}

/// The kinds of traffic that are reported.
pub const SCENARIOS: [Scenario; 3] = [
    Scenario { name: "usual", requests: (10.0, 300.0), population: (20.0, 5_000.0) },
    Scenario { name: "many values", requests: (8.0, 40.0), population: (200.0, 20_000.0) },
    Scenario { name: "few values", requests: (20.0, 200.0), population: (5.0, 100.0) },
];

/// Learns each host by itself.
pub fn run<'h>(
    hosts: impl Iterator<Item = &'h Host>,
    scenario: &Scenario,
    words: &[String],
    bounds: Bounds,
) -> Figures {
    let draw = Draw { seed: 1, requests: scenario.requests, population: scenario.population, words };
    let mut figures = Figures::default();
    hosts.for_each(|host| score(host, &draw, bounds, &mut figures));
    figures
}

/// Names out of APIs, for slugs: what a customer calls his project is often what another API calls a resource.
pub fn words(hosts: &[Host]) -> Vec<String> {
    let templates = hosts.iter().step_by(7).flat_map(|host| &host.templates);
    let segments = templates.flat_map(|template| template.normal.split('/'));
    let is_name = |word: &&str| (4..12).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase());
    segments.filter(is_name).map(str::to_owned).collect()
}

/// The figures as a table.
pub fn render(all: &[(&str, Figures)]) -> String {
    let mut out = String::from(
        "\n| traffic | hosts | distinct paths | paths: F1 | paths: F1, mean of hosts | pairs: F1 | templates: F1 |\n|---|---|---|---|---|---|---|\n",
    );
    for (name, figures) in all {
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {:.3} | {:.3} | {:.3} | {:.3} |",
            figures.hosts,
            figures.paths.there,
            figures.paths.f1(),
            figures.by_host(),
            figures.pairs.f1(),
            figures.templates.f1()
        );
    }
    out.push('\n');
    out
}
