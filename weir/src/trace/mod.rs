//! Traces: requests and answers as JSON Lines, one object a line, joined by `id`.
//!
//! ```
//! use weir::trace::Record;
//! let line = br#"{"t":1731000000123,"id":"r1","request":{"method":"GET","authority":"shop.example","path":"/",
//!   "headers":[["user-agent","curl/8.5.0"],["x-odd",{"base64":"/w=="}]]},"client":{"address":"203.0.113.7","provenance":"peer"}}"#;
//! let Record::Request(request) = Record::parse(line)? else { panic!("an answer") };
//! let lent = request.facts();
//! let facts = lent.facts();
//! assert_eq!(facts.headers[1].value, b"\xff");
//! assert_eq!(facts.version.known(), None);
//! # Ok::<(), weir::trace::TraceError>(())
//! ```
//!
//! A missing member is *unknown*: the recorder could not see it. A member that is `null` is *absent*: the client did not
//! send it. `"tls":null` is a plain connection, and so is `"scheme":"http"` without `tls`; `"h2":null` is a connection
//! without HTTP/2 settings. Text that is not UTF-8 stands as `{"base64":"..."}`. A member with another name is refused.
//!
//! A line with a `case` is a [`Case`]: the request as it was judged, with the verdict.
//!
//! A request whose `method` or `path` is `null` was never read by its recorder (a host that answered by itself); it is
//! reported as [unreadable](TraceError::is_unreadable).

mod case;
mod error;
mod facts;
mod member;
mod reader;
mod record;
mod text;
mod wire;
mod words;

#[cfg(test)]
mod tests;

pub use case::Case;
pub use error::TraceError;
pub use facts::FactsBuf;
pub use reader::Reader;
pub use record::{Client, Logged, Record, Request, Response, Tls};
pub use text::Text;
