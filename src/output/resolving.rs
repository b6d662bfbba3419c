//! The commands that make the unknown values of deployments known, one for each deployment.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use super::sanitize::sanitize;
use crate::model::{ResolvingStep, shell_quoted, shown_option};
use crate::report::{Deployment, Diagnostic, Report, View};
use crate::source::Sources;

/// The number of deployments whose commands text outputs show, unless all details are requested.
const MAX_SHOWN: usize = 10;

/// The commands by deployment.
pub(super) struct ResolvingCommands(BTreeMap<Deployment, String>);

impl ResolvingCommands {
    /// The commands for the given findings of a report that are unknown.
    pub(super) fn of(report: &Report, view: &View, is_shown: impl Fn(&Diagnostic) -> bool) -> Self {
        let mut steps: BTreeMap<Deployment, Vec<&ResolvingStep>> = BTreeMap::new();
        for diagnostic in report.findings.iter().filter(|own| own.suppressed.is_none() && is_shown(own)) {
            let Some(root) = diagnostic.deployment.clone().filter(|root| is_file(root, &report.sources)) else {
                continue;
            };
            let own = steps.entry((root, diagnostic.deployment_name.clone())).or_default();
            own.extend(&diagnostic.resolution);
        }
        steps.retain(|_, steps| !steps.is_empty());
        let mut roots: Vec<PathBuf> = if steps.is_empty() { Vec::new() } else { roots(report).collect() };
        roots.sort_unstable();
        let commands = steps.into_iter().map(|(deployment, steps)| {
            let check = check_of(&deployment.0, &roots, &report.sources);
            (deployment, command(check, &steps, &view.given_options))
        });
        // A command that an output has to escape, such as one with a line break in a name, can't be run as it is shown.
        Self(commands.filter(|(_, command)| sanitize(command) == *command).collect())
    }

    /// The command for a deployment.
    pub(super) fn get(&self, deployment: &Deployment) -> Option<&str> {
        self.0.get(deployment).map(String::as_str)
    }

    /// The commands as lines of a text, each once.
    pub(super) fn lines(&self, is_verbose: bool) -> String {
        let mut seen = HashSet::new();
        let commands: Vec<&String> = self.0.values().filter(|command| seen.insert(*command)).collect();
        let limit = if is_verbose { usize::MAX } else { MAX_SHOWN };
        let mut text = String::new();
        for command in commands.iter().take(limit) {
            text.push_str(&format!("To resolve: {}\n", sanitize(command)));
        }
        match commands.len().saturating_sub(limit) {
            0 => {}
            1 => text.push_str("To resolve 1 more deployment, see `-v`.\n"),
            more => text.push_str(&format!("To resolve {more} more deployments, see `-v`.\n")),
        }
        text
    }
}

/// True unless the text of a root, or of a file in it, came from standard input.
fn is_file(root: &str, sources: &Sources) -> bool {
    let path = sources.path_of(root);
    let is_listed = path.parent().is_none_or(|directory| !sources.unlisted_in(directory).contains(&path));
    is_listed && sources.unlisted_in(&path).is_empty()
}

fn roots(report: &Report) -> impl Iterator<Item = PathBuf> {
    report.deployments.iter().map(|deployment| report.sources.path_of(&deployment.root))
}

/// The command that checks a root without the roots below it, to which the options would apply, too. `roots` are
/// ordered.
fn check_of(root: &str, roots: &[PathBuf], sources: &Sources) -> Vec<String> {
    let mut check = vec!["trailint check".to_owned(), path_argument(&sources.display_name(root))];
    let directory = sources.path_of(root);
    // A path is sorted directly before those below it.
    let after = roots.partition_point(|own| *own <= directory);
    let below = roots.get(after..).unwrap_or_default().iter().take_while(|own| own.starts_with(&directory));
    let mut inner: Vec<&PathBuf> = below.collect();
    inner.dedup_by(|below, kept| below.starts_with(&**kept));
    let names = inner.iter().map(|path| sources.path_display_name(path));
    // A pattern can't match outside of the current directory.
    let patterns = names.filter(|name| !name.starts_with("..")).map(|name| pattern(&name));
    check.extend(patterns.map(|pattern| shown_option("--exclude", &pattern)));
    check
}

/// A pattern in the syntax of `.gitignore` that matches exactly this path.
fn pattern(path: &str) -> String {
    let mut pattern = "/".to_owned();
    for c in path.trim_start_matches("./").chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '\\' | '!' | '#' | '{' | '}' | ' ') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// The command for a shell: first the steps before the check, then the check with all options.
fn command(mut check: Vec<String>, steps: &[&ResolvingStep], given: &[String]) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut options: Vec<(&str, &str)> = Vec::new();
    let mut open: Vec<(&str, &[String])> = Vec::new();
    for step in steps {
        match step {
            ResolvingStep::Before(command) if !parts.contains(&command.as_str()) => parts.push(command),
            ResolvingStep::Before(_) => {}
            ResolvingStep::Option { name, values } => match values.as_slice() {
                [value] => add_option(&mut options, name, value),
                values => open.push((name, values)),
            },
        }
    }
    // Of several values that are sufficient, one that is needed anyway is chosen.
    for (name, values) in open {
        if !values.iter().any(|value| options.contains(&(name, value.as_str()))) {
            values.iter().take(1).for_each(|value| add_option(&mut options, name, value));
        }
    }
    // A later option overrides an earlier one: a file of values doesn't override the options of this run, which lack a
    // valid value for each of the variables that are added.
    let (files, values): (Vec<_>, Vec<_>) = options.into_iter().partition(|(name, _)| name.ends_with("-file"));
    check.extend(files.iter().map(|(name, value)| shown_option(name, value)));
    check.extend(given.iter().map(|argument| shell_quoted(argument)));
    check.extend(values.iter().map(|(name, value)| shown_option(name, value)));
    let check = check.join(" ");
    parts.push(&check);
    parts.join(" && ")
}

/// Adds an option, unless it is there; a variable gets one value only.
fn add_option<'s>(options: &mut Vec<(&'s str, &'s str)>, name: &'s str, value: &'s str) {
    let is_same = |(own, other): &(&str, &str)| {
        *own == name && (*other == value || !name.ends_with("-file") && variable(other) == variable(value))
    };
    if !options.iter().any(is_same) {
        options.push((name, value));
    }
}

/// The variable in `NAME=VALUE`; empty for the value of an option that is set only once.
fn variable(value: &str) -> &str {
    value.split_once('=').map_or("", |(name, _)| name)
}

/// A path as an argument, which doesn't look like an option.
fn path_argument(path: &str) -> String {
    if path.starts_with('-') { shell_quoted(&format!("./{path}")) } else { shell_quoted(path) }
}
