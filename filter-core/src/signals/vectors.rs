//! Test vectors: small requests in a form that reads like HTTP.
//!
//! ```text
//! GET https://shop.example/page HTTP/2 pseudo=masp ja4=t13d... tls=1.3 from=203.0.113.7
//! user-agent: curl/8.5.0
//! ```
//!
//! The first line is method, URL and version, then facts as `name=value`; the rest are headers in order. `http` URLs are
//! plain connections, `https` ones TLS 1.3 unless `tls=` says otherwise.

/// Requests on which a signal must fire, and must not.
#[derive(Debug)]
pub struct Vectors {
    /// It must fire on each of these.
    pub fires: &'static [&'static str],
    /// It must be silent on each of these.
    pub silent: &'static [&'static str],
}
