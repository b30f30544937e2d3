//! A small shop on loopback, so that `weir up` has something to protect before there is an origin.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};

use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use crate::body::Body;

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";

/// Starts it on a free port of loopback, until the runtime ends. Where it is.
///
/// # Errors
/// Where no port can be had.
pub async fn start() -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        // Only this proxy connects, and it has a limit.
        while let Ok((socket, _)) = listener.accept().await {
            let service = service_fn(|request| async move { Ok::<_, Infallible>(answer(&request)) });
            tokio::spawn(
                http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(socket), service),
            );
        }
    });
    Ok(address)
}

fn answer(request: &Request<Incoming>) -> Response<Body> {
    let (status, kind, text) = match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, "/") => (StatusCode::OK, HTML, page(request.headers())),
        (&Method::GET | &Method::HEAD, "/shop.css") => {
            (StatusCode::OK, "text/css", include_str!("shop.css").to_owned())
        }
        (&Method::GET | &Method::HEAD, "/api/products") => {
            (StatusCode::OK, JSON, include_str!("products.json").to_owned())
        }
        (&Method::POST, "/login") => {
            (StatusCode::UNAUTHORIZED, JSON, "{\"error\":\"wrong name or password\"}\n".to_owned())
        }
        (_, "/headers") => (StatusCode::OK, "text/plain; charset=utf-8", told(request.headers())),
        _ => (StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "there is no such page\n".to_owned()),
    };
    let mut response = Response::new(Body::of(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// The front page, with what Weir told of whoever asks for it.
fn page(headers: &HeaderMap) -> String {
    let told = told(headers).replace('&', "&amp;").replace('<', "&lt;");
    include_str!("shop.html").replace("{told}", &told)
}

/// What an origin sees of Weir.
fn told(headers: &HeaderMap) -> String {
    let ours = headers.iter().filter(|(name, _)| name.as_str().starts_with("x-"));
    ours.map(|(name, value)| format!("{name}: {}\n", value.as_bytes().escape_ascii())).collect()
}
