//! Makes templates.

use serde_json::json;

use super::template::{Condition, Parameter, ROWS, Selector, Template, Text, Trail, Value};
use crate::random::Random;

/// What conditions compare parameters with.
pub(super) const LITERALS: [&str; 3] = ["dev", "prod", "true"];

/// Which parameter is what; each template has all of them.
const FREE: [usize; 2] = [0, 1];
const FLAGS: [usize; 3] = [2, 3, 4];
const ROW: usize = 5;
const INDEX: usize = 6;
const DIRECTION: usize = 7;

/// A template that looks random.
pub(super) fn generate(random: &mut Random) -> Template {
    const FLAG: &[&str] = &["true", "false"];
    const DOMAINS: [&[&str]; 8] =
        [&[], &[], FLAG, &["true", "True"], &["false", "maybe"], &ROWS, &["0", "1"], &["All", "WriteOnly"]];
    let parameters = DOMAINS.iter().map(|allowed| {
        let candidates: &[&'static str] = if allowed.is_empty() { &LITERALS } else { allowed };
        let default = random.one_in(4).then(|| random.pick(candidates));
        let given = random.one_in(8).then(|| random.pick(candidates));
        Parameter { allowed, default, given }
    });
    let parameters = parameters.collect();
    let mut conditions = Vec::new();
    for index in 0..4 {
        let condition = condition(random, index, 2);
        conditions.push(condition);
    }
    let mut cell = || ["true", "true", "false"][random.below(3)];
    let mapping = std::array::from_fn(|_| [cell(), cell()]);
    let trails = (0..1 + random.below(2)).map(|_| trail(random)).collect();
    Template { parameters, conditions, mapping, trails }
}

fn condition(random: &mut Random, declared: usize, depth: usize) -> Condition {
    let inner = |random: &mut Random| condition(random, declared, depth - 1);
    match random.below(if depth == 0 { 3 } else { 6 }) {
        0 | 1 => {
            let parameter = if random.one_in(2) { random.pick(&FREE) } else { random.pick(&FLAGS) };
            let (left, right) = (Text::Parameter(parameter), Text::Literal(random.pick(&LITERALS)));
            if random.one_in(2) { Condition::Equals(left, right) } else { Condition::Equals(right, left) }
        }
        2 if declared > 0 => Condition::Named(random.below(declared)),
        2 => Condition::Equals(Text::Parameter(random.pick(&FLAGS)), Text::Parameter(random.pick(&FLAGS))),
        3 => Condition::Not(Box::new(inner(random))),
        4 => Condition::And(vec![inner(random), inner(random)]),
        _ => Condition::Or(vec![inner(random), inner(random), inner(random)]),
    }
}

fn trail(random: &mut Random) -> Trail {
    let selectors = random.one_in(2).then(|| (0..random.below(3)).map(|_| selector(random)).collect());
    Trail {
        condition: random.one_in(2).then(|| random.below(4)),
        multi_region: (!random.one_in(12)).then(|| flag(random, 2)),
        logging: (!random.one_in(12)).then(|| flag(random, 1)),
        selectors,
    }
}

fn selector(random: &mut Random) -> Selector {
    let direction = match random.below(4) {
        0 => None,
        1 => Some(Value::Ref(DIRECTION)),
        2 => Some(Value::Literal(json!("All"))),
        _ => {
            let (then, otherwise) = (Value::Literal(json!("ReadOnly")), Value::Absent);
            Some(Value::If(random.below(4), Box::new(then), Box::new(otherwise)))
        }
    };
    let management = random.one_in(3).then(|| flag(random, 1));
    Selector { condition: random.one_in(3).then(|| random.below(4)), direction, management }
}

/// A value for a boolean property; most of them are true.
fn flag(random: &mut Random, depth: usize) -> Value {
    match random.below(if depth == 0 { 8 } else { 12 }) {
        0 | 1 => Value::Literal(json!(true)),
        2 => Value::Literal(json!("True")),
        3 => Value::Literal(random.pick(&[json!(false), json!("no such thing"), json!(1)])),
        4 => Value::Ref(random.pick(&FLAGS)),
        5 => Value::Sub(random.pick(&FLAGS)),
        6 => Value::Find(ROW, random.below(2)),
        7 => Value::Join("tr", "ue"),
        8 => Value::Select(INDEX, vec![flag(random, 0), flag(random, 0)]),
        9 => Value::If(random.below(4), Box::new(flag(random, depth - 1)), Box::new(Value::Absent)),
        _ => Value::If(random.below(4), Box::new(flag(random, depth - 1)), Box::new(flag(random, depth - 1))),
    }
}
