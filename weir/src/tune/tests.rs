//! Made-up traffic whose answer is known: how many sessions of which score there are.

use std::fmt::Write as _;
use std::io::Cursor;

use filter_core::policy::{Bundle, Settings, check_content, wire};

use super::*;
use crate::source::Options;
use crate::trace::Record;

const POLICY: &str = r#"{"endpoints":[
    {"id":"login","path":"/login","methods":["POST"],"label":"login"},
    {"id":"buy","path":"/buy","methods":["POST"],"label":"checkout"}],
  "allow":[{"id":"office","when":{"address":{"blocks":["192.0.2.0/24"]}}}],
  "otherwise":"allow"}"#;

fn engine() -> Engine {
    let content = check_content(POLICY).unwrap();
    let bundle = Bundle::parse(wire::write(&content, 1).unwrap().as_bytes()).unwrap();
    Engine::new(bundle, &Settings { allow_unsigned: true, ..Settings::default() }).unwrap()
}

/// Who asks, by how many headers of a browser he sends.
#[derive(Clone, Copy)]
enum Tool {
    Browser,
    Clumsy,
    Script,
}

/// Traffic in the making: a request and its answer at a time.
#[derive(Default)]
struct Traffic {
    text: String,
    count: u64,
}

impl Traffic {
    fn ask(&mut self, tool: Tool, address: &str, path: &str, status: u16) {
        let headers = match tool {
            Tool::Browser => {
                r#"["accept","text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],["accept-language","de-DE,de;q=0.5"],["accept-encoding","gzip, deflate, br, zstd"],["user-agent","Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],["sec-fetch-dest","document"],["sec-fetch-mode","navigate"],["sec-fetch-site","same-origin"],["origin","https://shop.example"]"#
            }
            Tool::Clumsy => {
                r#"["accept","text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],["accept-encoding","gzip, deflate, br, zstd"],["user-agent","Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],["sec-fetch-dest","document"],["sec-fetch-mode","navigate"],["sec-fetch-site","same-origin"],["origin","https://shop.example"]"#
            }
            Tool::Script => {
                r#"["user-agent","Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],["accept","*/*"]"#
            }
        };
        let (t, id) = (1_763_700_000_000 + self.count * 100, self.count);
        let _ = writeln!(
            self.text,
            r#"{{"t":{t},"id":"r{id}","request":{{"method":"POST","scheme":"https","authority":"shop.example","path":"{path}","version":"1.1","headers":[{headers}]}},"client":{{"address":"{address}","provenance":"peer"}}}}"#
        );
        let _ = writeln!(
            self.text,
            r#"{{"t":{},"id":"r{id}","response":{{"status":{status},"headers":[["location","/thanks"]]}}}}"#,
            t + 20
        );
        self.count += 1;
    }

    fn curve(self, endpoints: &[&str]) -> Curve {
        let engine = engine();
        let wanted = Wanted {
            endpoints: endpoints.iter().map(|name| (*name).to_owned()).collect(),
            good: vec!["checkout".into()],
            no_logins: false,
        };
        let mut tuning = Tuning::new(&engine, wanted);
        let input = crate::input::Input::new(Cursor::new(self.text.into_bytes()), None).unwrap();
        let mut source = Source::new("made up".into(), input, Options::default());
        tuning.read(&mut source, "made up", &engine, None, || ()).unwrap();
        assert_eq!(tuning.problems.malformed, 0, "{:?}", tuning.problems);
        tuning.finish()
    }
}

/// What a request to buy scores on its own.
fn score(tool: Tool) -> u8 {
    let mut traffic = Traffic::default();
    traffic.ask(tool, "203.0.113.1", "/buy", 200);
    let Ok(Record::Request(request)) = Record::parse(traffic.text.lines().next().unwrap().as_bytes()) else {
        panic!("no request")
    };
    let lent = request.facts();
    engine().judge(&lent.facts(), request.t).score.value
}

