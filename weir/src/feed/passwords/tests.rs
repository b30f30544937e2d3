use std::collections::BTreeSet;
use std::path::PathBuf;

use filter_core::fingerprint::credentials::{pair_key, password_key};
use sha2::Digest;

use super::*;

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Desk(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn make(&self, change: impl FnOnce(&mut Wanted<'_>), from: &Path) -> Result<Made, String> {
        let into = self.0.path().join("feeds");
        let from = [from.to_path_buf()];
        let mut wanted = Wanted {
            from: &from,
            lines: None,
            most: 1000,
            at_least: 1,
            bits: 16,
            name: "breached",
            source: None,
            licence: "ours",
            date: None,
            stale_days: 365,
            into: &into,
            anew: false,
        };
        change(&mut wanted);
        make(&wanted, &Choice::default(), &mut |_, _, _| ())
    }

    /// The filter as a policy's compiler finds it in the feed.
    fn filter(&self) -> Fuse {
        let text = std::fs::read_to_string(self.0.path().join("feeds/breached.txt")).unwrap();
        let head = text.lines().find(|line| line.starts_with("# filter: ")).unwrap();
        let words: Vec<&str> = head.split([' ', ',']).collect();
        let after = |name: &str| words[words.iter().position(|word| *word == name).unwrap() + 1];
        let number = |text: &str, radix| u64::from_str_radix(text, radix).unwrap();
        let table: Vec<u8> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .flat_map(|line| base64::Engine::decode(&base64::prelude::BASE64_STANDARD, line).unwrap())
            .collect();
        let bits = head.split(" bits").next().unwrap().rsplit(' ').next().unwrap();
        Fuse::new(number(bits, 10) as u32, number(after("seed"), 16), number(after("of"), 10) as u32, table.into())
            .unwrap()
    }
}

/// 40 upper-case digits that begin as the SHA-1 of a password does, and go on as they like.
fn line(password: &str, count: u32) -> String {
    let tail: String = sha2::Sha256::digest(password).iter().map(|byte| format!("{byte:02X}")).collect();
    format!("{:016X}{}:{count}", password_key(password.as_bytes()), &tail[..24])
}

/// Range files as the publisher's downloader writes them.
fn ranges(desk: &Desk, passwords: &[(&str, u32)]) -> PathBuf {
    let mut files: std::collections::BTreeMap<String, Vec<String>> = Default::default();
    for (password, count) in passwords {
        let line = line(password, *count);
        files.entry(line[..5].to_owned()).or_default().push(line[5..].to_owned());
    }
    for (prefix, mut lines) in files {
        lines.sort();
        // Padding, which some downloads have.
        lines.push(format!("{}:0", "A".repeat(35)));
        desk.write(&format!("pwned/{prefix}.txt"), &lines.join("\r\n"));
    }
    desk.0.path().join("pwned")
}

const SOME: [(&str, u32); 5] =
    [("password", 900), ("123456", 800), ("hunter2!", 30), ("tr0ub4dor", 30), ("rare one", 1)];

#[test]
fn ranges_and_one_ordered_file_give_the_same() {
    let desk = Desk::new();
    let folder = ranges(&desk, &SOME);
    let made = desk.make(|_| (), &folder).unwrap();
    assert_eq!((made.keys, made.floor, made.read, made.ranges, made.wrong), (5, 1, 10, (5, 0), 0));
    let feed = desk.0.path().join("feeds/breached.txt");
    let of_ranges = std::fs::read_to_string(&feed).unwrap();
    assert!(
        of_ranges.contains("# kind: breached_passwords\n# about: 5 breached passwords, each seen 1 times or more"),
        "{of_ranges}"
    );
    let filter = desk.filter();
    assert!(SOME.iter().all(|(password, _)| filter.contains(password_key(password.as_bytes()))));
    assert!(!filter.contains(password_key(b"another")), "one of 65536 would be");

    let mut lines: Vec<String> = SOME.iter().map(|(password, count)| line(password, *count)).collect();
    lines.sort();
    let file = desk.write("ordered.txt", &lines.join("\n"));
    desk.make(|_| (), &file).unwrap();
    let table =
        |text: &str| text.lines().filter(|line| !line.starts_with("# source")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(table(&std::fs::read_to_string(&feed).unwrap()), table(&of_ranges));
}

#[test]
fn the_most_frequent_go_in_and_of_equals_all_or_none() {
    let desk = Desk::new();
    let folder = ranges(&desk, &SOME);
    let made = desk.make(|wanted| wanted.most = 3, &folder).unwrap();
    assert_eq!((made.keys, made.floor), (2, 31), "two of four were seen 30 times");
    let made = desk.make(|wanted| (wanted.most, wanted.at_least) = (5, 30), &folder).unwrap();
    assert_eq!((made.keys, made.floor), (4, 30));
}

#[test]
fn only_ranges_that_changed_are_read_again() {
    let desk = Desk::new();
    let folder = ranges(&desk, &SOME);
    desk.make(|wanted| wanted.at_least = 30, &folder).unwrap();
    let made = desk.make(|wanted| wanted.at_least = 30, &folder).unwrap();
    assert_eq!((made.keys, made.read, made.ranges), (4, 0, (5, 5)));
    // One range has one more, another is gone.
    let first = line("password", 0)[..5].to_owned();
    let text = std::fs::read_to_string(folder.join(format!("{first}.txt"))).unwrap();
    let twin = (0..).map(|n| format!("twin{n}")).find(|twin| line(twin, 0)[..2] == first[..2]).unwrap();
    let more = format!("{}\r\n{}", text, line(&twin, 77)[5..].to_owned());
    desk.write(&format!("pwned/{first}.txt"), &more);
    std::fs::remove_file(folder.join(format!("{}.txt", &line("123456", 0)[..5]))).unwrap();
    let made = desk.make(|wanted| wanted.at_least = 30, &folder).unwrap();
    assert_eq!((made.keys, made.read, made.ranges), (4, 3, (4, 3)));
    let partly = std::fs::read(desk.0.path().join("feeds/breached.txt")).unwrap();
    let made = desk.make(|wanted| (wanted.at_least, wanted.anew) = (30, true), &folder).unwrap();
    assert_eq!((made.keys, made.ranges), (4, (4, 0)));
    assert_eq!(std::fs::read(desk.0.path().join("feeds/breached.txt")).unwrap(), partly, "as if all were read");
    // Other wishes need what was not kept.
    assert_eq!(desk.make(|_| (), &folder).unwrap().ranges, (4, 0));
}

#[test]
fn lists_of_passwords_and_pairs() {
    let desk = Desk::new();
    let list = desk.write("list.txt", "letmein\n\n p4ss word \nletmein\n\u{fc}nicode\n");
    let told = desk.make(|_| (), &list).unwrap_err();
    assert!(told.ends_with("no hashes; say with --lines whether they are passwords or pairs"), "{told}");
    let made = desk.make(|wanted| wanted.lines = Some(Lines::Passwords), &list).unwrap();
    assert_eq!((made.keys, made.read, made.kind), (3, 4, BreachedKind::Passwords));
    assert!(desk.filter().contains(password_key(b" p4ss word ")), "spaces belong to it");
    let pairs = desk.write("pairs.txt", "ann.lee+x@gmail.com:a:b\nbob:secret\n");
    let made = desk.make(|wanted| wanted.lines = Some(Lines::Pairs), &pairs).unwrap();
    assert_eq!((made.keys, made.kind), (2, BreachedKind::Pairs));
    assert!(desk.filter().contains(pair_key(b"annlee@gmail.com", b"a:b").unwrap()));
    let text = std::fs::read_to_string(&made.file).unwrap();
    assert!(!text.contains("secret") && !text.contains("annlee") && text.contains("# kind: breached_pairs"), "{text}");
}

#[test]
fn what_cannot_be_says_why_and_leaves_the_feed() {
    let desk = Desk::new();
    let list = desk.write("list.txt", "one\ntwo\nthree\n");
    desk.make(|wanted| wanted.lines = Some(Lines::Passwords), &list).unwrap();
    let before = std::fs::read(desk.0.path().join("feeds/breached.txt")).unwrap();
    let cases: BTreeSet<(String, &str)> = [
        (
            desk.make(|wanted| (wanted.lines, wanted.most) = (Some(Lines::Passwords), 2), &list),
            "more than 2 were seen equally often",
        ),
        (desk.make(|wanted| wanted.lines = Some(Lines::Pairs), &list), "3 of 3 lines are nothing of the kind"),
        (desk.make(|wanted| wanted.most = 3_000_000, &list), "3000000 do not fit into a bundle"),
        (
            desk.make(|_| (), &desk.write("ntlm.txt", &format!("{}:3\n", "a".repeat(32)))),
            "look like NTLM or MD5 hashes",
        ),
        (desk.make(|_| (), desk.write("empty/readme", "").parent().unwrap()), "no range files"),
        (desk.make(|wanted| wanted.at_least = 9, &ranges(&desk, &SOME[4..])), "nothing is left"),
        (desk.make(|_| (), &desk.0.path().join("gone.txt")), "gone.txt`: "),
    ]
    .map(|(result, expected)| (result.unwrap_err(), expected))
    .into();
    for (said, expected) in cases {
        assert!(said.contains(expected), "{said}\n{expected}");
        assert!(!said.contains("three"), "no line is shown: {said}");
    }
    assert_eq!(std::fs::read(desk.0.path().join("feeds/breached.txt")).unwrap(), before);
}
