//! Which way a client goes through a site, and how long it stays, beside what is usual there.

use super::merge::Merge;
use super::statuses::bump_wide;

/// How a page stands to the one before it, by their paths. The number is the place in [`Course`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// To a page below: `/a` to `/a/b`.
    Down,
    /// To a page above that is not the root: `/a/b` to `/a`.
    Up,
    /// To a page beside: `/a/b` to `/a/c`, or another query.
    Beside,
    /// To another part of the site.
    Across,
    /// To the root.
    Home,
    /// To the same page.
    Again,
}

/// How long a client stays before it goes on. The number is the place in [`Course`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Less than 4 seconds.
    Hurried,
    /// In between.
    Steady,
    /// 33 seconds and more: reading.
    Long,
}

impl Pace {
    pub(super) fn of(pause: u64) -> Self {
        match pause {
            0..=0xfff => Pace::Hurried,
            0x1000..=0x7fff => Pace::Steady,
            _ => Pace::Long,
        }
    }
}

/// One step: from a page to the next one.
pub(super) type CourseStep = (Pace, Move);

/// Steps by pace and by move; all are halved when one is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    paces: [u16; 3],
    moves: [u16; 6],
}

fields!(Course { paces: [u16; 3], moves: [u16; 6] });

impl Merge for Course {
    fn merge(&mut self, other: &Self) {
        self.paces.merge(&other.paces);
        self.moves.merge(&other.moves);
    }
}

/// Steps after which a site's course says what is usual there.
const WARM: u32 = 200;

impl Course {
    pub(super) fn add(&mut self, (pace, way): CourseStep) {
        bump_wide(&mut self.paces, pace as usize);
        bump_wide(&mut self.moves, way as usize);
    }

    /// Steps counted.
    pub fn steps(&self) -> u32 {
        self.moves.iter().map(|count| u32::from(*count)).sum()
    }

    /// Steps of one kind.
    pub fn moves(&self, way: Move) -> u32 {
        self.moves.get(way as usize).copied().map_or(0, u32::from)
    }

    /// Steps of one pace.
    pub fn paces(&self, pace: Pace) -> u32 {
        self.paces.get(pace as usize).copied().map_or(0, u32::from)
    }

    /// So much was seen of a site that it says what is usual there.
    pub fn is_known(&self) -> bool {
        self.steps() >= WARM
    }

    /// How much better a program explains this course than what is usual on the site, in milli-nats; `None` until the site is known.
    ///
    /// A program stays long half as often as is usual, goes up two thirds as often, and across (or to the same page again) half
    /// as often again. Guarantee: for a client whose long stays, ways up and ways across come at the site's own rates,
    /// independently of each other, the chance that this ever reaches `t` is at most `e^(-t / 1000)`: it is the logarithm of a
    /// likelihood ratio of Poisson counts (Wald: Sequential tests of statistical hypotheses, 1945; Ville's inequality). People differ from each other, so take it with a margin.
    pub fn unlike(&self, usual: &Course) -> Option<i32> {
        let all = usual.steps();
        if !usual.is_known() {
            return None;
        }
        let steps = i64::from(self.steps());
        // `expected * (1 - r) + seen * ln r` in 1/1000, the usual count smoothed by one.
        let ratio = |seen: u32, usual: u32, less: i64, log: i64| {
            let expected = steps.saturating_mul(i64::from(usual.saturating_add(1))).saturating_mul(less);
            let expected = expected.checked_div(i64::from(all)).unwrap_or(0);
            expected.saturating_add(i64::from(seen).saturating_mul(log))
        };
        let astray = |course: &Course| course.moves(Move::Across).saturating_add(course.moves(Move::Again));
        let long = ratio(self.paces(Pace::Long), usual.paces(Pace::Long), 500, -693);
        let up = ratio(self.moves(Move::Up), usual.moves(Move::Up), 333, -405);
        let across = ratio(astray(self), astray(usual), -500, 405);
        i32::try_from(long.saturating_add(up).saturating_add(across)).ok()
    }
}

/// Where in the site's tree a page is: hashes of its path's first segments, 0 beyond the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Branch([u16; 6]);

fields!(Branch { 0: [u16; 6] });