#[test]
fn the_known_answer() {
    let (browser, clumsy, script) = (score(Tool::Browser), score(Tool::Clumsy), score(Tool::Script));
    assert!(browser < clumsy && clumsy < script, "{browser} {clumsy} {script}");
    let mut traffic = Traffic::default();
    for n in 0..1000u32 {
        // Of a thousand who buy eight are clumsy.
        let tool = if n < 8 { Tool::Clumsy } else { Tool::Browser };
        traffic.ask(tool, &format!("10.1.{}.{}", n / 250, n % 250), "/buy", 303);
        // Scripts fail to; one is let pass from the office, and counts nowhere.
        if n < 200 {
            traffic.ask(Tool::Script, &format!("10.2.0.{n}"), "/buy", 402);
        }
    }
    traffic.ask(Tool::Script, "192.0.2.9", "/buy", 200);
    // Who never comes to the checkout is in neither.
    (0..50).for_each(|n| traffic.ask(Tool::Script, &format!("10.3.0.{n}"), "/elsewhere", 200));
    let curve = traffic.curve(&["checkout"]);
    assert_eq!((curve.good, curve.others), (1000, 200));
    let solve = |touch: f64| curve.solve(touch).map(|found| (found.threshold, found.touched, found.acted_on)).unwrap();
    assert_eq!(solve(0.001), (clumsy + 1, 0, 200));
    assert_eq!(solve(0.008), (browser + 1, 8, 200), "eight of a thousand are 0.8 %");
    let tight = curve.solve(0.001).unwrap();
    assert!(tight.at_most > 0.001 && tight.at_most < 0.004, "{tight:?}");

    // What is printed says it, and the change of policy can be built.
    let text = table(&curve, Some(&tight), 0.001);
    assert!(text.contains(&format!("act at {}: touches 0 of 1000 good sessions, 0 %", clumsy + 1)), "{text}");
    assert!(text.contains("not sure yet: 0.1 % at most takes more good sessions, 3000 at the least"), "{text}");
    let change = patch(&curve, &tight, 0.001, Place::At(&[], &["checkout".to_owned()]));
    assert_eq!(change["rules"][0]["when"], format!("endpoint.label == 'checkout' && score >= {}", clumsy + 1));
    let folder = tempfile::tempdir().unwrap();
    let both = ["buy".to_owned(), "login".to_owned()];
    for change in [
        change,
        patch(&curve, &tight, 0.001, Place::At(&both, &["checkout".to_owned()])),
        patch(&curve, &tight, 0.001, Place::Everywhere(10)),
        patch(&curve, &tight, 0.001, Place::Everywhere(99)),
    ] {
        let mut policy: serde_json::Value = serde_json::from_str(POLICY).unwrap();
        policy["serial"] = 1.into();
        policy["allow"] = serde_json::json!([]);
        for (name, value) in change.as_object().unwrap() {
            policy[name] = value.clone();
        }
        let path = folder.path().join("policy.json");
        std::fs::write(&path, policy.to_string()).unwrap();
        policy_compiler::build(&path).unwrap_or_else(|problems| panic!("{change}: {problems}"));
    }
    let picture = svg(&curve, Some(&tight), 0.001, "a < b & c");
    assert!(
        picture.contains("a &lt; b &amp; c") && picture.contains(&format!(">act at {}</text>", clumsy + 1)),
        "{picture}"
    );
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
}

#[test]
fn logins_that_pass_are_good_and_lists_that_are_tried_are_not() {
    let mut traffic = Traffic::default();
    for n in 0..30 {
        let address = format!("10.1.0.{n}");
        traffic.ask(Tool::Browser, &address, "/login", 401);
        traffic.ask(Tool::Browser, &address, "/login", 303);
    }
    for n in 0..20 {
        traffic.ask(Tool::Script, "10.2.0.1", "/login", if n == 15 { 303 } else { 401 });
    }
    let curve = traffic.curve(&[]);
    assert_eq!((curve.good, curve.others), (30, 1), "one of twenty got in");
}
