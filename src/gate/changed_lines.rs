//! Determines the lines that a change touches, so that a finding appears beside the line that caused it.

use std::collections::{HashMap, HashSet};

use crate::finding::{FindingTarget, Label};
use crate::report::Report;
use crate::source::{FileId, Sources};

/// Records, for each finding whose own line isn't touched, the first step of the value's path that is.
pub(super) fn mark(report: &mut Report, before: &Report) {
    let mut touched =
        TouchedFiles { head: &report.sources, base: lines_before(&before.sources), files: HashMap::new() };
    let mut marks = Vec::new();
    for diagnostic in &report.findings {
        let is_elsewhere = matches!(&diagnostic.finding.place, FindingTarget::Text(label) if !touched.contains(label));
        let step = diagnostic.finding.related.iter().find(|label| is_elsewhere && touched.contains(label));
        marks.push(step.cloned());
    }
    for (diagnostic, mark) in report.findings.iter_mut().zip(marks) {
        diagnostic.changed = mark;
    }
}

/// Returns the lines of each earlier file, by the file's name.
fn lines_before(sources: &Sources) -> HashMap<String, Vec<String>> {
    sources
        .all()
        .into_iter()
        .map(|(_, file)| (file.name.clone(), file.text.lines().map(str::to_owned).collect()))
        .collect()
}

struct TouchedFiles<'a> {
    head: &'a Sources,
    base: HashMap<String, Vec<String>>,
    /// A cache of the touched lines of files, counted from 1.
    files: HashMap<FileId, HashSet<u32>>,
}

impl TouchedFiles<'_> {
    fn contains(&mut self, label: &Label) -> bool {
        let file = self.head.file(label.span.file);
        let line = file.position(label.span.start).line;
        let before = self.base.get(&file.name);
        let lines = self.files.entry(label.span.file).or_insert_with(|| {
            lines_touched(&file.text.lines().collect::<Vec<_>>(), before.map_or(&[], Vec::as_slice))
        });
        lines.contains(&line)
    }
}

/// Returns the lines, counted from 1, between the common beginning and the common end of two texts that the old text
/// doesn't have there.
fn lines_touched(now: &[&str], before: &[String]) -> HashSet<u32> {
    let start = now.iter().zip(before).take_while(is_same).count();
    let (now_rest, before_rest) = (now.get(start..).unwrap_or_default(), before.get(start..).unwrap_or_default());
    let end = now_rest.iter().rev().zip(before_rest.iter().rev()).take_while(is_same).count();
    let known: HashSet<&str> =
        before_rest.iter().take(before_rest.len().saturating_sub(end)).map(String::as_str).collect();
    let between = now_rest.iter().take(now_rest.len().saturating_sub(end)).zip(start.saturating_add(1)..);
    let new = between.filter(|(line, _)| !known.contains(**line));
    new.filter_map(|(_, number)| u32::try_from(number).ok()).collect()
}

fn is_same((now, before): &(&&str, &String)) -> bool {
    *now == before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_were_not_there_are_touched() {
        for (before, now, expected) in [
            ("a b c", "a b c", vec![]),
            ("a b c", "a x c", vec![2]),
            ("a b c", "x a b c", vec![1]),
            ("a b c", "a b c x", vec![4]),
            ("a b c d", "c a x d", vec![3]),
            ("", "a b", vec![1, 2]),
            ("a b", "", vec![]),
        ] {
            let before: Vec<String> = words(before).into_iter().map(str::to_owned).collect();
            let mut touched: Vec<u32> = lines_touched(&words(now), &before).into_iter().collect();
            touched.sort_unstable();
            assert_eq!(touched, expected, "{before:?} {now}");
        }
    }

    fn words(text: &'static str) -> Vec<&'static str> {
        text.split_whitespace().collect()
    }
}
