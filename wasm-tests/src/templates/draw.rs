//! Values for parameters, and requests for templates.

use std::collections::HashMap;

use serde_json::Value;

use super::pattern::fill;
use super::{Host, Template};

/// Vigna's xorshift64*: the same draws on every machine.
#[derive(Clone)]
pub struct Random(u64);

impl Random {
    /// Starts at a seed and a name.
    pub fn new(seed: u64, name: &str) -> Self {
        let start =
            name.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        Random(start | 1)
    }

    fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    /// `least..=most`
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        least + (self.number() % (most - least + 1) as u64) as usize
    }

    /// `0.0..1.0`
    fn unit(&mut self) -> f64 {
        self.number() as f64 / (1u64 << 53) as f64
    }

    /// Between two numbers, each order of magnitude as likely as the next.
    fn log_uniform(&mut self, least: f64, most: f64) -> usize {
        (least * (most / least).powf(self.unit())) as usize
    }

    /// One of a list that is not empty.
    pub fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.between(0, items.len() - 1)]
    }

    /// Another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.between(0, last));
        }
    }
}

/// How traffic is drawn.
pub struct Draw<'w> {
    /// Seed; the host's name is mixed in.
    pub seed: u64,
    /// Requests for a template: least and most, each order of magnitude as likely.
    pub requests: (f64, f64),
    /// Values of a variable there are: least and most, likewise.
    pub population: (f64, f64),
    /// Names that slugs are made of, beside made-up ones.
    pub words: &'w [String],
}

impl Draw<'_> {
    /// Paths with their true template, shuffled.
    pub fn traffic<'h>(&self, host: &'h Host) -> Vec<(String, &'h Template)> {
        let mut random = Random::new(self.seed, &host.name);
        let scheme = random.between(0, 9);
        let mut populations: HashMap<String, Vec<String>> = HashMap::new();
        let mut traffic = Vec::new();
        for template in &host.templates {
            let count = random.log_uniform(self.requests.0, self.requests.1).max(1);
            for _ in 0..count {
                let path = self.path(template, scheme, &mut populations, &mut random);
                traffic.push((path, template));
            }
        }
        // What is drawn for a variable may be another template's literal: then the path is that one's.
        let literal: HashMap<&str, &Template> =
            host.templates.iter().filter(|t| !t.normal.contains('{')).map(|t| (t.normal.as_str(), t)).collect();
        traffic.iter_mut().for_each(|(path, template)| {
            if let Some(other) = literal.get(path.as_str()) {
                *template = other;
            }
        });
        random.shuffle(&mut traffic);
        traffic
    }

    fn path(
        &self,
        template: &Template,
        scheme: usize,
        populations: &mut HashMap<String, Vec<String>>,
        random: &mut Random,
    ) -> String {
        let (mut path, mut place) = (String::new(), String::new());
        for segment in template.path.split('/').filter(|segment| !segment.is_empty()) {
            path.push('/');
            place.push('/');
            let mut rest = segment;
            while let Some((before, after)) = rest.split_once('{') {
                let (name, after) = after.split_once('}').unwrap_or((after, ""));
                // The same variable at the same place of another template has the same values.
                place.push_str(before);
                place.push_str("{}");
                let key = format!("{place}{name}");
                let values = populations.entry(key).or_insert_with(|| {
                    let mut size = random.log_uniform(self.population.0, self.population.1).max(1);
                    // Identifiers are many; a few places have few values whatever they are.
                    size = size.max(1);
                    let mut own = random.clone();
                    random.number();
                    (0..size).map(|_| self.value(name, &template.parameters[name], scheme, &mut own)).collect()
                });
                // The k-th value is asked for as if by Zipf's law with exponent 0.8.
                let place =
                    ((random.unit() * ((values.len() as f64 + 1.0).powf(0.2) - 1.0) + 1.0).powf(5.0) - 1.0) as usize;
                path.push_str(before);
                path.push_str(&values[place.min(values.len() - 1)]);
                rest = after;
            }
            path.push_str(rest);
            place.push_str(rest);
        }
        if path.is_empty() { "/".into() } else { path }
    }

    fn value(&self, name: &str, about: &Value, scheme: usize, random: &mut Random) -> String {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let is_usable = |text: &str| {
            !text.is_empty() && text.len() < 120 && !text.contains(['/', '?', '#', '%', ' ', ';', '{', '"', '\\'])
        };
        if let Some(choices) = about["enum"].as_array() {
            let choices: Vec<String> = choices.iter().map(text).filter(|choice| is_usable(choice)).collect();
            if !choices.is_empty() {
                return random.one_of(&choices).clone();
            }
        }
        let (kind, format) = (about["type"].as_str().unwrap_or_default(), about["format"].as_str().unwrap_or_default());
        match (kind, format) {
            ("boolean", _) => return (*random.one_of(&["true", "false"])).into(),
            (_, f) if f.starts_with("uuid") || f == "guid" => return uuid(random),
            (_, "date") => return date(random),
            (_, "date-time") => return format!("{}T{:02}:00:00Z", date(random), random.between(0, 23)),
            (_, "email") => return format!("{}@{}.example", self.slug(random), made_up(random)),
            (_, "ipv4") => {
                return format!("{}.{}.0.{}", random.between(1, 223), random.between(0, 255), random.between(1, 254));
            }
            (_, "double" | "float") => return format!("{}.{}", random.between(0, 90), random.between(0, 999)),
            ("integer" | "number", _) => return number(random),
            _ => {}
        }
        if let Some(found) = about["pattern"].as_str().and_then(|pattern| fill(pattern, random)) {
            return found;
        }
        let example = text(&about["example"]);
        if example != "null" && is_usable(&example) && example.bytes().any(|b| b.is_ascii_digit()) {
            return like(&example, random);
        }
        self.by_name(name, scheme, random)
    }

    /// A string about which nothing but its name is known.
    fn by_name(&self, name: &str, scheme: usize, random: &mut Random) -> String {
        let lower = name.to_ascii_lowercase();
        let ends = |words: &[&str]| words.iter().any(|word| lower.ends_with(word));
        let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        if has(&["email"]) {
            return format!("{}@{}.example", made_up(random), made_up(random));
        }
        if ends(&["date"]) {
            return date(random);
        }
        if ends(&["year", "season"]) {
            return random.between(1998, 2026).to_string();
        }
        if has(&["locale", "lang"]) {
            return (*random.one_of(&["en", "de", "fr", "es", "it", "pt-BR", "en-US", "ja", "zh-CN", "nl", "pl"]))
                .into();
        }
        if has(&["country", "currency"]) {
            return (*random.one_of(&["US", "DE", "FR", "GB", "EUR", "USD", "JPY", "BR", "IN", "CHF", "SEK"])).into();
        }
        if has(&["sha", "hash", "digest", "checksum"]) {
            return from(b"0123456789abcdef", 40, random);
        }
        if lower == "version" {
            return format!("{}.{}.{}", random.between(0, 9), random.between(0, 30), random.between(0, 9));
        }
        if ends(&["id", "ids", "uuid", "guid", "sid", "gid", "_key", "token", "number", "id1", "arn", "code"]) {
            return match scheme {
                0..=2 => number(random),
                3..=5 => uuid(random),
                6 => from(b"0123456789abcdef", 24, random),
                7 => from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", 22, random),
                8 => format!(
                    "{}_{}",
                    &made_up(random)[..3],
                    from(b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789", 14, random)
                ),
                _ => from(b"abcdefghjkmnpqrstvwxyz0123456789", 9, random),
            };
        }
        self.slug(random)
    }

    /// One to three words, a number now and then.
    fn slug(&self, random: &mut Random) -> String {
        let words: Vec<String> = (0..random.between(1, 3))
            .map(|_| match random.between(0, 2) {
                0 if !self.words.is_empty() => random.one_of(self.words).to_lowercase(),
                _ => made_up(random),
            })
            .collect();
        let joined = words.join(*random.one_of(&["-", "-", "_", ""]));
        if random.between(0, 4) == 0 { format!("{joined}{}", random.between(1, 99)) } else { joined }
    }
}

