use std::path::PathBuf;

use filter_core::facts::{Fact, HeaderOrder, Ja4By, Provenance};

use super::*;
use crate::trace::{Reader, Record, Request, Text, Tls};

fn lines(headers: &[(&str, &str)]) -> Vec<(Text, Text)> {
    headers.iter().map(|(name, value)| (Text::from(*name), Text::from(*value))).collect()
}

fn shown(host: &str, version: &str, headers: &[(&str, &str)]) -> Vec<String> {
    let mut request = Request {
        version: Fact::Present(Text::from(version)),
        headers: lines(headers),
        header_order: HeaderOrder::Original,
        ..Request::default()
    };
    Host::named(host).unwrap().project(&mut request);
    request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect()
}

#[test]
fn every_file_is_read() {
    let names: Vec<_> = Host::all().into_iter().map(|host| host.name).collect();
    assert_eq!(names, ["envoy", "fastly", "cloudflare", "cloudflare-enterprise", "sidecar"]);
    assert_eq!(
        Host::named("nginx").unwrap_err(),
        "there is no host `nginx`; use one of `envoy`, `fastly`, \
        `cloudflare`, `cloudflare-enterprise`, `sidecar`"
    );
}

#[test]
fn envoy_lowers_names_and_removes_hop_by_hop_headers() {
    let sent = [
        ("Host", "shop.example"),
        ("Foo", "1"),
        ("Connection", "close, X-Foo"),
        ("X-Foo", "gone"),
        ("Keep-Alive", "1"),
        ("TE", "gzip"),
        ("te", "trailers"),
        ("Upgrade", "websocket"),
        ("foo", "2"),
        ("Cookie", "a=1"),
        ("Cookie", "b=2"),
    ];
    assert_eq!(shown("envoy", "1.1", &sent), ["foo: 1", "te: trailers", "foo: 2", "cookie: a=1", "cookie: b=2"]);
}

#[test]
fn envoy_merges_cookie_crumbs_of_http_2_at_the_end() {
    let sent = [("cookie", "a=1"), ("accept", "*/*"), ("cookie", "b=2")];
    assert_eq!(shown("envoy", "2", &sent), ["accept: */*", "cookie: a=1; b=2"]);
    assert_eq!(shown("sidecar", "2", &sent), ["cookie: a=1", "accept: */*", "cookie: b=2"]);
}

#[test]
fn cloudflare_sorts_and_joins() {
    let sent = [("X-B", "1"), ("Accept", "*/*"), ("x-b", "2"), ("Host", "s")];
    assert_eq!(shown("cloudflare", "1.1", &sent), ["accept: */*", "x-b: 1, 2"]);
    assert_eq!(shown("fastly", "1.1", &sent), ["X-B: 1", "Accept: */*", "x-b: 2", "Host: s"]);
}

/// What is left of the facts that are no headers.
fn facts(host: &str) -> Request {
    let mut request = Request {
        version: Fact::Present(Text::from("2")),
        pseudo_order: Fact::Present(Text::from("masp")),
        header_order: HeaderOrder::Original,
        headers: vec![(Text::from("x"), Text(vec![0xff]))],
        body: Fact::Present(vec![1]),
        tls: Tls {
            version: Fact::Present(filter_core::facts::TlsVersion::V1_3),
            ja4: Fact::Present(Text::from("t13d")),
            ja3: Fact::Present(Text::from("ab")),
            cipher: Fact::Present(Text::from("c")),
            ja4_by: Ja4By::Spec,
        },
        h2_fingerprint: Fact::Present(Text::from("1:65536|15663105|0|m,s,p,a")),
        ..Request::default()
    };
    request.client.provenance = Provenance::Peer;
    request.client.asn = Fact::Present(64500);
    Host::named(host).unwrap().project(&mut request);
    request
}

#[test]
fn hosts_differ_in_what_they_know() {
    let envoy = facts("envoy");
    assert_eq!((envoy.header_order, envoy.tls.ja4_by), (HeaderOrder::Kept, Ja4By::Envoy));
    assert_eq!((envoy.h2_fingerprint, envoy.client.asn), (Fact::Unknown, Fact::Unknown));
    assert_eq!(envoy.pseudo_order, Fact::Present(Text::from("masp")));
    assert_eq!(envoy.client.provenance, Provenance::Peer);

    let fastly = facts("fastly");
    assert_eq!(fastly.pseudo_order, Fact::Present(Text::from("mspa")), "it comes from the fingerprint");
    assert_eq!((fastly.header_order, fastly.client.asn), (HeaderOrder::Original, Fact::Present(64500)));

    let cloudflare = facts("cloudflare");
    assert_eq!((cloudflare.header_order, cloudflare.pseudo_order), (HeaderOrder::Lost, Fact::Unknown));
    assert_eq!((cloudflare.tls.ja4, cloudflare.body), (Fact::Unknown, Fact::Unknown));
    assert!(cloudflare.tls.version.is_present() && cloudflare.tls.cipher.is_present());
    assert_eq!(cloudflare.client.provenance, Provenance::Cdn);
    assert_eq!(cloudflare.headers[0].1, Text::from("\u{fffd}"));
    assert!(facts("cloudflare-enterprise").tls.ja4.is_present());

    let sidecar = facts("sidecar");
    assert!(sidecar.h2_fingerprint.is_present() && sidecar.pseudo_order.is_present() && sidecar.tls.ja4.is_present());
    assert_eq!(sidecar.client.asn, Fact::Unknown);
}

#[test]
fn a_plain_connection_stays_plain_everywhere() {
    for host in Host::all() {
        let mut request = Request { tls: Tls::plain(), ..Request::default() };
        host.project(&mut request);
        assert_eq!(request.tls, Tls::plain(), "{}", host.name);
    }
}

#[test]
fn recorded_requests_are_projected_once() {
    let Some(data) = std::env::var_os("WEIR_DATA").map(PathBuf::from) else {
        let _ = std::io::Write::write_fmt(
            &mut std::io::stderr(),
            format_args!("SKIPPED: recorded traces need WEIR_DATA, the folder with the recordings\n"),
        );
        return;
    };
    let requests = |file: &str| {
        Reader::open(&data.join(file)).unwrap().filter_map(|item| match item.unwrap().1 {
            Ok(Record::Request(request)) => Some(*request),
            _ => None,
        })
    };
    for host in Host::all() {
        for mut request in requests("clients/clients.trace.jsonl") {
            host.project(&mut request);
            let once = request.clone();
            host.project(&mut request);
            assert_eq!(request, once, "{} {}", host.name, once.id);
        }
    }
    // What an Envoy recorded is what an Envoy sees; the recorder left out that HTTP/1 has no pseudo headers.
    let envoy = Host::named("envoy").unwrap();
    for mut request in requests("clients/sessions.trace.jsonl.gz") {
        let mut projected = request.clone();
        envoy.project(&mut projected);
        if request.version == Fact::Present("1.1".into()) {
            assert_eq!(projected.pseudo_order, Fact::Absent, "{}", request.id);
            request.pseudo_order = Fact::Absent;
        }
        assert_eq!(projected, request, "{}", request.id);
    }
}
