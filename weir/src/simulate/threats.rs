//! OWASP's automated threats to web applications (OAT handbook 1.2), as this shop sees them.

use super::dice::Dice;
use super::visitor::Visitor;

/// One threat, and how it is carried out here.
pub struct Threat {
    /// OWASP's number.
    pub id: &'static str,
    /// OWASP's name.
    pub name: &'static str,
    /// What is done here.
    pub about: &'static str,
    /// Programs that take part.
    pub clients: u64,
    /// What each does so many times.
    pub times: u64,
    /// Milliseconds between.
    pub pause: u64,
    pub(super) act: fn(&mut Act<'_, '_>),
}

/// One thing done.
pub(super) struct Act<'a, 's> {
    pub by: &'a mut Visitor<'s>,
    pub dice: &'a mut Dice,
    /// Which program.
    pub client: u64,
    /// Which time.
    pub time: u64,
    /// Which of all.
    pub number: u64,
}

macro_rules! threats {
    ($($id:literal $name:literal: $about:literal, $clients:literal x $times:literal every $pause:literal ms, $act:expr;)*) => {
        /// All of them, by number.
        pub static THREATS: &[Threat] =
            &[$(Threat { id: $id, name: $name, about: $about, clients: $clients, times: $times, pause: $pause, act: $act }),*];
    };
}

