//! Reports of several hosts about the same candidate, as one.

use std::collections::BTreeMap;

use filter_core::engine::shadow::{Report, Row, Said};

/// Requests shown of each row.
pub(super) const SAMPLES: usize = 5;

/// Adds reports up. A client that came to two hosts counts twice, as it does on each.
///
/// # Errors
/// Where there is none, or they are about different bundles: which.
pub fn merge(reports: Vec<Report>) -> Result<Report, String> {
    let mut reports = reports.into_iter();
    let mut all = reports.next().ok_or("there is no report")?;
    let mut rows: BTreeMap<(Said, Said, Option<String>), Row> = BTreeMap::new();
    add(&mut rows, std::mem::take(&mut all.rows));
    for report in reports {
        for (what, one, other) in
            [("active", &all.active, &report.active), ("candidate", &all.candidate, &report.candidate)]
        {
            if one != other {
                return Err(format!(
                    "reports about different bundles: {what} `{one}` and `{other}`; give those of one rollout"
                ));
            }
        }
        // One that saw no request has no times.
        if report.since > 0 {
            all.since = if all.since == 0 { report.since } else { all.since.min(report.since) };
        }
        all.until = all.until.max(report.until);
        all.share = all.share.min(report.share);
        for (sum, more) in [
            (&mut all.requests, report.requests),
            (&mut all.disagreements, report.disagreements),
            (&mut all.harder, report.harder),
            (&mut all.softer, report.softer),
            (&mut all.clients.touched, report.clients.touched),
            (&mut all.clients.good, report.clients.good),
            (&mut all.clients.harmed, report.clients.harmed),
        ] {
            *sum = sum.saturating_add(more);
        }
        all.is_estimate |= report.is_estimate;
        all.clients.is_sample |= report.clients.is_sample;
        add(&mut rows, report.rows);
    }
    all.rows = rows.into_values().collect();
    all.rows.sort_by_key(|row| std::cmp::Reverse(row.requests));
    Ok(all)
}

fn add(rows: &mut BTreeMap<(Said, Said, Option<String>), Row>, more: Vec<Row>) {
    for row in more {
        let key = (row.active.clone(), row.candidate.clone(), row.endpoint.clone());
        let Some(held) = rows.get_mut(&key) else {
            rows.insert(key, row);
            continue;
        };
        for (sum, more) in [
            (&mut held.requests, row.requests),
            (&mut held.uncertain, row.uncertain),
            (&mut held.turnouts.succeeded, row.turnouts.succeeded),
            (&mut held.turnouts.failed, row.turnouts.failed),
            (&mut held.turnouts.answered, row.turnouts.answered),
        ] {
            *sum = sum.saturating_add(more);
        }
        held.samples.extend(row.samples);
        held.samples.sort_by(|one, other| (one.t, &one.id).cmp(&(other.t, &other.id)));
        held.samples.truncate(SAMPLES);
    }
}
