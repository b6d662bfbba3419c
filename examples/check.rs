//! Checks a directory, and prints a line for each problem: `cargo run --example check -- DIRECTORY`.

use std::path::Path;
use std::process::ExitCode;

use trailint::{Code, Severity, check};

#[expect(clippy::print_stdout, reason = "a program for a terminal")]
fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: check DIRECTORY")?;
    let checked = check(Code::Directory(Path::new(&directory)))?;
    let problems = checked.problems();
    for problem in &problems {
        let (path, line) = (problem.path.as_deref().unwrap_or("."), problem.line.unwrap_or(1));
        println!("{path}:{line}: {}: {}", problem.rule, problem.message);
    }
    let fails = problems.iter().any(|problem| problem.severity == Severity::Error && !problem.is_unknown);
    Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