impl Branch {
    /// `/a/b.php` is below `/a.php` and `/a/`; an `index` or `default` is its folder. Meant for comparing pages of one client: 16 bits do.
    pub(super) fn of(path: &[u8]) -> Self {
        let mut branch = Branch::default();
        let mut segments = path.split(|byte| *byte == b'/').filter(|segment| !segment.is_empty()).peekable();
        for slot in &mut branch.0 {
            let Some(segment) = segments.next() else { break };
            let is_last = segments.peek().is_none();
            let dot = segment.iter().rposition(|byte| *byte == b'.').filter(|at| is_last && *at > 0);
            let stem = dot.and_then(|at| segment.get(..at)).unwrap_or(segment);
            if is_last && (stem == b"index" || stem == b"default") {
                break;
            }
            *slot = hash(stem) | 1;
        }
        branch
    }

    fn depth(&self) -> usize {
        self.0.iter().take_while(|segment| **segment != 0).count()
    }

    /// The way from this page to the next one; `same` says that path and query are the same.
    pub(super) fn to(&self, next: &Branch, same: bool) -> Move {
        let shared = self.0.iter().zip(next.0).take_while(|(a, b)| **a == *b && **a != 0).count();
        let (here, there) = (self.depth(), next.depth());
        match (here == shared, there == shared) {
            _ if same => Move::Again,
            _ if there == 0 => Move::Home,
            (true, true) => Move::Beside,
            (true, false) => Move::Down,
            (false, true) => Move::Up,
            (false, false) if here == there && shared > 0 && shared.saturating_add(1) == here => Move::Beside,
            (false, false) => Move::Across,
        }
    }
}

/// FNV-1a, folded to 16 bits.
fn hash(text: &[u8]) -> u16 {
    let hash = text.iter().fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    (hash ^ (hash >> 16)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::form::Field;

    #[test]
    fn moves_by_paths() {
        let cases = [
            ("/", "/a", Move::Down),
            ("/a.php", "/a/b.php", Move::Down),
            ("/a/b/c", "/a", Move::Up),
            ("/a/b", "/a/c", Move::Beside),
            ("/list", "/list", Move::Beside), // another query
            ("/a", "/b", Move::Across),
            ("/a/b/c", "/a/d", Move::Across),
            ("/a/b", "/index.html", Move::Home),
            ("/index.php", "/a/index.php", Move::Down),
            ("/1/2/3/4/5/6/7", "/1/2/3/4/5/6/8", Move::Beside),
        ];
        for (from, to, expected) in cases {
            let found = Branch::of(from.as_bytes()).to(&Branch::of(to.as_bytes()), false);
            assert_eq!(found, expected, "{from} to {to}");
        }
        assert_eq!(Branch::of(b"/a").to(&Branch::of(b"/a"), true), Move::Again);
    }

    fn course(steps: &[(CourseStep, usize)]) -> Course {
        let mut course = Course::EMPTY;
        steps.iter().for_each(|(step, times)| (0..*times).for_each(|_| course.add(*step)));
        course
    }

    #[test]
    fn what_is_usual_is_never_unlike() {
        let usual = course(&[
            ((Pace::Long, Move::Down), 300),
            ((Pace::Steady, Move::Up), 300),
            ((Pace::Hurried, Move::Across), 400),
        ]);
        let same =
            course(&[((Pace::Long, Move::Down), 3), ((Pace::Steady, Move::Up), 3), ((Pace::Hurried, Move::Across), 4)]);
        assert!(same.unlike(&usual).unwrap() < -700);
        let program = course(&[((Pace::Hurried, Move::Across), 10)]);
        // 10 * 0.301 * 0.5 + 10 * 0.301 * 0.333 - 10 * 0.401 * 0.5 + 10 * 0.405, rounded term by term
        assert_eq!(program.unlike(&usual), Some(4_552));
        assert_eq!(program.unlike(&same), None, "too little is known of the site");
        assert_eq!(Course::EMPTY.unlike(&usual), Some(0));
    }

    #[test]
    fn any_counts_are_bearable() {
        let full = Course { paces: [u16::MAX; 3], moves: [u16::MAX; 6] };
        assert!(full.unlike(&full).is_some());
        let mut more = full;
        more.add((Pace::Long, Move::Again));
        assert!(more.steps() < full.steps());
    }
}
