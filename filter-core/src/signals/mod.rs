//! Evidence: the fourth stage of the line.
//!
//! A signal is one observation about a request that a person can read. Each is one file that owns its id, pillar, doc,
//! default weight, the numbers the weight came from, and test vectors; [`SIGNALS`] lists them. A signal that needs a
//! fact the host cannot see stays silent.

pub mod behaviour;
pub mod credentials;
pub mod infrastructure;
pub mod tools;

mod detail;
mod evidence;
mod registry;
mod seen;
#[cfg(any(test, feature = "vectors"))]
pub mod vectors;

pub use detail::{Detail, Value};
pub use evidence::{Evidence, Reason};
pub use infrastructure::CrawlerProof;
pub use registry::{COUNT, SIGNALS, SignalId};
pub use seen::Seen;

/// What evidence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pillar {
    /// Which program made the request, and what it pretends to be.
    Tools,
    /// Where the request came from.
    Infrastructure,
    /// Which accounts and passwords are tried.
    Credentials,
    /// What a client does over many requests.
    Behaviour,
}

impl Pillar {
    /// All pillars, in the order of reports.
    pub const ALL: [Pillar; 4] = [Pillar::Tools, Pillar::Infrastructure, Pillar::Credentials, Pillar::Behaviour];

    /// The form used in policies and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Pillar::Tools => "tools",
            Pillar::Infrastructure => "infrastructure",
            Pillar::Credentials => "credentials",
            Pillar::Behaviour => "behaviour",
        }
    }
}

/// What a signal looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Only how the request is put together: its method, kind, protocol, transport and JA4, which headers came in which order, and
    /// [steady](crate::request::HeaderName::is_steady) headers' values. A program sends few such sets, so hosts may keep what was said of one.
    HeaderSet,
    /// Only the networks that its address belongs to, and what they say about a crawler's name: silent where there is neither.
    Origin,
    /// Anything about this request: path, address, other values.
    Request,
    /// What is remembered of those who take part: silent where no records are lent.
    Memory,
}

/// One kind of evidence.
#[derive(Debug)]
pub struct Signal {
    /// Stable name, used in bundles, policies and events.
    pub id: &'static str,
    /// What it is evidence about.
    pub pillar: Pillar,
    /// What it looks at.
    pub scope: Scope,
    /// Default weight in milli-nats: a log-likelihood ratio, bots over people.
    pub weight: i32,
    /// One sentence for people.
    #[cfg(any(test, feature = "catalogue"))]
    pub summary: &'static str,
    /// Where the weight came from: counts and data set.
    #[cfg(any(test, feature = "catalogue"))]
    pub measured: &'static str,
    /// Looks; `None` where there is nothing to see or a needed fact is unknown.
    pub detect: for<'a> fn(&Seen<'a>) -> Option<Detail<'a>>,
    /// Requests on which it must and must not fire, in the form of [`vectors`].
    #[cfg(any(test, feature = "vectors"))]
    pub vectors: vectors::Vectors,
}
