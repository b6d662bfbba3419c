//! `corpus make DIRECTORY FILES [SEED]` writes a repository and beside it, in `expected.txt`, the verdicts on its trails.
//! `corpus check DIRECTORY REPORT` compares a JSON report on it with these.

#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a program for a terminal, that reads its own output"
)]

mod corpus;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use corpus::CONDITIONS;
use serde_json::Value;

type Failure = Box<dyn std::error::Error>;

const USAGE: &str = "usage: corpus make DIRECTORY FILES [SEED] | corpus check DIRECTORY REPORT";

fn main() -> Result<ExitCode, Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", directory, files] => make(Path::new(directory), files.parse()?, 1),
        ["make", directory, files, seed] => make(Path::new(directory), files.parse()?, seed.parse()?),
        ["check", directory, report] => check(Path::new(directory), Path::new(report)),
        _ => Err(USAGE.into()),
    }
}

fn make(directory: &Path, files: usize, seed: u64) -> Result<ExitCode, Failure> {
    let tree = directory.join("tree");
    if tree.exists() {
        return Err(format!("{} is there already", tree.display()).into());
    }
    let mut written = Ok(());
    let expected = corpus::make(files, seed, &mut |name, text| {
        if written.is_ok() {
            written = write(&tree.join(name), text);
        }
    });
    written?;
    fs::write(directory.join("expected.txt"), expected.join("\n") + "\n")?;
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}

/// Prints the verdicts that differ.
fn check(directory: &Path, report: &Path) -> Result<ExitCode, Failure> {
    let expected = fs::read_to_string(directory.join("expected.txt"))?;
    let mut expected: Vec<&str> = expected.lines().collect();
    let mut found = verdicts(&serde_json::from_slice(&fs::read(report)?)?).ok_or("this is no report")?;
    found.sort();
    let trails = expected.len();
    let surplus: Vec<&String> = found.iter().filter(|line| !expected.contains(&line.as_str())).collect();
    surplus.iter().for_each(|line| println!("+ {line}"));
    expected.retain(|line| found.binary_search_by(|own| own.as_str().cmp(line)).is_err());
    expected.iter().for_each(|line| println!("- {line}"));
    println!("{trails} trails, {} verdicts missing, {} unexpected", expected.len(), surplus.len());
    Ok(if expected.is_empty() && surplus.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What a report says of the conditions of each trail, as the corpus writes it.
fn verdicts(report: &Value) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    for deployment in report["deployments"].as_array()? {
        for trail in deployment["trails"].as_array()? {
            let of_rule = |rule: &&str| trail["rules"][rule].as_str();
            let verdicts: Vec<&str> = CONDITIONS.iter().map(of_rule).collect::<Option<_>>()?;
            let (root, address) = (deployment["root"].as_str()?, trail["address"].as_str()?);
            lines.push(format!("{root} {address} {}", verdicts.join(" ")));
        }
    }
    Some(lines)
}
