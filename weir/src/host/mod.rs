//! What each host sees of one and the same request. The differences are data, in `weir/hosts/`.
//!
//! ```
//! use weir::{host::Host, trace::{Request, Text}};
//! let mut request = Request { headers: vec![(Text::from("Host"), Text::from("shop.example"))], ..Request::default() };
//! Host::named("envoy")?.project(&mut request);
//! assert!(request.headers.is_empty());
//! # Ok::<(), String>(())
//! ```

mod project;
#[cfg(test)]
mod tests;

use serde::Deserialize;

/// The hosts' files.
const FILES: [&str; 5] = [
    include_str!("../../hosts/envoy.json"),
    include_str!("../../hosts/fastly.json"),
    include_str!("../../hosts/cloudflare.json"),
    include_str!("../../hosts/cloudflare-enterprise.json"),
    include_str!("../../hosts/sidecar.json"),
];

/// One host's view. A projection only takes away: what the trace does not know stays unknown.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// Name, as `--as` takes it.
    #[serde(rename = "host")]
    pub name: String,
    /// One line for people.
    pub summary: String,
    /// Where the file's statements come from.
    pub source: String,
    case: Case,
    order: Order,
    /// Names (lower case) that never reach the filter.
    remove: Vec<String>,
    /// Headers that `connection` names go too (RFC 9110, 7.6.1).
    remove_named_by_connection: bool,
    /// `te` survives only as `trailers`.
    te_trailers_only: bool,
    h2_cookies: Cookies,
    values: Values,
    pseudo_order: PseudoOrder,
    h2_fingerprint: bool,
    tls: Vec<TlsMember>,
    ja4_by: Ja4Source,
    network: Vec<NetworkMember>,
    address_by: AddressBy,
    /// The body can be read without giving up fail-open.
    body: bool,
}

impl Host {
    /// All hosts, in the order of the documentation.
    pub fn all() -> Vec<Host> {
        FILES.iter().filter_map(|text| serde_json::from_str(text).ok()).collect()
    }

    /// Finds a host.
    ///
    /// # Errors
    /// Where there is none of this name; the message lists those there are.
    pub fn named(name: &str) -> Result<Host, String> {
        let hosts = Host::all();
        let names: Vec<_> = hosts.iter().map(|host| format!("`{}`", host.name)).collect();
        let unknown = format!("there is no host `{name}`; use one of {}", names.join(", "));
        hosts.into_iter().find(|host| host.name == name).ok_or(unknown)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Case {
    Kept,
    Lower,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    Kept,
    /// By name; lines of one name are joined with a comma.
    Sorted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cookies {
    Kept,
    /// HTTP/2 crumbs become one line, the last.
    MergedLast,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Values {
    Bytes,
    /// Bytes that are not UTF-8 become U+FFFD.
    Utf8Lossy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PseudoOrder {
    Kept,
    /// HTTP/1 requests show an order that the host made up.
    H2Only,
    /// Fourth field of the HTTP/2 fingerprint.
    FromH2Fingerprint,
    No,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TlsMember {
    Version,
    Ja4,
    Ja3,
    Cipher,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ja4Source {
    Spec,
    /// Same value for clients without GREASE; for the others the third part is one of many, and none is to be relied on.
    Envoy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum NetworkMember {
    Asn,
    Organisation,
    Country,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AddressBy {
    /// The socket's peer, or what the trace says.
    Host,
    /// A header of the CDN that the host belongs to.
    Cdn,
}
