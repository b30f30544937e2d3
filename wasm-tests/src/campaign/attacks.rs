//! Attacks on logins and sign-ups.

use super::{Dice, Login, MINUTE, Tool};

/// One kind of attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attack {
    /// A list of stolen pairs, from 5,000 addresses, two tries each, by one tool.
    Distributed,
    /// The same, sent as the shop's own people send their logins.
    Disguised,
    /// The same list from one address.
    OneClient,
    /// From one address, under a name that changes with every request.
    ChangingNames,
    /// From 200 addresses of one network.
    OneNetwork,
    /// One password on 3,000 accounts, from as many addresses, sent as people send theirs.
    Sprayed,
    /// One account from 60 addresses.
    OneAccount,
    /// 400 accounts made up by one pattern, from 400 addresses.
    MadeUpNames,
}

impl Attack {
    /// All of them.
    pub const ALL: [Attack; 8] = [
        Attack::Distributed,
        Attack::Disguised,
        Attack::OneClient,
        Attack::ChangingNames,
        Attack::OneNetwork,
        Attack::Sprayed,
        Attack::OneAccount,
        Attack::MadeUpNames,
    ];

    /// What it is, for people.
    pub fn about(self) -> &'static str {
        match self {
            Attack::Distributed => "stuffing: 5,000 addresses, 2 tries each, one tool",
            Attack::Disguised => "the same, sent with a browser that people use",
            Attack::OneClient => "stuffing from one client",
            Attack::ChangingNames => "from one address, another user agent each time",
            Attack::OneNetwork => "from 200 addresses of one network, with a browser that people use",
            Attack::Sprayed => "one password on 3,000 accounts, 3,000 addresses, with a browser that people use",
            Attack::OneAccount => "one account from 60 addresses",
            Attack::MadeUpNames => "400 sign-ups, names of one pattern, 400 addresses",
        }
    }
}

/// Minute in which the attack begins: in the middle of the forgotten passwords.
const START: u64 = 35;

pub(super) fn make(attack: Attack, dice: &mut Dice) -> Vec<Login> {
    let count = match attack {
        Attack::Distributed | Attack::Disguised => 10_000,
        Attack::Sprayed => 3_000,
        Attack::OneClient | Attack::ChangingNames | Attack::OneNetwork => 1_000,
        Attack::OneAccount => 60,
        Attack::MadeUpNames => 400,
    };
    let tool = |n: u64| match attack {
        Attack::Distributed | Attack::OneAccount | Attack::MadeUpNames => Tool::Copy,
        Attack::Disguised | Attack::Sprayed | Attack::OneNetwork | Attack::OneClient => Tool::ChromeCall,
        Attack::ChangingNames => Tool::Names(n as u32),
    };
    let one = |n: u64, dice: &mut Dice| {
        let from = match attack {
            // Homes all over, 40 of them behind the carrier that people use too.
            Attack::Distributed | Attack::Disguised => match n / 2 % 5_000 {
                home @ 0..40 => [100, 64, 0, (home % 8) as u8],
                home => [60 + (home % 19) as u8, (home / 250) as u8, (home % 250) as u8, (home % 7) as u8],
            },
            Attack::OneClient | Attack::ChangingNames => [203, 0, 113, 66],
            Attack::OneNetwork => [203, 0, 113, (n % 200) as u8],
            _ => [60 + (n % 19) as u8, (n / 250) as u8, (n % 250) as u8, (n % 7) as u8],
        };
        let user = match attack {
            Attack::OneAccount => "person1@example.com".to_owned(),
            Attack::MadeUpNames => format!("{}{:04}@example.com", letters(dice), dice.below(10_000)),
            // One in twelve stands twice in the list.
            _ => format!("stolen{}@example.com", if dice.percent(8) { n / 2 } else { n }),
        };
        let password = if attack == Attack::Sprayed { "Winter2026!".to_owned() } else { format!("leaked {n}") };
        Login {
            t: START * MINUTE + n * 40 * MINUTE / count + dice.below(500),
            from,
            tool: tool(n),
            user,
            password,
            is_sign_up: attack == Attack::MadeUpNames,
            passes: attack == Attack::MadeUpNames || dice.below(1_000) < 5,
            is_person: false,
        }
    };
    (0..count).map(|n| one(n, dice)).collect()
}

fn letters(dice: &mut Dice) -> String {
    (0..6).map(|_| char::from(b'a' + dice.below(26) as u8)).collect()
}