fn made_up(random: &mut Random) -> String {
    let mut word = String::new();
    for _ in 0..random.between(2, 3) {
        word.push(*random.one_of(&['b', 'd', 'f', 'g', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'z']));
        word.push(*random.one_of(&['a', 'e', 'i', 'o', 'u']));
    }
    if random.between(0, 1) == 0 {
        word.push(*random.one_of(&['n', 'r', 's', 't', 'l']));
    }
    word
}

fn number(random: &mut Random) -> String {
    random.log_uniform(1.0, 1e8).to_string()
}

fn from(alphabet: &[u8], length: usize, random: &mut Random) -> String {
    (0..length).map(|_| char::from(*random.one_of(alphabet))).collect()
}

fn uuid(random: &mut Random) -> String {
    let hex = from(b"0123456789abcdef", 32, random);
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

fn date(random: &mut Random) -> String {
    format!("{}-{:02}-{:02}", random.between(2010, 2026), random.between(1, 12), random.between(1, 28))
}

/// Another text of the example's form.
fn like(example: &str, random: &mut Random) -> String {
    let is_hex =
        example.len() >= 16 && example.bytes().filter(|b| b.is_ascii_hexdigit()).count() * 10 >= example.len() * 9;
    example
        .chars()
        .map(|c| match c {
            '0'..='9' if is_hex => *random.one_of(&['0', '3', '7', '9', 'a', 'd']),
            'a'..='f' if is_hex => *random.one_of(&['1', '4', '8', 'b', 'c', 'e']),
            '0'..='9' => char::from(b'0' + random.between(0, 9) as u8),
            'a'..='z' => char::from(b'a' + random.between(0, 25) as u8),
            'A'..='Z' => char::from(b'A' + random.between(0, 25) as u8),
            other => other,
        })
        .collect()
}
