//! The trade-off as a picture: good sessions touched against others acted on, a point a threshold.

use std::fmt::Write;

use super::patch::percent;
use super::{Curve, Solved};

/// The plot's corner, and its size.
const LEFT: f64 = 80.0;
const TOP: f64 = 64.0;
const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 340.0;

/// Least share on the axis of good sessions, as a power of ten; what is less, none too, stands left of it.
const LEAST: f64 = -4.0;

/// Pixels for none.
const NONE: f64 = 64.0;

/// An SVG of its own, light and dark alike readable, without scripts or fonts.
pub fn svg(curve: &Curve, solved: Option<&Solved>, touch: f64, title: &str) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 480" width="680" height="480" font-family="sans-serif" font-size="12" fill="#222">
<rect width="680" height="480" fill="#fff"/>
<text x="{LEFT}" y="26" font-size="16">{}</text>
<text x="{LEFT}" y="46" fill="#666">{} sessions with good outcomes, {} others; each point is a threshold</text>"##,
        escaped(title),
        curve.good,
        curve.others
    );
    for tenth in (0..=10u8).step_by(2) {
        let at = y(f64::from(tenth) / 10.0);
        let _ = writeln!(
            out,
            r##"<path d="M{LEFT} {at:.1}H{:.1}" stroke="#ddd"/><text x="{:.1}" y="{:.1}" text-anchor="end">{} %</text>"##,
            LEFT + WIDTH,
            LEFT - 8.0,
            at + 4.0,
            u32::from(tenth) * 10
        );
    }
    for (share, label) in
        [(0.0, "none"), (0.0001, "0.01 %"), (0.001, "0.1 %"), (0.01, "1 %"), (0.1, "10 %"), (1.0, "100 %")]
    {
        let at = x(share);
        let _ = writeln!(
            out,
            r##"<path d="M{at:.1} {TOP}V{:.1}" stroke="#ddd"/><text x="{at:.1}" y="{:.1}" text-anchor="middle">{label}</text>"##,
            TOP + HEIGHT,
            TOP + HEIGHT + 18.0
        );
    }
    let _ = writeln!(
        out,
        r##"<text x="{:.1}" y="{:.1}" text-anchor="middle">good sessions touched</text>
<text transform="translate(24 {:.1}) rotate(-90)" text-anchor="middle">others acted on</text>
<path d="M{:.1} {TOP}V{:.1}" stroke="#b40" stroke-dasharray="5 4"/><text x="{:.1}" y="{:.1}" fill="#b40">budget {}</text>"##,
        LEFT + WIDTH / 2.0,
        TOP + HEIGHT + 44.0,
        TOP + HEIGHT / 2.0,
        x(touch),
        TOP + HEIGHT,
        x(touch) + 5.0,
        TOP + HEIGHT - 8.0,
        percent(touch)
    );
    let points: Vec<Solved> = (1..=100).map(|threshold| curve.at(threshold)).collect();
    let line: Vec<String> = points.iter().map(|one| format!("{:.1},{:.1}", x(one.share), y(one.acted_share))).collect();
    let _ = writeln!(out, r##"<polyline points="{}" fill="none" stroke="#06c" stroke-width="2"/>"##, line.join(" "));
    // Many thresholds may do the same: a point says which. The greatest are named first, where there is room.
    let mut named: Vec<(f64, f64)> = solved.iter().map(|solved| (x(solved.share), y(solved.acted_share))).collect();
    let runs: Vec<&[Solved]> = points.chunk_by(|a, b| (a.touched, a.acted_on) == (b.touched, b.acted_on)).collect();
    for run in runs.into_iter().rev() {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let (at_x, at_y) = (x(first.share), y(first.acted_share));
        let _ = writeln!(out, r##"<circle cx="{at_x:.1}" cy="{at_y:.1}" r="3" fill="#06c"/>"##);
        if named.iter().all(|(x, y)| (x - at_x).abs() > 48.0 || (y - at_y).abs() > 16.0) {
            let range = match last.threshold.saturating_sub(first.threshold) {
                0 => first.threshold.to_string(),
                _ => format!("{}-{}", first.threshold, last.threshold),
            };
            // Left of a point at the right edge.
            let (shift, anchor) = if at_x > LEFT + WIDTH - 48.0 { (-8.0, "end") } else { (6.0, "start") };
            let _ = writeln!(
                out,
                r##"<text x="{:.1}" y="{:.1}" fill="#06c" text-anchor="{anchor}">{range}</text>"##,
                at_x + shift,
                at_y + 16.0
            );
            named.push((at_x, at_y));
        }
    }
    if let Some(solved) = solved {
        let (at_x, at_y) = (x(solved.share), y(solved.acted_share));
        // The budget's line is to the right.
        let (shift, anchor) = if at_x > LEFT + 90.0 { (-12.0, "end") } else { (12.0, "start") };
        let _ = writeln!(
            out,
            r##"<circle cx="{at_x:.1}" cy="{at_y:.1}" r="7" fill="none" stroke="#b40" stroke-width="2"/>
<text x="{:.1}" y="{:.1}" fill="#b40" font-weight="bold" text-anchor="{anchor}">act at {}</text>"##,
            at_x + shift,
            at_y - 10.0,
            solved.threshold
        );
    }
    out.push_str("</svg>\n");
    out
}

fn x(share: f64) -> f64 {
    if share <= 0.0 {
        return LEFT;
    }
    let part = (share.log10() - LEAST) / -LEAST;
    LEFT + NONE + part.clamp(0.0, 1.0) * (WIDTH - NONE)
}

fn y(share: f64) -> f64 {
    TOP + (1.0 - share) * HEIGHT
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
