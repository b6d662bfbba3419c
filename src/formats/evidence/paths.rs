//! The information in the path of a file: the account, the Region and the trail that it is about.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The names of a file and of the directories that contain it, within the directory that the user named.
#[derive(Debug, Clone)]
pub(super) struct EvidencePath {
    pub(super) path: PathBuf,
    /// The directory that the user named, or the one that contains the named file.
    pub(super) root: PathBuf,
}

impl EvidencePath {
    /// The directory of the file.
    pub(super) fn directory(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// The directories that contain the file, from its own up to the one that the user named.
    pub(super) fn directories(&self) -> impl Iterator<Item = &Path> {
        self.directory().ancestors().take_while(|directory| directory.starts_with(&self.root))
    }

    /// The file's name without its extension, and the names of the directories below the one that the user named, the
    /// nearest first.
    fn components(&self) -> impl Iterator<Item = String> {
        let below = self.directories().take_while(|directory| *directory != self.root);
        let names = below.filter_map(|directory| directory.file_name());
        self.path.file_stem().into_iter().chain(names).map(|name| name.to_string_lossy().into_owned())
    }

    /// The account in the nearest component that contains the number of one.
    pub(super) fn account(&self) -> Option<String> {
        let root = self.root.file_name().map(|name| name.to_string_lossy().into_owned());
        self.components().chain(root).find_map(|component| {
            let mut numbers = component.split(['_', '.', '-']).filter(|part| is_account(part));
            let first = numbers.next()?;
            numbers.all(|other| other == first).then(|| first.to_owned())
        })
    }

    /// The words that [`names`](Self::names) finds, each once.
    pub(super) fn words(&self) -> BTreeSet<String> {
        self.components().flat_map(|component| words(&component)).collect()
    }

    /// True if a component is this name, or contains it between separators.
    pub(super) fn names(&self, name: &str) -> bool {
        !name.is_empty() && self.components().any(|component| has_word(&component, name))
    }
}

/// True for the number of an account.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

const SEPARATORS: [char; 6] = ['_', '.', '-', '@', '=', ' '];

/// The most separators of a component whose words are used; the name of a file has at most 255 bytes.
const MAX_SEPARATORS: usize = 255;

/// The parts of a component between any two separators.
fn words(component: &str) -> Vec<String> {
    let separators = || component.match_indices(SEPARATORS).take(MAX_SEPARATORS);
    let starts = || std::iter::once(0).chain(separators().map(|(at, found)| at.saturating_add(found.len())));
    let ends = || separators().map(|(at, _)| at).chain([component.len()]);
    let words = starts().flat_map(|start| ends().filter_map(move |end| component.get(start..end)));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn has_word(component: &str, word: &str) -> bool {
    component.match_indices(word).any(|(at, _)| {
        let before = component.get(..at).unwrap_or_default();
        let after = component.get(at.saturating_add(word.len())..).unwrap_or_default();
        (before.is_empty() || before.ends_with(SEPARATORS)) && (after.is_empty() || after.starts_with(SEPARATORS))
    })
}

/// The partition, the Region and the account in the ARN of a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TrailArn<'a> {
    pub(super) partition: &'a str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    pub(super) name: &'a str,
}

impl<'a> TrailArn<'a> {
    /// Splits an ARN; `None` for any other text.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next();
        let (arn, partition, _, region, account, resource) = (next()?, next()?, next()?, next()?, next()?, next()?);
        let name = resource.strip_prefix("trail/")?;
        let is_valid = arn == "arn" && is_account(account) && !name.is_empty() && is_word(partition) && is_word(region);
        is_valid.then_some(Self { partition, region, account, name })
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_between_separators() {
        let of = |path: &str| EvidencePath { path: path.into(), root: "/audit".into() };
        let cases = [
            ("/audit/status_main.json", "main", true),
            ("/audit/status_main-eu.json", "main-eu", true),
            ("/audit/status_main-eu.json", "main", true),
            ("/audit/domain.json", "main", false),
            ("/audit/us-east-1/main@111122223333/status.json", "us-east-1", true),
            ("/audit/us-east-1/main@111122223333/status.json", "main@111122223333", true),
            ("/audit/status.json", "audit", false),
        ];
        for (path, name, expected) in cases {
            assert_eq!(of(path).names(name), expected, "{path} {name}");
            assert_eq!(of(path).words().contains(name), expected, "{path} {name}");
        }
        assert_eq!(of("/audit/111122223333/444455556666.json").account().as_deref(), Some("444455556666"));
        assert_eq!(of("/audit/prod-111122223333/x.json").account().as_deref(), Some("111122223333"));
        assert_eq!(of("/audit/1111222233334/x.json").account(), None);
    }
}
