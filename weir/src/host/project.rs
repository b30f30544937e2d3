//! Takes away what a host does not show.

use filter_core::facts::{Fact, HeaderOrder, Ja4By, Provenance};

use super::{AddressBy, Case, Cookies, Host, Ja4Source, NetworkMember, Order, PseudoOrder, TlsMember, Values};
use crate::trace::{Request, Text, Tls};

impl Host {
    /// Turns `request` into what this host would show of it. Doing it twice changes nothing more.
    pub fn project(&self, request: &mut Request) {
        self.project_headers(request);
        self.project_pseudo_order(request);
        self.project_tls(&mut request.tls);
        if !self.h2_fingerprint {
            request.h2_fingerprint = Fact::Unknown;
        }
        let sees = |member| self.network.contains(&member);
        let client = &mut request.client;
        client.asn = kept(std::mem::take(&mut client.asn), sees(NetworkMember::Asn));
        client.organisation = kept(std::mem::take(&mut client.organisation), sees(NetworkMember::Organisation));
        client.country = kept(std::mem::take(&mut client.country), sees(NetworkMember::Country));
        if self.address_by == AddressBy::Cdn && client.provenance == Provenance::Peer {
            client.provenance = Provenance::Cdn;
        }
        if !self.body {
            request.body = Fact::Unknown;
        }
    }

    fn project_headers(&self, request: &mut Request) {
        let connection = match self.remove_named_by_connection {
            true => named_by_connection(&request.headers),
            false => Vec::new(),
        };
        let removed = |name: &[u8]| {
            self.remove.iter().any(|other| other.as_bytes() == name) || connection.iter().any(|other| other == name)
        };
        request.headers.retain(|(name, value)| {
            let name = name.as_bytes().to_ascii_lowercase();
            let te_goes = self.te_trailers_only && name == b"te" && !value.as_bytes().eq_ignore_ascii_case(b"trailers");
            !removed(&name) && !te_goes
        });
        if self.h2_cookies == Cookies::MergedLast && is_h2(request) {
            merge_cookies(&mut request.headers);
        }
        if self.values == Values::Utf8Lossy {
            for (_, value) in &mut request.headers {
                if let Err(error) =
                    String::from_utf8(std::mem::take(&mut value.0)).map(|text| value.0 = text.into_bytes())
                {
                    value.0 = String::from_utf8_lossy(error.as_bytes()).into_owned().into_bytes();
                }
            }
        }
        if self.case == Case::Lower {
            request.headers.iter_mut().for_each(|(name, _)| name.0.make_ascii_lowercase());
            if request.header_order == HeaderOrder::Original {
                request.header_order = HeaderOrder::Kept;
            }
        }
        if self.order == Order::Sorted {
            sort_and_join(&mut request.headers);
            request.header_order = HeaderOrder::Lost;
        }
    }

    fn project_pseudo_order(&self, request: &mut Request) {
        let is_known = match self.pseudo_order {
            PseudoOrder::Kept => true,
            PseudoOrder::H2Only if !is_h2(request) && request.version.is_present() => {
                // Earlier versions have no pseudo headers to send.
                request.pseudo_order = Fact::Absent;
                true
            }
            PseudoOrder::H2Only => is_h2(request),
            PseudoOrder::No => false,
            PseudoOrder::FromH2Fingerprint => {
                request.pseudo_order = from_fingerprint(&request.h2_fingerprint);
                true
            }
        };
        if !is_known {
            request.pseudo_order = Fact::Unknown;
        }
    }

    fn project_tls(&self, tls: &mut Tls) {
        let sees = |member| self.tls.contains(&member);
        if !sees(TlsMember::Version) {
            tls.version = Fact::Unknown;
        }
        tls.ja4 = kept(std::mem::take(&mut tls.ja4), sees(TlsMember::Ja4));
        tls.ja3 = kept(std::mem::take(&mut tls.ja3), sees(TlsMember::Ja3));
        tls.cipher = kept(std::mem::take(&mut tls.cipher), sees(TlsMember::Cipher));
        match (&tls.ja4, self.ja4_by) {
            (Fact::Present(_), Ja4Source::Envoy) => tls.ja4_by = Ja4By::Envoy,
            // Envoy's value cannot be turned into the specification's: it keeps its mark.
            (Fact::Present(_), Ja4Source::Spec) => {}
            _ => tls.ja4_by = Ja4By::Spec,
        }
    }
}

fn kept<T>(fact: Fact<T>, is_kept: bool) -> Fact<T> {
    match fact {
        // On a plain connection every host knows that there is no handshake.
        Fact::Absent => Fact::Absent,
        fact if is_kept => fact,
        _ => Fact::Unknown,
    }
}

fn is_h2(request: &Request) -> bool {
    matches!(&request.version, Fact::Present(version) if matches!(version.as_bytes(), b"2" | b"2.0" | b"3" | b"3.0"))
}

fn named_by_connection(headers: &[(Text, Text)]) -> Vec<Vec<u8>> {
    let lines = headers.iter().filter(|(name, _)| name.as_bytes().eq_ignore_ascii_case(b"connection"));
    let items = lines.flat_map(|(_, value)| value.as_bytes().split(|byte| *byte == b','));
    items.map(|item| item.trim_ascii().to_ascii_lowercase()).filter(|item| item != b"te").collect()
}

fn merge_cookies(headers: &mut Vec<(Text, Text)>) {
    let is_cookie = |name: &Text| name.as_bytes().eq_ignore_ascii_case(b"cookie");
    let crumbs: Vec<_> = headers.extract_if(.., |(name, _)| is_cookie(name)).map(|(_, value)| value.0).collect();
    if !crumbs.is_empty() {
        headers.push((Text::from("cookie"), Text(crumbs.join(&b"; "[..]))));
    }
}

fn sort_and_join(headers: &mut Vec<(Text, Text)>) {
    headers.sort_by(|(one, _), (other, _)| one.cmp(other));
    headers.dedup_by(|(name, value), (kept_name, kept_value)| {
        let is_same = name == kept_name;
        if is_same {
            kept_value.0.extend_from_slice(b", ");
            kept_value.0.extend_from_slice(value.as_bytes());
        }
        is_same
    });
}

/// `1:65536;...|15663105|0|m,a,s,p` ends in the pseudo headers' order.
fn from_fingerprint(fingerprint: &Fact<Text>) -> Fact<Text> {
    let Fact::Present(text) = fingerprint else { return Fact::Unknown };
    match text.as_bytes().rsplit(|byte| *byte == b'|').next() {
        Some(last) if last.len() < text.as_bytes().len() => {
            Fact::Present(Text(last.iter().copied().filter(|byte| *byte != b',').collect()))
        }
        _ => Fact::Unknown,
    }
}
