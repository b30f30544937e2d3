//! An hour of people at a shop: they look around, read, go back, log in, buy; a quarter of them behind eight addresses of a mobile carrier.
//! Made up: how real visitors differ is not measured with them.

use std::net::{IpAddr, Ipv4Addr};

use super::dice::Dice;
use super::program::{BROWSERS, Program};
use super::visitor::Visitor;
use super::{MINUTE, START, Step};

/// Minutes in which they come.
const MINUTES: u64 = 60;

pub(super) fn come(count: u64, dice: &mut Dice, steps: &mut Vec<Step>) {
    for number in 0..count {
        let (program, address) = (browser(dice), home(dice));
        let t = START + dice.below(MINUTES * MINUTE);
        visit(&mut Visitor::new(format!("person/{number}"), program, address, t, steps), number, dice);
    }
}

/// Two of three have Chromium.
pub(super) fn browser(dice: &mut Dice) -> Program {
    let is_firefox = dice.percent(33);
    Program::browser(dice.below(BROWSERS), is_firefox)
}

/// Where people's browsers are, and those that were hired out or taken over.
pub(super) fn home(dice: &mut Dice) -> IpAddr {
    let mut part = |bound: u64| dice.below(bound) as u8;
    let address = match part(4) {
        0 => Ipv4Addr::new(100, 64, 0, part(8)),
        _ => Ipv4Addr::new(80 + part(20), part(250), part(250), 1 + part(250)),
    };
    address.into()
}

fn visit(person: &mut Visitor<'_>, number: u64, dice: &mut Dice) {
    let category = |dice: &mut Dice| {
        format!("/category/{}", dice.one_of(&["chairs", "tables", "lamps", "beds", "rugs"], "chairs"))
    };
    let mut shelf = category(dice);
    person.page(dice.one_of(&["/", "/", "/category/chairs", "/product/garden-chair-17"], "/"), 200);
    for _ in 0..3 + dice.below(9) {
        person.wait(pause(dice));
        match dice.below(10) {
            0..4 => {
                person.page(
                    &format!("/product/{}-{}", dice.one_of(&["oak", "pine", "steel"], "oak"), dice.below(400)),
                    200,
                );
                person.wait(300);
                person.read(&format!("/api/stock/{}", dice.below(400)), 200);
            }
            4..7 => person.page(&shelf, 200),
            7 => {
                shelf = category(dice);
                person.page(&shelf, 200);
            }
            8 => person.page(&format!("/search?q={}", dice.one_of(&["chair", "lamp", "shelf"], "chair")), 200),
            _ => person.page("/", 200),
        }
    }
    let user = format!("person{number}@example.com");
    match dice.below(20) {
        0..6 => log_in(person, &user, dice),
        6 => {
            person.page("/signup", 200);
            person.wait(20_000 + dice.below(40_000));
            let name = dice.one_of(&["anna", "ben", "carla.m", "d.evans", "fatma", "jo"], "anna");
            person.call(
                "/api/register",
                &format!(r#"{{"email":"{name}.{number}@example.com","password":"own{number}"}}"#),
                201,
            );
        }
        7 => {
            person.wait(pause(dice));
            person.call("/api/review", r#"{"product":17,"text":"sturdy and quick to put together"}"#, 201);
        }
        8 => person.call("/api/vote", &format!(r#"{{"product":{}}}"#, dice.below(400)), 200),
        9..13 => buy(person, dice),
        _ => {}
    }
}

/// One of seven mistypes once or twice.
fn log_in(person: &mut Visitor<'_>, user: &str, dice: &mut Dice) {
    person.wait(pause(dice));
    person.page("/login", 200);
    if dice.percent(14) {
        for n in 0..1 + dice.below(2) {
            person.wait(6_000 + dice.below(15_000));
            person.log_in(user, &format!("mistyped {n}"), false);
        }
    }
    person.wait(6_000 + dice.below(15_000));
    person.log_in(user, &format!("secret of {user}"), true);
    person.wait(1_000);
    person.page("/account", 200);
}

/// One card of twenty is declined first.
fn buy(person: &mut Visitor<'_>, dice: &mut Dice) {
    for _ in 0..1 + dice.below(3) {
        person.wait(2_000 + dice.below(9_000));
        person.call("/api/cart", &format!(r#"{{"product":{}}}"#, dice.below(400)), 200);
    }
    person.page("/checkout", 200);
    if dice.percent(12) {
        person.wait(8_000);
        person.call("/api/coupon", r#"{"code":"SPRING"}"#, if dice.percent(50) { 200 } else { 404 });
    }
    person.wait(30_000 + dice.below(60_000));
    if dice.percent(5) {
        person.call("/api/checkout", r#"{"card":"own, mistyped"}"#, 402);
        person.wait(20_000);
    }
    person.call("/api/checkout", r#"{"card":"own"}"#, 200);
}

/// A glance, a look, a read.
fn pause(dice: &mut Dice) -> u64 {
    match dice.below(10) {
        0..2 => 1_000 + dice.below(3_000),
        2..7 => 4_000 + dice.below(16_000),
        _ => 20_000 + dice.below(70_000),
    }
}
