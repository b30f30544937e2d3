//! An HTTP/1.1 client that sends exactly the bytes it is given.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A request's bytes; headers go out as they are given, and nothing is added but `content-length` where there is a body.
pub fn request(method: &str, path: &str, headers: &[(&str, &[u8])], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{method} {path} HTTP/1.1\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    }
    if !body.is_empty() {
        bytes.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

/// Sends one request on a connection of its own.
pub fn send(to: SocketAddr, request: &[u8]) -> Result<Answer> {
    Connection::open(to)?.send(request)
}

/// One kept-alive connection.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    /// Connects.
    pub fn open(to: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(to).with_context(|| format!("cannot connect to {to}"))?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream: BufReader::new(stream) })
    }

    /// Sends one request and reads its answer.
    pub fn send(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.get_mut().write_all(request)?;
        self.read()
    }

    /// The socket, for what this client does not do.
    pub fn socket(&mut self) -> &mut TcpStream {
        self.stream.get_mut()
    }

    /// Reads an answer.
    pub fn read(&mut self) -> Result<Answer> {
        read_answer(&mut self.stream)
    }
}

/// Reads one answer off a stream.
pub fn read_answer(stream: &mut impl BufRead) -> Result<Answer> {
    let (status_line, headers) = read_head(stream)?.context("closed without an answer")?;
    let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok()).context("no status")?;
    let body = read_body(stream, &headers)?;
    Ok(Answer { status, headers, body })
}

type Head = (String, Vec<(String, String)>);

/// Reads a start line and headers; `None` at the end of the stream.
pub(crate) fn read_head(stream: &mut impl BufRead) -> Result<Option<Head>> {
    let mut line = || -> Result<String> {
        let mut bytes = Vec::new();
        stream.read_until(b'\n', &mut bytes)?;
        Ok(bytes.trim_ascii_end().iter().map(|byte| char::from(*byte)).collect())
    };
    let start = line()?;
    if start.is_empty() {
        return Ok(None);
    }
    let mut headers = Vec::new();
    loop {
        let text = line()?;
        if text.is_empty() {
            return Ok(Some((start, headers)));
        }
        let Some((name, value)) = text.split_once(':') else { bail!("no header: {text}") };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

/// Reads a body by its length or chunks.
pub(crate) fn read_body(stream: &mut impl BufRead, headers: &[(String, String)]) -> Result<Vec<u8>> {
    let header = |name: &str| headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
    let mut body = Vec::new();
    if header("transfer-encoding") == Some("chunked") {
        loop {
            let mut line = String::new();
            stream.read_line(&mut line)?;
            let size = u64::from_str_radix(line.trim(), 16).context("no chunk size")?;
            stream.by_ref().take(size).read_to_end(&mut body)?;
            stream.read_line(&mut line)?;
            if size == 0 {
                return Ok(body);
            }
        }
    }
    let length = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    stream.by_ref().take(length).read_to_end(&mut body)?;
    Ok(body)
}

/// Runs curl for what needs TLS or HTTP/2: status and body. Curl is there wherever this project is built.
pub fn curl(arguments: &[&str]) -> Result<Answer> {
    let mut command = std::process::Command::new("curl");
    command.args(["--silent", "--show-error", "--insecure", "--max-time", "60", "--write-out", "\n%{http_code}"]);
    let done = command.args(arguments).output().context("cannot start curl")?;
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let Some((body, status)) = text.rsplit_once('\n') else {
        bail!("curl said nothing: {}", String::from_utf8_lossy(&done.stderr));
    };
    Ok(Answer { status: status.parse()?, headers: Vec::new(), body: body.as_bytes().to_vec() })
}
