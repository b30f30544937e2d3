//! Every way host settings are refused, by its exact words.

use alloc::string::ToString;

use super::*;
#[cfg(feature = "candidates")]
use crate::policy::{Guardrails, Rollout};

fn refused(text: &str) -> String {
    Settings::parse(text.as_bytes()).map(|_| ()).map_or_else(|problems| problems.to_string(), |()| String::new())
}

#[test]
fn everything_given() {
    let text = br#"{"bundle":"two lines","poll":{"cluster":"c","path":"/b?x","interval":5},"trusted_keys":[],
        "allow_unsigned":true,"secret":"0123456789abcdef","node":"edge-1","event_share":500,
        "client_address":{"trusted_hops":2,"trusted_proxies":["10.0.0.0/8","::1"],"header":"CF-Connecting-IP","appends_peer":false}}"#;
    let settings = Settings::parse(text).unwrap();
    let poll =
        Poll { cluster: Some("c".into()), path: Some("/b?x".into()), url: None, store: None, key: None, interval: 5 };
    assert_eq!(settings.source, BundleSource::Poll { poll, start: Some("two lines".into()) });
    assert!(settings.allow_unsigned && settings.keys.is_some());
    assert_eq!((settings.node.as_deref(), settings.event_share), (Some("edge-1"), 500));
    assert_eq!(settings.client_address.trusted_hops, 2);
    assert_eq!((settings.client_address.trusted_proxies.len(), settings.client_address.appends_peer), (2, Some(false)));
    assert_eq!(settings.client_address.header, Some(HeaderName::CfConnectingIp));
}

