//! Evidence about the program that made the request.

pub mod user_agent_missing;
