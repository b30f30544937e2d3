//! What records are made of: plain integers of fixed size that summarise a stream, each with a guarantee.
//!
//! | sketch | of what | bytes |
//! |---|---|---|
//! | [`Rates`] | how many lately, at four half-lives | 20 |
//! | [`Cell`] | whether one more is within a limit | 8 |
//! | [`Distinct`] | how many different ones | 16, 32, 64 |
//! | [`Moments`] | mean and spread | 12 |
//! | [`Gaps`] | how long the pauses are, by octave | 16 |
//! | [`Quantiles`] | what is usual | 128 |
//! | [`Trail`] | the last 16 steps | 50 |
//! | [`Stride`] | whether numbers are walked through | 12 |
//! | [`Leaders`] | which ones come most | 68, 132 |
//! | [`Frequencies`] | how often each of very many keys came | chosen at load |
//!
//! Empty is [`Default`], all zero. Keys are keyed hashes: 64 bits, uniform to whoever lacks the secret. Times are
//! milliseconds since the epoch; one that runs backwards counts as the last one seen. Counts saturate.

mod distinct;
mod frequencies;
mod gaps;
mod gcra;
mod leaders;
mod log2;
mod moments;
mod quantiles;
mod rates;
mod stride;
mod trail;

pub use distinct::Distinct;
pub use frequencies::Frequencies;
pub use gaps::Gaps;
pub use gcra::{Cell, Limit};
pub use leaders::Leaders;
pub use log2::log2;
pub use moments::Moments;
pub use quantiles::Quantiles;
pub use rates::{Rates, Scale};
pub use stride::Stride;
pub use trail::{Step, Trail};
