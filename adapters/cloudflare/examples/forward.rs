//! A Worker that only forwards, made with Cloudflare's SDK alone: what Weir's cost is measured against.

use worker::{Context, Env, Fetch, Request, Response, Result, event};

#[event(fetch)]
async fn fetch(request: Request, _env: Env, context: Context) -> Result<Response> {
    context.pass_through_on_exception();
    Fetch::Request(request).send().await
}
