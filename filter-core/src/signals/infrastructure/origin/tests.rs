use alloc::string::String;
use alloc::vec;

use super::*;
use crate::facts::{ClientFacts, Facts, Header};
use crate::signals::infrastructure::sample;

/// How the address of a request that claims Googlebot is judged, and which hosting list speaks.
fn judge(user_agent: &str, address: &str, provenance: Provenance, lists: &[(&str, &str)]) -> (String, Option<String>) {
    let names = sample::names();
    let address: IpAddr = address.parse().unwrap();
    let networks = sample::networks(address, lists).unwrap();
    let headers = [Header { name: b"user-agent", value: user_agent.as_bytes() }];
    let client = ClientFacts { address: Fact::Present(address), provenance, ..ClientFacts::default() };
    let facts = Facts { method: b"GET", path: b"/", headers: &headers, client, ..Facts::default() };
    let request = Request::new(&facts, &Default::default());
    let fingerprint = Fingerprint::new(&request, &names);
    let origin = Origin::new(&request, &fingerprint, &networks);
    let proof = match origin.crawler {
        CrawlerProof::NotClaimed => "not claimed",
        CrawlerProof::Verified(_) => "verified",
        CrawlerProof::Impostor(_) => "impostor",
        CrawlerProof::Unverifiable(_) => "unverifiable",
    };
    (proof.into(), origin.telling(NetworkKind::Hosting).map(|list| list.name.clone()))
}

#[test]
fn claims_are_judged_by_address_and_provenance() {
    use Provenance::*;
    let google = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
    type Lists = &'static [(&'static str, &'static str)];
    let cases: [(&str, &str, Provenance, Lists, &str); 17] = [
        (google, "66.249.66.1", Peer, &[("crawler", "googlebot")], "verified"),
        (google, "66.249.66.1", Hop, &[("crawler", "googlebot")], "verified"),
        (google, "66.249.66.1", Unverified, &[("crawler", "googlebot")], "unverifiable"),
        (google, "203.0.113.7", Peer, &[], "impostor"),
        (google, "203.0.113.7", Cdn, &[], "impostor"),
        (google, "203.0.113.7", Unverified, &[], "unverifiable"),
        (google, "203.0.113.7", Peer, &[("cdn", "cloudflare")], "unverifiable"),
        (google, "203.0.113.7", Peer, &[("crawler", "bingbot")], "impostor"),
        (google, "2001:db8::1", Peer, &[], "impostor"),
        (google, "10.1.2.3", Peer, &[], "unverifiable"),
        (google, "127.0.0.1", Peer, &[], "unverifiable"),
        (google, "100.64.0.1", Peer, &[], "unverifiable"),
        (google, "fd00::1", Peer, &[], "unverifiable"),
        (google, "203.0.113.7", Peer, &[("custom", "googlebot")], "verified"),
        (google, "203.0.113.7", Peer, &[("hosting", "aws")], "impostor"),
        ("ExampleBot/1.0", "203.0.113.7", Peer, &[], "unverifiable"),
        ("curl/8.5.0", "203.0.113.7", Peer, &[], "not claimed"),
    ];
    for (user_agent, address, provenance, lists, proof) in cases {
        assert_eq!(judge(user_agent, address, provenance, lists).0, proof, "{user_agent} {address} {lists:?}");
    }
}

#[test]
fn a_list_that_may_be_incomplete_accuses_nobody() {
    let names = sample::names();
    let list = crate::signals::infrastructure::NetworkList { name: "googlebot".into(), kind: NetworkKind::Custom };
    let networks = Networks::new(vec![list], vec![], Default::default()).unwrap();
    let headers = [Header { name: b"user-agent", value: b"Googlebot/2.1" }];
    let address = Fact::Present("203.0.113.7".parse().unwrap());
    let client = ClientFacts { address, provenance: Provenance::Peer, ..ClientFacts::default() };
    let facts = Facts { method: b"GET", path: b"/", headers: &headers, client, ..Facts::default() };
    let request = Request::new(&facts, &Default::default());
    let origin = Origin::new(&request, &Fingerprint::new(&request, &names), &networks);
    assert!(matches!(origin.crawler, CrawlerProof::Unverifiable(_)));
}

#[test]
fn a_network_speaks_only_about_the_client() {
    use Provenance::*;
    let aws = ("hosting", "aws");
    let hosting = |lists: &[(&str, &str)], provenance| judge("curl/8.5.0", "203.0.113.7", provenance, lists).1;
    assert_eq!(hosting(&[aws], Peer).as_deref(), Some("aws"));
    assert_eq!(hosting(&[aws], Cdn).as_deref(), Some("aws"));
    assert_eq!(hosting(&[], Peer), None);
    assert_eq!(hosting(&[aws], Unverified), None);
    assert_eq!(hosting(&[aws, ("relay", "icloud")], Peer), None);
    assert_eq!(hosting(&[aws, ("cdn", "cloudflare")], Peer), None);
    assert_eq!(judge("Googlebot/2.1", "66.249.66.1", Peer, &[aws, ("crawler", "googlebot")]).1, None);
    assert_eq!(judge("bingbot/2.0", "66.249.66.1", Peer, &[aws, ("crawler", "googlebot")]).1.as_deref(), Some("aws"));
}

#[test]
fn the_host_knows_the_as_better_than_the_bundle() {
    let names = crate::fingerprint::Names::default();
    let mut bytes = alloc::vec::Vec::new();
    for number in [u128::from(u32::from_be_bytes([203, 0, 113, 0])), 256, 64_500] {
        super::super::wire::write(number, &mut bytes);
    }
    let table = super::super::RangeTable::decode(&bytes, &[]).unwrap();
    let networks = Networks::new(vec![], vec![], Default::default()).unwrap().with_asns(table);
    for (fact, expected) in [(Fact::Present(64_501), 64_501), (Fact::Unknown, 64_500)] {
        let address = Fact::Present("203.0.113.7".parse().unwrap());
        let client = ClientFacts { address, asn: fact, country: Fact::Present(b"DE"), ..ClientFacts::default() };
        let facts = Facts { method: b"GET", path: b"/", client, ..Facts::default() };
        let request = Request::new(&facts, &Default::default());
        let origin = Origin::new(&request, &Fingerprint::new(&request, &names), &networks);
        assert_eq!((origin.asn(&request), origin.country(&request)), (Some(expected), Some(*b"DE")));
    }
}
