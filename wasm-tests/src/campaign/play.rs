//! A scene played through the whole line with memory, answers included.

use std::collections::BTreeMap;

use filter_core::engine::Engine;
use filter_core::facts::{ClientFacts, Fact, Facts, Header, HeaderOrder, Outcome, Provenance, TlsFacts};
use filter_core::score::Class;
use filter_core::signals::Pillar;
use filter_core::signals::vectors::{BASES, Sample};
use filter_core::state::{Alarm, Limits, Tables};

use super::{Login, Tool};

/// What became of a scene.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Requests of the attack.
    pub attack: u32,
    /// Which of them was the first on which evidence from logins fired; `None`: none.
    pub first: Option<u32>,
    /// Requests of the attack on which it fired.
    pub fired: u32,
    /// Of those, judged bots.
    pub bots: u32,
    /// Requests of people.
    pub people: u32,
    /// Requests of people on which evidence from logins fired.
    pub touched: u32,
    /// Requests of people judged bots.
    pub wronged: u32,
    /// By signal: requests of the attack, and of people, on which it fired.
    pub signals: BTreeMap<&'static str, [u32; 2]>,
    /// Accounts told to be under attack, and likely taken over.
    pub alarms: [u32; 2],
    /// Logins of the attack that passed, and how many of them were told.
    pub hits: [u32; 2],
}

/// Judges all logins of a scene, in order, under the engine's bundle.
///
/// # Panics
/// Where a vector cannot be read: that would be a mistake here.
pub fn play(engine: &Engine, logins: &[Login]) -> Found {
    let mut tables = Tables::new(&Limits::default());
    let mut found = Found::default();
    for login in logins {
        let sample = sample(login);
        let headers: Vec<Header<'_>> =
            sample.headers.iter().map(|(n, v)| Header { name: n.as_bytes(), value: v.as_bytes() }).collect();
        let (form, body) = body(login);
        let facts = Facts {
            method: b"POST",
            scheme: Fact::Present(b"https"),
            authority: b"shop.example",
            path: sample.path.as_bytes(),
            version: Fact::Present(b"2"),
            headers: &headers,
            header_order: HeaderOrder::Kept,
            body: Fact::Present(body.as_bytes()),
            client: ClientFacts {
                address: Fact::Present(login.from.into()),
                provenance: Provenance::Peer,
                ..ClientFacts::default()
            },
            tls: TlsFacts::default(),
            ..Facts::default()
        };
        let now = START + login.t;
        let plan = engine.plan(&facts, now);
        let touched = *plan.touched();
        let verdict = engine.decide(plan, tables.lend(&touched));
        let fired: Vec<&'static str> = verdict
            .evidence
            .signals()
            .filter(|(_, signal)| signal.pillar == Pillar::Credentials)
            .map(|(_, signal)| signal.id)
            .collect();
        found.count(login, &fired, verdict.score.class == Class::Bot);
        let Some(ticket) = verdict.ticket() else { continue };
        let location = if login.passes { "/account" } else { "/login?error=1" };
        let location = [Header { name: b"location", value: location.as_bytes() }];
        let outcome = Outcome {
            status: Fact::Present(match (form, login.passes) {
                (true, _) => 302,
                (false, true) => 200,
                (false, false) => 401,
            }),
            headers: if form { &location } else { &[] },
            headers_known: true,
            ..Outcome::default()
        };
        let alert = engine.settle(&ticket, &outcome, tables.find(&touched.keys), now + 80);
        found.told(login, alert.map(|alert| alert.alarm));
    }
    found
}

/// A Saturday morning in 2026.
const START: u64 = 1_795_248_000_000;

impl Found {
    fn count(&mut self, login: &Login, fired: &[&'static str], is_bot: bool) {
        let (all, on, bots) = match login.is_person {
            true => (&mut self.people, &mut self.touched, &mut self.wronged),
            false => (&mut self.attack, &mut self.fired, &mut self.bots),
        };
        *all += 1;
        *bots += u32::from(is_bot);
        if !fired.is_empty() {
            *on += 1;
            if !login.is_person {
                self.first.get_or_insert(self.attack);
            }
        }
        for id in fired {
            self.signals.entry(id).or_default()[usize::from(login.is_person)] += 1;
        }
    }

    fn told(&mut self, login: &Login, alarm: Option<Alarm>) {
        if let Some(alarm) = alarm {
            self.alarms[usize::from(alarm == Alarm::TakenOver)] += 1;
        }
        if !login.is_person && login.passes && !login.is_sign_up {
            self.hits[0] += 1;
            self.hits[1] += u32::from(alarm == Some(Alarm::TakenOver));
        }
    }
}

fn sample(login: &Login) -> Sample {
    let base = |name: &str, changes: &str| {
        let (_, text) = BASES.iter().find(|(other, _)| *other == name).unwrap();
        Sample::parse(&format!("{text}\n{changes}")).unwrap()
    };
    let path = match (login.is_sign_up, login.tool) {
        (true, _) => "@path=/signup",
        (false, Tool::ChromeForm) => "@path=/login",
        _ => "@path=/api/login",
    };
    match login.tool {
        Tool::ChromeForm => base("chromium_form_post", path),
        Tool::ChromeCall => base("chromium_fetch", path),
        Tool::FirefoxCall => base("firefox_fetch", path),
        Tool::App => Sample::parse(&format!("{APP}accept-language: de-DE\n{path}")).unwrap(),
        Tool::Copy => Sample::parse(&format!("{APP}{path}")).unwrap(),
        Tool::Names(n) => {
            let agent = format!("user-agent: Shop/{}.{} (Android {})", n % 9, n, 8 + n % 7);
            Sample::parse(&format!("{APP}{agent}\n{path}")).unwrap()
        }
    }
}

const APP: &str = "POST https://shop.example/api/login HTTP/2
user-agent: Shop/5.2 (Android 14)
accept: application/json
content-type: application/json
accept-encoding: gzip
";

/// Whether the login is a form, and its body.
fn body(login: &Login) -> (bool, String) {
    let Login { user, password, .. } = login;
    match login.tool {
        Tool::ChromeForm => {
            (true, format!("email={}&password={}", user.replace('@', "%40"), password.replace(' ', "+")))
        }
        _ => (false, format!(r#"{{"email":"{user}","password":"{password}"}}"#)),
    }
}
