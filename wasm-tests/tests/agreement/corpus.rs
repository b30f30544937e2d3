//! Requests beyond the recorded clients' for whoever has the reference data.

use wasm_tests::evidence::corpus::Data;
use weir::trace::{Request, Text};

/// Visitors' navigations, captures of browsers, and what attackers sent to an exposed interface, every so many of each, and how many there are
/// at least. `WEIR_CORPUS=all` takes 20,000 in all, which takes minutes.
pub fn visitors_and_attackers() -> Option<(Vec<Request>, usize)> {
    let data = Data::from_env()?;
    let is_all = std::env::var("WEIR_CORPUS").is_ok_and(|which| which == "all");
    let (step, least) = if is_all { (2, 20_000) } else { (80, 500) };
    let visitors = data.visitors().unwrap().into_iter().step_by(step);
    let attackers = data.honeypot().unwrap().into_iter().filter(can_be_sent).step_by(step);
    let captures = data.captures().unwrap().into_iter().map(|(_, request)| request);
    // What the host is sent is all there is: no header is unknown.
    let requests = visitors.chain(captures).chain(attackers).map(|request| Request { headers_known: None, ..request });
    Some((requests.collect(), least))
}

/// Whether an HTTP server takes it for a request of this client's: most of what it does not is no HTTP.
fn can_be_sent(request: &Request) -> bool {
    const ITS_OWN: [&str; 5] = ["connection", "transfer-encoding", "upgrade", "expect", "te"];
    let is_token = |text: &Text| {
        let mut bytes = text.as_bytes().iter();
        !text.as_bytes().is_empty() && bytes.all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
    };
    let is_path = |b: &u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(b);
    let path = request.path.as_bytes();
    let is_header = |(name, value): &(Text, Text)| {
        let name_text = String::from_utf8_lossy(name.as_bytes()).to_ascii_lowercase();
        let value = value.as_bytes();
        let is_short = name_text != "content-length" || value.len() < 6;
        let is_host = name_text != "host" || value.iter().all(|b| b.is_ascii_alphanumeric() || b"-.:".contains(b));
        is_token(name)
            && !ITS_OWN.contains(&name_text.as_str())
            && is_short
            && is_host
            && value.trim_ascii() == value
            && value.iter().all(|b| *b >= b' ' && *b != 0x7f)
    };
    path.starts_with(b"/")
        && path.iter().all(is_path)
        && request.method.as_bytes() != b"CONNECT"
        && is_token(&request.method)
        && request.headers.iter().all(is_header)
}