#[cfg(not(feature = "candidates"))]
#[test]
fn without_the_means_a_candidate_is_not_passed_over() {
    let problem = "/candidate: this host, as it is built, tries none; take `candidate` out";
    assert_eq!(refused(r#"{"bundle":"x","candidate":{"bundle":"y"}}"#), problem);
}

#[cfg(feature = "candidates")]
#[test]
fn a_candidate() {
    let text = br#"{"bundle":"x","candidate":{"poll":{"cluster":"c","path":"/next"},"share":0,"goals":["any"],"automatic":true,
        "guardrails":{"harmed_share":5,"good_clients":6,"harmed_clients":7,"seconds":8}}}"#;
    let candidate = Settings::parse(text).unwrap().candidate.unwrap();
    let BundleSource::Poll { poll, start: None } = candidate.source else { panic!("{candidate:?}") };
    assert_eq!((poll.cluster.as_deref(), poll.path.as_deref(), poll.interval), (Some("c"), Some("/next"), 30));
    let guardrails = Guardrails { harmed_share: 5, good_clients: 6, harmed_clients: 7, seconds: 8 };
    let goals = ["any".to_string()].into();
    assert_eq!(candidate.rollout, Rollout { share: 0, goals, automatic: true, guardrails });
    let candidate = Settings::parse(br#"{"bundle":"x","candidate":{"bundle":"y"}}"#).unwrap().candidate.unwrap();
    let source = BundleSource::Inline("y".into());
    assert_eq!(candidate, CandidateSettings { source, rollout: Rollout::default() });
    assert_eq!(Settings::parse(br#"{"bundle":"x"}"#).unwrap().candidate, None);
}

#[test]
fn least_given() {
    let settings = Settings::parse(br#"{"bundle":"x"}"#).unwrap();
    assert_eq!(settings.source, BundleSource::Inline("x".into()));
    assert!(!settings.allow_unsigned && settings.keys.is_none() && settings.node.is_none());
    assert_eq!(settings.client_address, ClientAddressSettings::default());
    let settings = Settings::parse(br#"{"poll":{"url":"https://b.example/x"}}"#).unwrap();
    assert!(matches!(settings.source, BundleSource::Poll { poll: Poll { interval: 30, .. }, start: None }));
}

#[test]
fn the_secret_is_not_shown() {
    let settings = Settings::parse(br#"{"bundle":"x","secret":"very-secret-words"}"#).unwrap();
    assert!(!alloc::format!("{settings:?}").contains("secret-words"));
    assert!(!refused(r#"{"bundle":"x","secret":"very-secret"}"#).contains("very"));
}

#[cfg(not(feature = "signatures"))]
#[test]
fn without_the_means_keys_are_not_passed_over() {
    let problem = "/trusted_keys: this build cannot check signatures; take `trusted_keys` out and set `allow_unsigned`";
    assert!(refused(r#"{"bundle":"x","trusted_keys":["k"]}"#).contains(problem));
}

#[cfg(feature = "signatures")]
#[test]
fn keys() {
    let key = "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let settings = Settings::parse(alloc::format!(r#"{{"bundle":"x","trusted_keys":["{key}"]}}"#).as_bytes()).unwrap();
    assert_eq!(settings.trusted_keys.iter().map(TrustedKey::to_string).collect::<Vec<_>>(), [key]);
    let both = alloc::format!(r#"{{"bundle":"x","trusted_keys":["{key}"],"allow_unsigned":true}}"#);
    assert_eq!(
        refused(&both),
        "/allow_unsigned: with this, what is signed by nobody would load beside what is signed by a trusted key; take it out, or `trusted_keys`"
    );
    let wrong = [r#""k""#, r#""ed25519:AAAA""#, r#""11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=""#];
    for key in wrong {
        let refused = refused(&alloc::format!(r#"{{"bundle":"x","trusted_keys":[{key}]}}"#));
        assert!(
            refused.starts_with("/trusted_keys/0: `") && refused.contains("is no public key; give the line"),
            "{refused}"
        );
    }
    let many = alloc::vec![alloc::format!("\"{key}\""); 17].join(",");
    assert_eq!(
        refused(&alloc::format!(r#"{{"bundle":"x","trusted_keys":[{many}]}}"#)),
        "/trusted_keys: 17 keys; at most 16 are allowed"
    );
}

#[test]
fn secrets_from_elsewhere_are_refused_alike() {
    use crate::keys::{DESK_SECRET, TEST_SECRET};
    for public in [TEST_SECRET, DESK_SECRET, b"fifteen bytes !"] {
        assert_eq!(Settings::keys_of(public).unwrap_err().place, "/secret");
    }
    let own = Settings::keys_of(b"weir-golden-tests-12").unwrap();
    assert_eq!(own.seed(), Keys::derive(b"weir-golden-tests-12").seed());
}

#[test]
fn what_is_refused() {
    let cases = [
        ("", "/ (line 1, column 1): not JSON: eof while parsing a value; mend the text here"),
        ("{}", "/: no bundle is given; give `bundle` (the two lines as a string) or `poll`"),
        (
            r#"{"bundle":"x","bundel":"y"}"#,
            "/bundel (line 1, column 23): unknown member `bundel`; expected `bundle`, `poll`, `trusted_keys`, `allow_unsigned`, `min_serial`, `quarantined`, `secret`, `client_address`, `node`, `event_share` or `candidate`",
        ),
        (
            r#"{"bundle":7,"allow_unsigned":"yes","node":"a b"}"#,
            "/bundle (line 1, column 11): invalid type: integer `7`; expected a string\n\
             /allow_unsigned (line 1, column 34): invalid type: string \"yes\"; expected a boolean\n\
             /node: `a b` is no name; use printable ASCII without spaces, at most 64 bytes",
        ),
        (
            r#"{"bundle":"x","quarantined":["gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg"]}"#,
            "/quarantined/0: it is no id; give its 64 hexadecimal digits",
        ),
        (r#"{"bundle":"x","quarantined":["abc"]}"#, "/quarantined/0: it is no id; give its 64 hexadecimal digits"),
        (r#"{"bundle":"x","secret":"short"}"#, "/secret: 5 bytes are too few; give at least 16, chosen at random"),
        (
            r#"{"bundle":"x","secret":"weir-golden-tests-1"}"#,
            "/secret: 19 bytes that everybody can read in Weir's source; give at least 16, chosen at random",
        ),
        (
            r#"{"bundle":"x","secret":"weir at a desk: nobody's secret"}"#,
            "/secret: 31 bytes that everybody can read in Weir's source; give at least 16, chosen at random",
        ),
        (
            r#"{"bundle":"x","event_share":1000001}"#,
            "/event_share: 1000001 is more than 1000000; give how many of a million requests get an event",
        ),
        (
            r#"{"poll":{"cluster":"c","url":"u","interval":0}}"#,
            "/poll: not clear where to ask; give `cluster` and `path`, or `url` alone, or `store` and `key`\n\
             /poll/interval: `0` is out of range; give 1 to 86400 seconds",
        ),
        (
            r#"{"poll":{"url":"https://b","store":"s","key":"k"}}"#,
            "/poll: not clear where to ask; give `cluster` and `path`, or `url` alone, or `store` and `key`",
        ),
        (
            r#"{"poll":{"store":"s"}}"#,
            "/poll: not clear where to ask; give `cluster` and `path`, or `url` alone, or `store` and `key`",
        ),
        (r#"{"poll":{"cluster":"c","path":"b"}}"#, "/poll/path: `b` is no path; start it with `/`"),
        (r#"{"poll":{"url":"ftp://b"}}"#, "/poll/url: `ftp://b` is no URL; start it with `https://`"),
        (
            r#"{"poll":{"evry":1}}"#,
            "/poll/evry (line 1, column 15): unknown member `evry`; expected one of `cluster`, `path`, `url`, `store`, `key`, `interval`",
        ),
        (
            r#"{"bundle":"x","client_address":{"trusted_hops":17,"trusted_proxies":["10.0.0.1/8"],"header":"x-forwarded-for"}}"#,
            "/client_address/trusted_hops: 17 hops; at most 16 are looked at\n\
             /client_address/trusted_proxies/0: `10.0.0.1/8`: bits are set below the mask; write the block's first address\n\
             /client_address/header: `x-forwarded-for` is no header that carries one address; expected `cf-connecting-ip`, `true-client-ip`, `fastly-client-ip`, `x-real-ip` or `x-envoy-external-address`",
        ),
        (
            r#"{"bundle":"x","client_address":{"trusted_hops":1,"header":"x-real-ip"}}"#,
            "/client_address/header: anybody could send this header; list the proxies that overwrite it under `trusted_proxies`",
        ),
        (
            r#"{"bundle":"x","client_address":{"trusted_hops":300}}"#,
            "/client_address/trusted_hops: 300 hops; at most 16 are looked at",
        ),
        (
            r#"{"bundle":"x","client_address":{"appends_peer":1,"hops":2}}"#,
            "/client_address/hops (line 1, column 56): unknown member `hops`; expected `trusted_hops`, `trusted_proxies`, `header` or `appends_peer`\n\
             /client_address/appends_peer (line 1, column 48): invalid type: integer `1`; expected a boolean",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(refused(text), expected, "{text}");
    }
}

#[cfg(feature = "candidates")]
#[test]
fn candidates_that_are_refused() {
    let cases = [
        (
            r#"{"bundle":"x","candidate":{"shares":5,"guardrails":{"harmd":1,"harmed_share":1000001,"seconds":"x"}}}"#,
            "/candidate/shares (line 1, column 36): unknown member `shares`; expected `bundle`, `poll`, `share`, `goals`, `automatic` or `guardrails`\n\
             /candidate/guardrails/harmd (line 1, column 60): unknown member `harmd`; expected `harmed_share`, `good_clients`, `harmed_clients` or `seconds`\n\
             /candidate/guardrails/seconds (line 1, column 98): invalid type: string \"x\"; expected a whole number, not negative\n\
             /candidate/guardrails/harmed_share: `1000001` is out of range; give how many of a million clients\n\
             /candidate: not clear where the candidate comes from; give `bundle` (the two lines as a string) or `poll`, one of them",
        ),
        (
            r#"{"bundle":"x","candidate":{"bundle":"y","poll":{"url":"ftp://b","interval":0},"share":1000001}}"#,
            "/candidate/share: `1000001` is out of range; give how many of a million clients\n\
             /candidate: not clear where the candidate comes from; give `bundle` (the two lines as a string) or `poll`, one of them\n\
             /candidate/poll/url: `ftp://b` is no URL; start it with `https://`\n\
             /candidate/poll/interval: `0` is out of range; give 1 to 86400 seconds",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(refused(text), expected, "{text}");
    }
}
