//! Campaigns against logins, made from a seed and laid over people who log in: when is each found, and who is touched.

mod attacks;
mod people;
mod play;

pub use attacks::Attack;
pub use play::{Found, play};

/// One login or sign-up, and how the site answers.
#[derive(Clone, Debug)]
pub struct Login {
    /// Milliseconds since the start.
    pub t: u64,
    /// Client address.
    pub from: [u8; 4],
    /// Which program sends it.
    pub tool: Tool,
    /// Login name.
    pub user: String,
    /// Password.
    pub password: String,
    /// It signs up.
    pub is_sign_up: bool,
    /// The site lets it in.
    pub passes: bool,
    /// A person is behind it.
    pub is_person: bool,
}

/// How a login is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// A form in Chrome.
    ChromeForm,
    /// A script's call in Chrome.
    ChromeCall,
    /// A script's call in Firefox.
    FirefoxCall,
    /// The shop's own app.
    App,
    /// A copy of the app's requests that leaves one header out.
    Copy,
    /// The same under a name that changes.
    Names(u32),
}

/// SplitMix64: the same numbers everywhere.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Begins with a seed.
    pub fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5eed)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).checked_rem(bound).unwrap_or(0)
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }
}

/// Milliseconds of a minute.
const MINUTE: u64 = 60_000;

/// The people, and an attack on top; in order.
pub fn scene(attack: Attack, seed: u64) -> Vec<Login> {
    let mut dice = Dice::new(seed);
    let mut logins = people::log_in(&mut dice);
    logins.extend(attacks::make(attack, &mut dice));
    logins.sort_by_key(|login| login.t);
    logins
}
