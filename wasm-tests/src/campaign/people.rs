//! Ninety minutes of people at a shop's login: most get in, some mistype, some have forgotten; many behind one address.

use super::{Dice, Login, MINUTE, Tool};

/// How one person's visit goes.
struct Visit {
    start: u64,
    from: [u8; 4],
    tool: Tool,
    /// Of a hundred first tries so many fail.
    fails: u64,
    /// Of a hundred who go on failing so many use the reset.
    resets: u64,
}

pub(super) fn log_in(dice: &mut Dice) -> Vec<Login> {
    let mut logins = Vec::new();
    let mut number = 0u64;
    let mut come = |dice: &mut Dice, visit: Visit| {
        number += 1;
        person(dice, &visit, number, &mut logins);
    };
    // A usual day: 12 visitors a minute, 14 of 100 mistype. A third is behind eight addresses of a mobile carrier.
    for _ in 0..90 * 12 {
        let start = dice.below(90 * MINUTE);
        let carrier = dice.percent(33);
        let from = match carrier {
            true => [100, 64, 0, dice.below(8) as u8],
            false => [80 + dice.below(20) as u8, dice.below(250) as u8, dice.below(250) as u8, dice.below(250) as u8],
        };
        let tool = match dice.below(10) {
            _ if carrier && dice.percent(70) => Tool::App,
            0..5 => Tool::ChromeForm,
            5..7 => Tool::ChromeCall,
            7..9 => Tool::FirefoxCall,
            _ => Tool::App,
        };
        come(dice, Visit { start, from, tool, fails: 14, resets: 60 });
    }
    // An office of 80 behind one address, all with one browser, in the first hour.
    for _ in 0..80 {
        let start = dice.below(60 * MINUTE);
        come(dice, Visit { start, from: [198, 51, 100, 9], tool: Tool::ChromeForm, fails: 14, resets: 60 });
    }
    // 300 whose passwords the shop made invalid: all fail until they reset, within ten minutes.
    for _ in 0..300 {
        let start = 30 * MINUTE + dice.below(10 * MINUTE);
        let from = [80 + dice.below(20) as u8, dice.below(250) as u8, 7, dice.below(250) as u8];
        let tool = if dice.percent(50) { Tool::ChromeForm } else { Tool::App };
        come(dice, Visit { start, from, tool, fails: 100, resets: 80 });
    }
    // The same in another office, of 40 people within five minutes.
    for _ in 0..40 {
        let start = 40 * MINUTE + dice.below(5 * MINUTE);
        come(dice, Visit { start, from: [198, 51, 100, 77], tool: Tool::ChromeForm, fails: 100, resets: 80 });
    }
    // A few sign up.
    for n in 0..60u64 {
        let names = ["anna", "ben", "carla.m", "d.evans", "emil", "fatma", "grace.lee", "hugo", "ida", "jo"];
        let name = names[dice.below(10) as usize];
        let digits = if dice.percent(35) { format!("{}", 1 + dice.below(2010)) } else { String::new() };
        logins.push(Login {
            t: dice.below(90 * MINUTE),
            from: [90, 1, n as u8, dice.below(250) as u8],
            tool: Tool::ChromeForm,
            user: format!("{name}{digits}.{n}@example.com"),
            password: format!("own{n}"),
            is_sign_up: true,
            passes: true,
            is_person: true,
        });
    }
    logins
}

/// Tries up to four times, some seconds apart; then resets the password and gets in, or gives up.
fn person(dice: &mut Dice, visit: &Visit, number: u64, logins: &mut Vec<Login>) {
    // One of 25 uses a password that many use.
    let password = if dice.percent(4) { "123456".to_owned() } else { format!("secret of {number}") };
    let mut login = Login {
        t: visit.start,
        from: visit.from,
        tool: visit.tool,
        user: format!("person{number}@example.com"),
        password,
        is_sign_up: false,
        passes: true,
        is_person: true,
    };
    if !dice.percent(visit.fails) {
        logins.push(login);
        return;
    }
    for _ in 0..1 + dice.below(3) {
        logins.push(Login { passes: false, password: format!("{}{}", login.password, dice.below(9)), ..login.clone() });
        login.t += 4_000 + dice.below(20_000);
    }
    let remembers = visit.fails < 100 && dice.percent(70);
    if !remembers {
        login.t += 2 * MINUTE + dice.below(3 * MINUTE);
    }
    if remembers || dice.percent(visit.resets) {
        logins.push(login);
    }
}
