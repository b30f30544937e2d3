//! An app that only forwards, kept for as many requests as the host grants: what Weir's cost is measured against.

use fastly::http::serve::Serve;
use fastly::{Request, Response};

fn main() {
    Serve::new().run(|mut request: Request| {
        request.set_pass(true);
        request.send("origin").unwrap_or_else(|_| Response::from_status(503))
    });
}
