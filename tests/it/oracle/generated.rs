//! Generated expressions.

use super::compare;
use super::expressions::Writer;
use super::terraform::answers;

#[test]
fn expressions_mean_what_terraform_says() {
    for (seed, depth, count) in seeds() {
        let mut writer = Writer::new(seed);
        let expressions: Vec<String> = (0..count).map(|_| writer.any(depth)).collect();
        let Some(questions) = answers(&format!("generated-{seed}"), &expressions) else { return };
        compare(&questions, 95);
    }
}

/// Seeds with a depth and a number of expressions; `TRAILINT_SEED` asks for others than the usual.
fn seeds() -> Vec<(u64, usize, usize)> {
    match std::env::var("TRAILINT_SEED") {
        Ok(seed) => vec![(seed.parse().unwrap(), 3, 1000)],
        Err(_) => vec![(1, 1, 200), (2, 2, 400), (3, 3, 400)],
    }
}
