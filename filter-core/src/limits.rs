//! Every bound on what a request may make the core do, in one place, each with its source.
//!
//! Beyond a limit nothing fails: the rest is not looked at, what was not seen is *unknown*, and the
//! `headers_oversized` signal says so.

/// Header lines looked at. Envoy's default `max_headers_count` is 100, nginx and Cloudflare stop near 100 to 128.
pub const HEADERS: usize = 128;

/// Bytes of a user agent looked at. The longest of 952 real ones (intoli, 2026) has 296; in-app browsers reach 600.
pub const USER_AGENT: usize = 1024;

/// Bytes of any other header value looked at. Cookies are bounded by browsers at 4 KiB a pair (RFC 6265bis, 5.6).
pub const HEADER_VALUE: usize = 8192;

/// Bytes of a path that are normalised. URLs past 2,000 do not survive common clients and CDNs; Fastly and Cloudflare accept 8 to 16 KiB.
pub const PATH: usize = 2048;

/// Path segments looked at when a template is matched.
pub const PATH_SEGMENTS: usize = 32;

/// Addresses read from the right of a forwarding header; longer chains come from attackers.
pub const FORWARDED_HOPS: usize = 16;

/// Reasons a verdict can carry: one a signal.
pub const REASONS: usize = 64;

/// Bytes of a reason's text, and of a value quoted in it.
pub const DETAIL: usize = 160;

/// Entries of a name table. The public catalogues of crawlers and tools hold about 2,000 names together (2026-11).
pub const NAMES: usize = 8192;

/// Bytes of one name's token. The longest in use has 36.
pub const NAME_TOKEN: usize = 64;

/// Ranges of one table, IPv4 and IPv6 each. The whole routed IPv4 space by origin AS makes about 500,000 (2026-11).
pub const RANGES: usize = 1 << 20;
