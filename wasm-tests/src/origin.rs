//! An origin that answers with what it was sent: the headers, a line each, then the number of body bytes.

use std::io::{BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use anyhow::Result;

use crate::client::{Answer, read_body, read_head};

/// Answers one request: start line, headers, body.
pub type Handler = dyn Fn(&str, &[(String, String)], &[u8]) -> Answer + Send + Sync;

/// A server on a port of its own, which lives as long as the test process.
pub struct Origin {
    /// Where it listens.
    pub address: SocketAddr,
}

impl Origin {
    /// One that echoes.
    pub fn start() -> Result<Self> {
        Self::with(|start, headers, body| {
            let mut text = format!("{start}\n");
            for (name, value) in headers {
                text.push_str(&format!("{name}: {value}\n"));
            }
            text.push_str(&format!("body bytes: {}\n", body.len()));
            Answer { status: 200, headers: Vec::new(), body: text.into_bytes() }
        })
    }

    /// One that answers as `handler` says.
    pub fn with(handler: impl Fn(&str, &[(String, String)], &[u8]) -> Answer + Send + Sync + 'static) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let handler: Arc<Handler> = Arc::new(handler);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let handler = Arc::clone(&handler);
                thread::spawn(move || serve(stream, &*handler));
            }
        });
        Ok(Origin { address })
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

fn serve(stream: TcpStream, handler: &Handler) -> Option<()> {
    let _ = stream.set_nodelay(true);
    let mut out = stream.try_clone().ok()?;
    let mut stream = BufReader::new(stream);
    loop {
        let (start, headers) = read_head(&mut stream).ok()??;
        let body = read_body(&mut stream, &headers).ok()?;
        let answer = handler(&start, &headers, &body);
        let mut bytes = format!("HTTP/1.1 {} Answer\r\ncontent-length: {}\r\n", answer.status, answer.body.len());
        for (name, value) in &answer.headers {
            bytes.push_str(&format!("{name}: {value}\r\n"));
        }
        bytes.push_str("\r\n");
        let mut bytes = bytes.into_bytes();
        bytes.extend_from_slice(&answer.body);
        out.write_all(&bytes).ok()?;
    }
}
