//! Cargo.toml is the only file with an address of this project; where it has none, pages show a placeholder.

use std::path::PathBuf;

use crate::support::{expect_file, files_below, package};

/// The address of the repository in pages, while Cargo.toml has none.
const PLACEHOLDER: &str = "https://example.com/OWNER/trailint";

/// The end of an address of this project, or of its name in `uses` of a workflow.
const NAME: &str = "/trailint";

/// Where an address could be, besides the tests, which use others on purpose.
const DIRECTORIES: [&str; 7] = ["src", "docs", "rules", "templates", "packaging", ".github", ".ci"];
const FILES: [&str; 13] = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LIMITS.md",
    "RELEASING.md",
    "SECURITY.md",
    "Dockerfile",
    "action.yml",
    ".pre-commit-hooks.yaml",
    "pyproject.toml",
    "editors/vscode/README.md",
    "editors/vscode/package.json",
    "deny.toml",
];

#[test]
fn every_address_is_that_of_the_manifest() {
    let repository = Some(env!("CARGO_PKG_REPOSITORY").trim_end_matches('/')).filter(|address| !address.is_empty());
    let repository = repository.unwrap_or(PLACEHOLDER);
    let mut found = 0;
    for path in texts() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        // Tests of a unit, which use other addresses.
        if text.contains("#[cfg(test)]\nmod tests {") || path.ends_with("tests.rs") {
            continue;
        }
        let (updated, count) = with_addresses(&text, repository);
        found += count;
        if updated != text {
            expect_file(&path, &updated);
        }
    }
    assert!(found >= 5, "only {found} addresses were found");
}

#[test]
fn an_old_address_is_found_and_replaced() {
    let text =
        "see https://old.example.org/a/trailint/blob/x and (https://y.example/trailint)\n- uses: a/trailint@v1\n";
    let expected =
        "see https://new.example/b/trailint/blob/x and (https://new.example/b/trailint)\n- uses: b/trailint@v1\n";
    assert_eq!(with_addresses(text, "https://new.example/b/trailint"), (expected.to_owned(), 3));
    let other = "https://example.com/a/trailinter and https://example.com/x";
    assert_eq!(with_addresses(other, "https://new.example/b/trailint"), (other.to_owned(), 0));
}

/// The text with the address of the repository instead of each address that ends with this project's name, and their
/// number.
fn with_addresses(text: &str, repository: &str) -> (String, usize) {
    let owner = repository.rsplit('/').nth(1).unwrap_or("OWNER");
    let (mut updated, mut rest, mut count) = (String::new(), text, 0);
    while let Some((start, end, is_action)) = next_address(rest) {
        updated.push_str(&rest[..start]);
        updated.push_str(&if is_action { format!("{owner}{NAME}") } else { repository.to_owned() });
        rest = &rest[end..];
        count += 1;
    }
    (updated + rest, count)
}

/// The bounds of the next address, and true if it is the name of an action.
fn next_address(text: &str) -> Option<(usize, usize, bool)> {
    for (at, _) in text.match_indices(NAME) {
        let end = at + NAME.len();
        if text[end..].starts_with(|next: char| next.is_alphanumeric() || next == '-' || next == '_') {
            continue;
        }
        let is_part = |c: char| !c.is_whitespace() && !"\"'`()<>".contains(c);
        let start = text[..at].rfind(|c: char| !is_part(c)).map_or(0, |before| before + 1);
        let is_action = text[..start].ends_with("uses: ") && text[end..].starts_with('@');
        if is_action || text[start..].starts_with("https://") || text[start..].starts_with("http://") {
            return Some((start, end, is_action));
        }
    }
    None
}

fn texts() -> Vec<PathBuf> {
    let below = DIRECTORIES.iter().map(|name| package(name)).flat_map(|directory| {
        files_below(&directory).into_iter().map(move |(path, _)| directory.join(path)).collect::<Vec<_>>()
    });
    below.chain(FILES.iter().map(|name| package(name))).collect()
}
