//! Expressions put together from those of which Terraform's answers are recorded mean what Terraform says.

use trailint::internal::source::{Sources, Span};
use trailint::internal::syntax::hcl::{self, ExprKind};

use super::{count, seed};
use crate::oracle;
use crate::random::Random;

/// How long an expression may get.
const LONGEST: usize = 300;

#[test]
fn grafted_expressions_mean_what_terraform_says() {
    let recorded = oracle::recorded();
    let mut random = Random::new(seed());
    let mut expressions: Vec<String> = Vec::new();
    while expressions.len() < count(60) {
        let grafted = grafted(&recorded, &mut random);
        if grafted.len() <= LONGEST && is_expression(&grafted) {
            expressions.push(grafted);
        }
    }
    oracle::ask_all("grafted", &expressions);
}

/// One expression with another one in the place of a literal.
fn grafted(recorded: &[String], random: &mut Random) -> String {
    let (stock, scion) = (random.pick(recorded), random.pick(recorded));
    let literals = ["true", "false", "null", "1", "0", "\"a\"", "\"b\"", "[]", "{}"];
    let places: Vec<(usize, &str)> = literals.iter().flat_map(|literal| stock.match_indices(literal)).collect();
    if places.is_empty() {
        return format!("[{stock}, {scion}]");
    }
    let (at, literal) = random.pick(&places);
    format!("{}({scion}){}", &stock[..at], &stock[at + literal.len()..])
}

fn is_expression(text: &str) -> bool {
    let sources = Sources::new("/".into());
    let id = sources.add("/expression".as_ref(), text.as_bytes().to_vec());
    let read = hcl::parse_expr(text, |range| Span::new(id, range.start, range.end));
    read.is_ok_and(|expr| expr.kind != ExprKind::Unreadable)
}
