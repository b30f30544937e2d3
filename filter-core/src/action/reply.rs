//! The answer to a blocked request, whole.

use alloc::string::String;
use alloc::vec::Vec;

/// An answer to send in the origin's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers, all of them, gRPC's included.
    pub headers: Vec<(&'static str, String)>,
    /// Body; empty for HEAD and gRPC.
    pub body: Vec<u8>,
    /// The gRPC status, where the caller speaks gRPC, for hosts that write it themselves.
    pub grpc_status: Option<u32>,
    /// For the host's log: `weir_block{rule=<id>}`.
    pub details: String,
}
