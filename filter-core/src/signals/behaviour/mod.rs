//! Evidence from what a client does over many requests. All of it needs memory, and is silent without.

pub mod course_unlike_site;
pub mod course_like_program;
pub mod course_like_site;
pub mod pages_hurried;
pub mod pages_flood;
pub mod rhythm_regular;
pub mod assets_never;
pub mod cookies_dropped;
pub mod referer_never;
pub mod missing_probed;
pub mod robots_read;
pub mod numbers_walked;
pub mod endpoint_again;
pub mod endpoint_again_long;
pub mod tries_refused;
pub mod tries_refused_many;
