//! The rules that a run enables, and the severity of their findings.

use std::collections::BTreeMap;

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::CheckArgs;
use crate::config::{ALL, Config, SelectableRule};
use crate::engine::Selection;
use crate::error::Error;
use crate::finding::Level;
use crate::named::closest;
use crate::rules::{self, Check, RULES, Rule, RuleGroup};
use crate::suppress;

pub(super) fn selection(args: &CheckArgs, matches: &ArgMatches) -> Result<Selection, Error> {
    let mut selected = rules_of(&args.select)?;
    let mut extended = rules_of(&args.extend_select)?;
    // A benchmark runs its rules, unless the command selects others; ignored ones stay ignored.
    if !is_given(matches, "select") {
        extended.extend(of_benchmark(args.compliance.as_deref()));
    }
    if args.select.is_empty() && !extended.is_empty() {
        selected.extend(rules::group(ALL).into_iter().flat_map(RuleGroup::rules));
    }
    selected.extend(extended);
    check_not_all(&args.ignore)?;
    let mut ignored = rules_of(&args.ignore)?;
    ignored.iter().try_for_each(|rule| check_is_evaluating(rule))?;
    let named = config_overrides(args, matches)?;
    ignored.retain(|rule| !named.iter().any(|named| named.id() == rule.id()));
    let selection = Selection {
        selected: (!selected.is_empty()).then(|| names(selected)),
        ignored: names(ignored),
        enforced: names(rules_of(&args.enforce)?),
    };
    // A run without any rule must not look like a pass.
    let mut judging =
        RULES.iter().copied().filter(|rule| !matches!(rule.check, Check::Reading | Check::Comparing | Check::Ignoring));
    if judging.any(|rule| selection.is_selected(rule)) { Ok(selection) } else { Err(Error::NoRules) }
}

fn names(rules: Vec<&'static Rule>) -> Vec<&'static str> {
    rules.into_iter().map(Rule::id).collect()
}

/// Returns the rules that the command line or the environment selects by name, unless it also ignores rules: an
/// `ignore` list in the configuration can't disable these.
fn config_overrides(args: &CheckArgs, matches: &ArgMatches) -> Result<Vec<&'static Rule>, Error> {
    if is_given(matches, "ignore") {
        return Ok(Vec::new());
    }
    let options = [("select", &args.select), ("extend_select", &args.extend_select)];
    let named_inputs = options.into_iter().filter(|(option, _)| is_given(matches, option)).flat_map(|(_, names)| names);
    rules_of(&named_inputs.filter(|name| name.trim() != ALL).cloned().collect::<Vec<_>>())
}

/// True if the option is on the command line or in the environment.
fn is_given(matches: &ArgMatches, option: &str) -> bool {
    matches!(matches.value_source(option), Some(ValueSource::CommandLine | ValueSource::EnvVariable))
}

/// Returns the rules that evaluate the controls of a benchmark.
fn of_benchmark(benchmark: Option<&str>) -> Vec<&'static Rule> {
    benchmark.and_then(rules::section).into_iter().flatten().flat_map(|listed| listed.rules()).collect()
}

/// Returns the rules with these names, and the members of the groups with these names.
fn rules_of(names: &[String]) -> Result<Vec<&'static Rule>, Error> {
    let mut found = Vec::new();
    // A comma in a list may be followed by blanks.
    for name in names.iter().map(|name| name.trim()) {
        match (rules::group(name), rules::find(name)) {
            (Some(group), _) => found.extend(group.rules()),
            (None, Some(rule)) => found.push(rule),
            (None, None) => {
                let own: Vec<String> = suppress::matching_rules(name).map(|own| format!("`{own}`")).collect();
                if !own.is_empty() {
                    return Err(Error::RuleOfAnotherTool { name: name.to_owned(), own: own.join(" and ") });
                }
                let suggestion = closest(name, rules::names()).filter(|other| !is_other_number(name, other));
                return Err(Error::UnknownRuleOrGroup { name: name.to_owned(), suggestion });
            }
        }
    }
    Ok(found)
}

/// True if two names differ only in numbers: they name different controls.
fn is_other_number(name: &str, other: &str) -> bool {
    let letters = |name: &str| -> String { name.chars().filter(|c| c.is_alphabetic()).collect() };
    letters(name) == letters(other) && name.contains(|c: char| c.is_ascii_digit())
}

/// Refuses to ignore every rule, since then the run would check nothing.
fn check_not_all(names: &[String]) -> Result<(), Error> {
    match names.iter().find(|name| name.trim() == ALL) {
        Some(name) => Err(Error::UnknownRule { name: name.trim().to_owned(), suggestion: None }),
        None => Ok(()),
    }
}

/// Refuses to ignore the rules that report unreadable files or a relaxed gate: without them, a run could pass although
/// it couldn't evaluate its files.
fn check_is_evaluating(rule: &'static Rule) -> Result<(), Error> {
    match rule.check {
        Check::Reading | Check::Comparing => Err(Error::NotIgnorable { name: rule.id() }),
        Check::Trail(_)
        | Check::Deployment(_)
        | Check::Advice(_)
        | Check::LogDelivery(_)
        | Check::LogGroup(_)
        | Check::LogDeliveryAdvice(_)
        | Check::Evidence
        | Check::Ignoring => Ok(()),
    }
}

/// Returns the levels of the configuration, overridden by those of `--level RULE=LEVEL`.
pub(super) fn levels(texts: &[String], config: &Config) -> Result<BTreeMap<&'static str, Level>, Error> {
    let mut levels: BTreeMap<&'static str, Level> =
        config.settings.levels.iter().map(|(rule, level)| (rule.0, *level)).collect();
    for text in texts {
        const FORM: &str = "expected RULE=LEVEL with the level `error`, `warning` or `note`";
        let (name, word) = text.trim().split_once('=').ok_or_else(|| failed(text, FORM.to_owned()))?;
        let level = Level::from_name(word).ok_or_else(|| failed(text, FORM.to_owned()))?;
        levels.insert(SelectableRule::of(name).map_err(|cause| failed(text, cause))?.0, level);
    }
    Ok(levels)
}

fn failed(text: &str, cause: String) -> Error {
    Error::Setting { text: format!("--level {text}"), cause }
}
