//! What the README and the pages in `docs` show is what the program prints.

mod address;
mod queries;
mod snippets;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use trailint::internal::output::OutputFormat;

use super::cli::{Scratch, err, out, status};
use super::support::{expect_file, files_below, package};

/// The text that a fenced block of a command begins with.
const FENCE: &str = "```console\n$ ";

/// A line that stands for any lines of the output.
const LEFT_OUT: &str = "…";

#[test]
fn commands_print_what_is_shown() {
    for path in pages() {
        let page = std::fs::read_to_string(&path).unwrap();
        let scratch = demo(&path);
        let mut blocks = page.split(FENCE);
        let mut updated = blocks.next().unwrap().to_owned();
        let mut shown = 0;
        for block in blocks {
            let (command, rest) = block.split_once('\n').unwrap();
            let (expected, after) = rest.split_once("```\n").unwrap();
            let printed = run(command, &scratch);
            let text = if has_gaps(expected) { with_gaps(expected, &printed, command) } else { printed };
            updated.push_str(&format!("{FENCE}{command}\n{text}```\n{after}"));
            shown += 1;
        }
        assert!(shown >= 1, "{} shows no command", path.display());
        expect_file(&path, &updated);
    }
}

#[test]
fn commands_in_pipelines_run() {
    let mut count = 0;
    for path in pages() {
        let page = std::fs::read_to_string(&path).unwrap();
        let scratch = demo(&path);
        for block in page.split("```yaml\n").skip(1).filter_map(|block| block.split("```").next()) {
            let commands = block.lines().filter_map(|line| Some(&line[line.find("trailint check")?..]));
            for command in commands {
                run(command.split(['|', '>']).next().unwrap(), &scratch);
                count += 1;
            }
        }
    }
    assert!(count >= 5, "the pages show how to use the program in {count} pipelines");
}

#[test]
fn every_format_has_its_section() {
    let page = std::fs::read_to_string(package("docs/formats.md")).unwrap();
    let names =
        OutputFormat::value_variants().iter().map(|format| format.to_possible_value().unwrap().get_name().to_owned());
    let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`')).collect();
    assert_eq!(sections, names.collect::<Vec<_>>());
}

/// The line of `docs/rules.md` after which the rules are listed.
const LIST: &str = "<!-- A test generates the list below. -->\n";

#[test]
fn the_page_of_rules_lists_them_all() {
    let path = package("docs/rules.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (words, _) = page.split_once(LIST).unwrap();
    let listed = out(&Scratch::new("docs-rules", &[]).run(&["rules", "--format", "markdown"]));
    let linked = trailint::internal::rules::RULES.iter().fold(listed, |list, rule| {
        let id = rule.id();
        list.replace(&format!("| `{id}` "), &format!("| [`{id}`](../rules/{id}.md) "))
    });
    expect_file(&path, &format!("{words}{LIST}\n{linked}"));
}

/// A link leads to a file of this package, and to a heading in it.
#[test]
fn links_lead_somewhere() {
    for path in pages() {
        let page = std::fs::read_to_string(&path).unwrap();
        for link in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(link.contains("://") || target.exists(), "{}: {link}", path.display());
            if !link.contains("://") && !anchor.is_empty() {
                assert!(anchors(&target).contains(&anchor.to_owned()), "{}: {link}", path.display());
            }
        }
    }
}

/// The addresses of the headings in a page, as GitHub forms them.
fn anchors(page: &Path) -> Vec<String> {
    let page = std::fs::read_to_string(page).unwrap();
    let headings = page.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    headings.map(|text| text.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
}

/// The README and the pages in `docs`.
fn pages() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(package("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|kind| kind == "md")).collect();
    pages.push(package("README.md"));
    pages.sort();
    pages
}

/// A repository with nothing but the demo and its evidence, in which reports may be written.
fn demo(page: &Path) -> Scratch {
    let files = files_below(&package("testdata/demo")).into_iter();
    let files = files.map(|(path, bytes)| (Path::new("testdata/demo").join(path), String::from_utf8(bytes).unwrap()));
    let audit = files_below(&package("testdata/audit")).into_iter();
    let audit = audit.map(|(path, bytes)| (Path::new("testdata/audit").join(path), String::from_utf8(bytes).unwrap()));
    let files: Vec<(PathBuf, String)> = files.chain(audit).chain([(".git/HEAD".into(), String::new())]).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.to_str().unwrap(), text.as_str())).collect();
    let thread = std::thread::current().name().unwrap_or_default().replace(':', "-");
    Scratch::new(&format!("docs-{thread}-{}", page.file_stem().unwrap().display()), &files)
}

/// Both streams of a command that begins with `trailint`, and that does what it says.
fn run(command: &str, scratch: &Scratch) -> String {
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("trailint"), "{command}");
    let output = scratch.command(&words.collect::<Vec<_>>()).env("COLUMNS", "80").output().unwrap();
    assert!(status(&output) <= 1, "{command}: {}", err(&output));
    out(&output) + &err(&output)
}

fn has_gaps(expected: &str) -> bool {
    expected.lines().any(|line| line == LEFT_OUT)
}

/// The text as it is shown, if its parts are printed in their order.
fn with_gaps(expected: &str, printed: &str, command: &str) -> String {
    let mut rest = printed;
    for part in expected.split(&format!("{LEFT_OUT}\n")) {
        let Some((_, after)) = rest.split_once(part) else {
            panic!("{command}: not printed, or not in this order:\n{part}\n{printed}");
        };
        rest = after;
    }
    expected.to_owned()
}
