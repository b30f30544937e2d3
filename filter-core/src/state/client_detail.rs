//! More about the clients that are worth it.

use super::course::CourseStep;
use super::sketches::{Distinct, Moments, Step, Stride, Trail, log2};
use super::statuses::{bump, total};
use super::{Act, Branch, Client, Course, Pace, RecordKeys, Shown, StatusClass, Trials, Visit};

record! {
    /// What is kept about a client besides [`Client`](super::Client), once it came often enough or was found suspicious.
    /// It starts empty then: counts are of the time since.
    ClientDetail: 256 {
        /// Distinct paths.
        paths: Distinct<16>,
        /// Distinct targets: path and query.
        targets: Distinct<8>,
        /// Distinct endpoints.
        endpoints: Distinct<8>,
        /// Distinct paths that were answered as missing.
        missing: Distinct<8>,
        /// Distinct addresses.
        addresses: Distinct<8>,
        /// Its logins.
        logins: Trials,
        /// The last acts: the endpoint's low 16 bits and the pause before.
        trail: Trail = own,
        /// Pauses between acts in 1/256 octaves of milliseconds.
        rhythm: Moments,
        /// Numbers in paths and queries of acts.
        stride: Stride,
        /// Hours of the day (UTC) in which it came, one bit each; the top byte is zero.
        hours: u32 = bits,
        /// Size of successful answers in KiB, each rounded up.
        kibibytes: u32 = sum,
        /// Acts with the target of the act before, and with another one; halved at 255.
        repeats: [u8; 2],
        /// Acts after a cookie was given, without a cookie and with one; halved at 255.
        cookies: [u8; 2],
        /// Acts after the first, without a referer and with one; halved at 255.
        referers: [u8; 2],
        /// The last act's target, low 32 bits.
        target: u32 = own,
        /// Steps from page to page.
        course: Course,
        /// Where the last page was.
        branch: Branch = own,
        /// The last page's target, 16 bits of it; 0 before there was one.
        page: u16 = own,
    }
}

/// Acts of one client at one endpoint in a row that may show what is usual there.
const LESSONS: u32 = 4;
/// Acts of one client after which it teaches no more: whoever keeps on would say alone what is usual.
const TEACHES: u32 = 32;

impl ClientDetail {
    /// It is among its first steps: whoever takes many more would say alone what is usual on a site.
    pub(super) fn is_new(&self) -> bool {
        self.course.steps() <= 32
    }

    /// Counts a request. `client` is the client's other record, with the request counted; `pause` is that since the last
    /// page. Gives the step from that page, where this is one.
    pub(super) fn visit(
        &mut self,
        visit: &Visit,
        keys: &RecordKeys,
        client: &Client,
        pause: Option<u64>,
    ) -> Option<CourseStep> {
        self.paths.add(visit.path);
        self.targets.add(visit.target);
        self.addresses.add(keys.address);
        let hour = visit.at.checked_div(3_600_000).and_then(|hours| hours.checked_rem(24)).unwrap_or(0);
        self.hours |= 1u32.wrapping_shl(u32::try_from(hour).unwrap_or(0));
        let step = self.step(visit, pause);
        if visit.is_act() {
            self.act(visit, keys, client, pause);
        }
        step
    }

    fn step(&mut self, visit: &Visit, pause: Option<u64>) -> Option<CourseStep> {
        let page = (visit.target as u16) | 1;
        let is_first = self.page == 0;
        let to = |pause| (Pace::of(pause), self.branch.to(&visit.branch, self.page == page));
        let step = pause.filter(|_| !is_first).map(to);
        if pause.is_some() || (is_first && matches!(visit.act, Act::Page | Act::Form)) {
            (self.branch, self.page) = (visit.branch, page);
        }
        step.into_iter().for_each(|step| self.course.add(step));
        step
    }

    fn act(&mut self, visit: &Visit, keys: &RecordKeys, client: &Client, pause: Option<u64>) {
        self.endpoints.add(keys.endpoint);
        if !visit.is_foreign {
            self.trail.add(keys.endpoint as u16, pause.unwrap_or(u64::MAX));
        }
        if let Some(pause) = pause {
            self.rhythm.add(u16::try_from(log2(pause)).unwrap_or(u16::MAX));
            if !visit.hidden.has(Shown::REFERER) {
                bump(&mut self.referers, usize::from(visit.shown.has(Shown::REFERER)));
            }
        }
        if client.shown.has(Shown::COOKIE_GIVEN) && !visit.hidden.has(Shown::COOKIE) {
            bump(&mut self.cookies, usize::from(visit.shown.has(Shown::COOKIE)));
        }
        if let Some(number) = visit.number {
            self.stride.add(number);
        }
        bump(&mut self.repeats, usize::from(self.target != visit.target as u32));
        self.target = visit.target as u32;
    }

    /// Of its last acts at an endpoint, how many came right after another one there, and how many after one elsewhere.
    pub fn again(&self, endpoint: u64) -> [u32; 2] {
        let here = |step: &Step| step.endpoint == endpoint as u16;
        let pairs = self.trail.steps().zip(self.trail.steps().skip(1)).filter(|(step, _)| here(step));
        pairs.fold([0, 0], |[again, first], (_, before)| {
            if here(&before) { [u32::saturating_add(again, 1), first] } else { [again, first.saturating_add(1)] }
        })
    }

    /// What it does at an endpoint may show what is usual there: it did little yet, and little of that there.
    pub(super) fn teaches(&self, endpoint: u64) -> bool {
        self.again(endpoint).iter().sum::<u32>() <= LESSONS && total(&self.repeats) <= TEACHES
    }

    /// Whether the act that was just counted came right after another one at its endpoint.
    pub(super) fn is_again(&self, endpoint: u64) -> Option<bool> {
        self.trail.steps().nth(1).map(|before| before.endpoint == endpoint as u16)
    }

    /// Counts an answer.
    pub(super) fn settle(&mut self, visit: &Visit, status: u16, size: u64) {
        match StatusClass::of(status) {
            StatusClass::Missing => self.missing.add(visit.path),
            StatusClass::Success => {
                let kibibytes = u32::try_from(size.div_ceil(1024)).unwrap_or(u32::MAX);
                self.kibibytes = self.kibibytes.saturating_add(kibibytes);
            }
            _ => {}
        }
    }
}