threats! {
    "OAT-001" "Carding": "stolen cards are tried, one after the other", 20 x 30 every 8000 ms, |act| {
        let status = if act.dice.percent(15) { 200 } else { 402 };
        act.by.call("/api/checkout", &format!(r#"{{"card":"stolen {}"}}"#, act.number), status);
    };
    "OAT-002" "Token cracking": "coupon codes are guessed", 5 x 200 every 1500 ms, |act| {
        let code = act.dice.word(6);
        let status = if act.dice.percent(1) { 200 } else { 404 };
        act.by.call("/api/coupon", &format!(r#"{{"code":"{code}"}}"#), status);
    };
    "OAT-003" "Ad fraud": "an advertisement is clicked from many homes", 200 x 3 every 20000 ms, |act| {
        act.by.page(&format!("/promo?ad=17&click={}", act.number), 302);
    };
    "OAT-004" "Fingerprinting": "what the site is built with is asked for", 3 x 25 every 2000 ms, |act| {
        const PATHS: [&str; 8] = ["/robots.txt", "/", "/favicon.ico", "/readme.html", "/server-status", "/CHANGELOG.txt", "/api/version", "/static/app.js.map"];
        let path = PATHS[(act.time % 8) as usize];
        act.by.page(path, if act.time % 8 < 3 { 200 } else { 404 });
    };
    "OAT-005" "Scalping": "a rare product is waited for and bought", 30 x 40 every 1000 ms, |act| match act.time {
        0..38 => act.by.page("/product/limited-1", 200),
        38 => act.by.call("/api/cart", r#"{"product":1}"#, 200),
        _ => act.by.call("/api/checkout", r#"{"card":"reseller"}"#, 200),
    };
    "OAT-006" "Expediting": "a queue's steps are gone through without pause", 4 x 80 every 3000 ms, |act| {
        act.by.call("/api/queue/next", "{}", 200);
    };
    "OAT-007" "Credential cracking": "passwords of five accounts are guessed from many homes", 60 x 10 every 15000 ms, |act| {
        act.by.log_in(&format!("person{}@example.com", act.client % 5), &format!("guess {}", act.number), false);
    };
    "OAT-008" "Credential stuffing": "stolen pairs are tried, two from each address", 1000 x 2 every 5000 ms, |act| {
        let passes = act.dice.below(200) == 0;
        act.by.log_in(&format!("stolen{}@example.com", act.number), &format!("leaked {}", act.number), passes);
    };
    "OAT-009" "CAPTCHA defeat": "puzzles are solved by a service, for others", 40 x 8 every 6000 ms, |act| {
        let status = if act.dice.percent(90) { 200 } else { 422 };
        if act.time % 2 == 0 { act.by.read("/api/puzzle", 200) } else { act.by.call("/api/puzzle", r#"{"answer":"x7k"}"#, status) }
    };
    "OAT-010" "Card cracking": "what is missing of a card is guessed", 20 x 30 every 8000 ms, |act| {
        act.by.call("/api/checkout", &format!(r#"{{"card":"one","code":"{:03}"}}"#, act.number), 402);
    };
    "OAT-011" "Scraping": "every product is read", 10 x 300 every 2000 ms, |act| {
        act.by.page(&format!("/product/{}", 10_000 + act.client * 1_000 + act.time), 200);
    };
    "OAT-012" "Cashing out": "accounts taken over buy gift cards", 15 x 3 every 20000 ms, |act| match act.time {
        0 => act.by.log_in(&format!("person{}@example.com", act.client), "leaked and right", true),
        1 => act.by.call("/api/cart", r#"{"product":"gift card"}"#, 200),
        _ => act.by.call("/api/checkout", r#"{"card":"on file"}"#, 200),
    };
    "OAT-013" "Sniping": "an auction is watched, the last bid is ours", 3 x 60 every 5000 ms, |act| {
        if act.time < 59 { act.by.read("/api/auction/7", 200) } else { act.by.call("/api/auction/7", r#"{"bid":101}"#, 200) }
    };
    "OAT-014" "Vulnerability scanning": "known weak spots are looked for", 2 x 200 every 700 ms, |act| {
        const PATHS: [&str; 8] = ["/.env", "/.git/config", "/wp-admin/setup-config.php", "/phpmyadmin/", "/backup", "/actuator/env", "/cgi-bin/test", "/old"];
        act.by.page(&format!("{}?v={}&q=%27%20or%201%3D1", PATHS[(act.time % 8) as usize], act.time / 8), 404);
    };
    "OAT-015" "Denial of service": "searches that are hard to answer", 100 x 60 every 400 ms, |act| {
        let word = act.dice.word(9);
        act.by.page(&format!("/search?q={word}"), 200);
    };
    "OAT-016" "Skewing": "votes for one product, from many homes", 100 x 5 every 15000 ms, |act| {
        act.by.call("/api/vote", r#"{"product":66}"#, 200);
    };
    "OAT-017" "Spamming": "reviews that lead elsewhere", 30 x 10 every 9000 ms, |act| {
        act.by.call("/api/review", &format!(r#"{{"product":{},"text":"buy at https://spam.example/{}"}}"#, act.number % 400, act.number), 201);
    };
    "OAT-018" "Footprinting": "what calls there are is found by trying names", 4 x 250 every 900 ms, |act| {
        let name = act.dice.word(5);
        act.by.read(&format!("/api/v{}/{name}", 1 + act.time % 3), if act.dice.percent(3) { 200 } else { 404 });
    };
    "OAT-019" "Account creation": "400 accounts of one pattern, from as many homes", 400 x 1 every 1000 ms, |act| {
        let (word, digits) = (act.dice.word(6), act.dice.below(10_000));
        act.by.call("/api/register", &format!(r#"{{"email":"{word}{digits:04}@example.com","password":"made {}"}}"#, act.number), 201);
    };
    "OAT-020" "Account aggregation": "a service reads its customers' accounts, with their passwords", 2 x 200 every 4000 ms, |act| {
        if act.time % 2 == 0 {
            let customer = act.client * 100 + act.time / 2;
            act.by.log_in(&format!("customer{customer}@example.com"), &format!("secret of {customer}"), true);
        } else {
            act.by.read("/api/account", 200);
        }
    };
    "OAT-021" "Denial of inventory": "goods are put into carts and never bought", 25 x 40 every 10000 ms, |act| {
        act.by.call("/api/cart", &format!(r#"{{"product":{}}}"#, act.number % 7), 200);
    };
}

/// The threat of a number, in either letter case.
pub fn threat(id: &str) -> Option<&'static Threat> {
    THREATS.iter().find(|threat| threat.id.eq_ignore_ascii_case(id))
}

impl std::fmt::Debug for Threat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_the_handbook_are_there() {
        let numbers: Vec<String> = (1..=21).map(|number| format!("OAT-{number:03}")).collect();
        assert_eq!(THREATS.iter().map(|threat| threat.id).collect::<Vec<_>>(), numbers);
        assert_eq!(threat("oat-017").map(|threat| threat.name), Some("Spamming"));
        assert!(threat("OAT-022").is_none());
    }
}
