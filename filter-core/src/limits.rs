//! Every bound on what a request may make the core do, in one place, each with its source.
//!
//! Beyond a limit nothing fails: the rest is not looked at, what was not seen is *unknown*, and the
//! `headers_oversized` signal says so.

/// Header lines looked at. Envoy's default `max_headers_count` is 100, nginx and Cloudflare stop near 100 to 128.
pub const HEADERS: usize = 128;

/// Header lines among which names are looked for: an Envoy told to take more than [`HEADERS`] (`max_headers_count`) judges by the user
/// agent all the same. Its default of 60 KiB of headers holds about so many of the shortest that programs send.
pub const HEADERS_SEARCHED: usize = 1024;

/// Header sets whose judgement a long-lived host keeps, 1.5 KB each: a browser sends five to ten (pages, images, fetches), so this
/// holds those of the 30 or so most frequent browser versions.
pub const HEADER_SETS: usize = 256;

/// Lines of a set that is kept. Browsers send up to 25, an edge adds up to ten.
pub const HEADER_SET_LINES: usize = 40;

/// Bytes of names and steady values of a set that is kept. Chrome's navigation has 800.
pub const HEADER_SET_BYTES: usize = 1024;

/// Bytes of a user agent looked at. The longest of 952 real ones (intoli, 2026) has 296; in-app browsers reach 600.
pub const USER_AGENT: usize = 1024;

/// Bytes of any other header value looked at. Cookies are bounded by browsers at 4 KiB a pair (RFC 6265bis, 5.6).
pub const HEADER_VALUE: usize = 8192;

/// Bytes of a path that are normalised: more than any host lets through (Envoy's headers have 60 KiB in all, Fastly and Cloudflare
/// accept URLs of 8 to 16 KiB), since what is cut off could be what a rule is about.
pub const PATH: usize = 65_536;

/// Path segments looked at when a template is matched.
pub const PATH_SEGMENTS: usize = 32;

/// Addresses read from the right of a forwarding header; longer chains come from attackers.
pub const FORWARDED_HOPS: usize = 16;

/// Bytes of a request's id that events keep: UUIDs have 36, trace ids 32; clients may send anything.
pub const EVENT_ID: usize = 128;

/// Reasons a verdict can carry: one a signal.
pub const REASONS: usize = 128;

/// Bytes of a reason's text, of a value quoted in it or in a problem, and of a name or an operator that it shows.
pub const DETAIL: usize = 160;

/// Entries of a name table. The public catalogues of crawlers and tools hold about 2,000 names together (2026-11).
pub const NAMES: usize = 8192;

/// Bytes of one name's token. The longest in use has 36.
pub const NAME_TOKEN: usize = 64;

/// Ranges of one table, IPv4 and IPv6 each. The whole routed IPv4 space by origin AS makes about 500,000 (2026-11).
pub const RANGES: usize = 1 << 20;

/// Bytes of a whole bundle. The default one has well under 1 MiB; Envoy, ECDS and Istio carry 4 MiB of configuration by default (gRPC's message limit).
pub const BUNDLE: usize = 4 << 20;

/// Rules of a bundle, and as many allow rules. Each is asked once a request.
pub const RULES: usize = 512;

/// Bytes of a text that is searched for, between two stars of a pattern too: a search costs up to this times what is searched.
pub const CONTAINS: usize = 64;

/// What a search in a text counts among [`CONDITION_NODES`]: through 8 KiB it takes up to 20 us.
pub const CONTAINS_NODES: usize = 16;

/// Depth of a condition: evaluation recurses, and a wasm stack has 1 MiB or less.
pub const CONDITION_DEPTH: usize = 16;

/// Tests in all conditions of a bundle together; at 10 to 50 ns a test the worst bundle costs well under a millisecond.
pub const CONDITION_NODES: usize = 8192;

/// Items of one list inside a condition; longer ones belong into the bundle's `lists` or network lists.
pub const CONDITION_ITEMS: usize = 256;

/// Bytes of one text in a condition or list.
pub const TEXT: usize = 512;

/// Lists of texts in a bundle.
pub const LISTS: usize = 64;

/// Texts in one list; look-up is a binary search.
pub const LIST_ITEMS: usize = 20_000;

/// Filters of breached passwords and pairs in a bundle: each costs a login a look-up. Their size is bounded by the bundle's.
pub const BREACHED: usize = 8;

/// Bytes of a name that policy gives: rules, endpoints, labels, lists.
pub const NAME: usize = 64;

/// Endpoints that a bundle describes: each is tried once a request, and most fail at the first segment.
pub const ENDPOINTS: usize = 512;

/// Bytes of a path segment that can be a literal of a learned template; a longer one is a value. The longest of 175,195 segments in
/// 1,336 published API descriptions (2026-11) has 112.
pub const ENDPOINT_SEGMENT: usize = 128;

/// Bytes of a host's name (RFC 1035, 2.3.4).
pub const ENDPOINT_HOST: usize = 255;

/// Nodes of learned paths at an edge. 1,300 of 1,336 published APIs have fewer than 250 templates.
pub const ENDPOINT_NODES: usize = 8192;

/// Steps of one look-up: twice the segments where templates do not contradict each other.
pub const ENDPOINT_STEPS: usize = 128;

