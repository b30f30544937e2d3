//! `candidate`: a bundle that is tried beside the one that serves, and how.

#[cfg(feature = "candidates")]
mod read;

use super::BundleSource;
use crate::policy::Rollout;

/// A bundle that is tried beside the one that serves: `candidate`, on every host the same. It is named as the serving one is, by `bundle` or
/// `poll`; the members of a [`Rollout`] stand beside that.
///
/// Read with the feature `candidates`; without it the section is refused.
///
/// ```
/// # #[cfg(feature = "candidates")] {
/// use filter_core::policy::Settings;
/// let text = br#"{"poll":{"store":"weir","key":"default"},
///                 "candidate":{"poll":{"store":"weir","key":"candidate"},"share":50000,"goals":["login"]}}"#;
/// let candidate = Settings::parse(text).unwrap().candidate.unwrap();
/// assert_eq!((candidate.rollout.share, candidate.rollout.automatic), (50_000, false));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateSettings {
    /// Where it comes from. Of a [`Poll`](BundleSource::Poll) there is no bundle to start with.
    pub source: BundleSource,
    /// Whose requests it sees, what shows that a client is good, and what follows.
    pub rollout: Rollout,
}

#[cfg(not(feature = "candidates"))]
impl CandidateSettings {
    /// A section that is passed over would be a trial that never ends.
    pub(super) fn read<'t>(door: &mut crate::policy::json::Door<'t>, _: &'t str) -> Option<Self> {
        let (message, remedy) = ("this host, as it is built, tries none", "take `candidate` out");
        door.problems.push(crate::policy::Problem::new("/candidate", message, remedy));
        None
    }
}