/// Bytes of one node's snapshot of endpoints; Envoy's shared data and Workers KV take 25 MiB, a POP cache 100 MiB.
pub const ENDPOINT_SNAPSHOT: usize = 512 << 10;

/// Nodes whose snapshots are merged.
pub const ENDPOINT_PEERS: usize = 256;

/// Bytes of a login's body that are looked at by default. Forms and JSON that log in have well under 2 KiB, ASP.NET's view state some more.
pub const BODY_PREFIX: usize = 16 << 10;

/// The same at most, where a policy asks for more: what Envoy buffers by default is 1 MiB, and every byte is looked at.
pub const BODY_PREFIX_MOST: usize = 64 << 10;

/// Bytes of the answer's body that are looked at where an outcome rule asks for a JSON member.
pub const ANSWER_PREFIX: usize = 16 << 10;

/// Magnitude of one weight, of the prior and of a cap in milli-nats: odds of 1 to 485 million, past which nothing moves.
pub const WEIGHT: i32 = 20_000;

/// Places where an identity is looked for.
pub const IDENTITY_SOURCES: usize = 8;

/// Bytes of a block message: it is shown to people on one line.
pub const MESSAGE: usize = 256;

/// Bytes of a place that requests are sent to: what browsers and servers all take.
pub const LOCATION: usize = 2048;

/// Seconds that a request may be held: most clients give up after 30 or 60, and so do proxies in front.
pub const TARPIT_SECONDS: u32 = 30;

/// Requests that one rule may hold at once on one host. A held request of Envoy takes 5 to 9 KB (1.40, 2026-11): 10 MB at most.
pub const TARPIT_HELD: u32 = 1024;

/// Rate limits of a bundle: each that a request meets costs it a hash and a look-up.
pub const RATE_LIMITS: usize = 16;

/// Parts of a limit's key.
pub const KEY_PARTS: usize = 4;

/// Keys of limits that are counted at once where the bundle does not say: 147 KB, which leaves the default below 16 MiB.
pub const CELLS: u32 = 8192;

/// Requests of a limit, and seconds it is about.
pub const RATE_REQUESTS: u32 = 1_000_000;

/// Seconds that a limit is about: a day.
pub const RATE_SECONDS: u32 = 86_400;

/// Bytes of host settings: a bundle as a string, every quote escaped, and the rest.
pub const SETTINGS: usize = 9 << 20;

/// Proxies that may be trusted. The largest CDN publishes fewer than 100 blocks.
pub const TRUSTED_PROXIES: usize = 1024;

/// Keys that may sign for one host: one a person or pipeline, and as many again while they are replaced.
pub const TRUSTED_KEYS: usize = 16;

/// Bytes of all records in one host's memory. A wasm module addresses 4 GiB, and Envoy makes one a worker.
pub const STATE: u64 = 512 << 20;

/// Bytes of one node's snapshot of records, as it travels. Envoy's shared data and Workers KV take 25 MiB a value, Fastly's KV Store
/// 25 MB; reading one costs a millisecond in wasm.
pub const SNAPSHOT: usize = 256 << 10;

/// Records of one kind in a snapshot: what the smallest, packed, could fill one with.
pub const SNAPSHOT_RECORDS: usize = 16 << 10;

/// Nodes whose snapshots are kept at once: the points of presence of the largest network, and as many Envoy workers as machines have
/// processors (2026-11). Together with `SNAPSHOT` at most 64 MiB, at a hub.
pub const SNAPSHOT_NODES: usize = 256;

/// Bytes of a board, many nodes' snapshots as one value: 256 of 16 KiB. Workers KV takes 25 MiB a value, Fastly's KV Store 25 MB.
pub const BOARD: usize = 4 << 20;

/// Milliseconds after which a node that says nothing new is heard no longer. A KV store shows a write within 60 s, so that two of three may be
/// lost.
pub const SNAPSHOT_EXPIRY: u64 = 3 * 60 * 1000;

/// Milliseconds by which another node's clock may be ahead.
pub const SNAPSHOT_AHEAD: u64 = 60 * 1000;

/// Golden tests of a bundle; one with more is refused. Half as many as rules: tests are for what must never go wrong, `weir replay` for
/// whole recordings.
pub const TESTS: usize = 256;

/// Bytes of all golden tests of a bundle as they are written; one with more is refused. A browser's request has about 1 KB.
pub const TESTS_BYTES: usize = 128 << 10;

/// Requests of all golden tests of a bundle, repeated ones counted; one with more is refused. A request takes 5 to 10 us in wasm, and
/// all of them run before a bundle serves.
pub const TEST_REQUESTS: usize = 1024;

/// Kinds of disagreement between the active bundle and a candidate that are counted, 240 bytes each: candidates differ in a few rules, at the
/// endpoints where these act.
pub const SHADOW_ROWS: usize = 64;

/// Clients that are remembered for a candidate, eight bytes each. With none harmed among so many, the share of harmed clients is below
/// 0.024 % (95 %).
pub const SHADOW_CLIENTS: usize = 16 << 10;

/// Bytes of a request's id that samples keep: a UUID, and some more.
pub const SHADOW_ID: usize = 40;

/// Goals of a candidate: each is compared with a request's endpoint.
pub const SHADOW_GOALS: usize = 16;
