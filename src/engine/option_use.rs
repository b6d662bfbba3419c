//! Compares the values of options with the declarations of all roots: an option may be meant for one of several roots,
//! but not for none of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::formats::{LoadedProject, OptionUse, OptionValue, Options};
use crate::named::closest;
use crate::report::Undeclared;
use crate::source::{FileId, Sources};

/// The result of applying the values of the options to a root.
#[derive(Debug, Clone, Default)]
pub(super) struct RootOptionUse {
    root: String,
    values: Vec<OptionValue>,
    /// The declared names, if one of the values has another.
    declared: Vec<String>,
}

/// The result of applying a value to all roots.
#[derive(Default)]
struct ReceivedValue<'a> {
    is_declared: bool,
    is_accepted: bool,
    /// The first root that rejects the value, and the reason.
    refusal: Option<(&'a str, &'a str)>,
}

impl RootOptionUse {
    /// Applies the values of the options to a root.
    pub(super) fn of(root: String, opened: &dyn LoadedProject) -> Self {
        let values = opened.option_values();
        let has_other = values.iter().any(|value| value.option_use == OptionUse::Undeclared);
        let declared = if has_other { opened.declared() } else { Vec::new() };
        Self { root, values, declared }
    }
}

/// Returns the first value that every root that declares its name rejects.
pub(super) fn refusal(takes: &[RootOptionUse], options: &Options, sources: &Sources) -> Option<Error> {
    let all = all(takes);
    let mut refused = all.iter().filter(|(_, value)| !value.is_accepted);
    refused.find_map(|((option, name), value)| {
        let (root, reason) = value.refusal?;
        let option = option_name(*option, options, sources);
        Some(Error::RefusedValue {
            option,
            name: (*name).to_owned(),
            root: sources.display_name(root),
            cause: reason.to_owned(),
        })
    })
}

/// The names of options that no root declares, by option. Other sources of values may name more than a root declares.
pub(super) fn undeclared(takes: &[RootOptionUse], options: &Options, sources: &Sources) -> Vec<Undeclared> {
    let given: BTreeSet<FileId> = options.values().map(|values| values.file()).collect();
    let known: BTreeSet<&str> = takes.iter().flat_map(|takes| &takes.declared).map(String::as_str).collect();
    let mut names: BTreeMap<FileId, Vec<&str>> = BTreeMap::new();
    for ((option, name), value) in &all(takes) {
        if !value.is_declared && given.contains(option) {
            names.entry(*option).or_default().push(name);
        }
    }
    names
        .into_iter()
        .map(|(option, names)| Undeclared {
            option: option_name(option, options, sources),
            names: names.into_iter().map(|name| (name.to_owned(), suggestion(name, &known))).collect(),
        })
        .collect()
}

/// The declared name that a name was probably meant to be: also that of `var.name`, and in other cases.
fn suggestion(name: &str, known: &BTreeSet<&str>) -> Option<String> {
    let bare = name.strip_prefix("var.").unwrap_or(name);
    let is_meant = |own: &&&str| **own == bare || own.eq_ignore_ascii_case(bare);
    let meant = known.iter().find(is_meant).copied();
    meant.or_else(|| closest(bare, known.iter().copied())).map(str::to_owned)
}

/// The values of all options, by option and name.
fn all(takes: &[RootOptionUse]) -> BTreeMap<(FileId, &str), ReceivedValue<'_>> {
    let mut all: BTreeMap<(FileId, &str), ReceivedValue<'_>> = BTreeMap::new();
    for takes in takes {
        for received in &takes.values {
            let value = all.entry((received.option, &received.name)).or_default();
            match &received.option_use {
                OptionUse::Undeclared => {}
                OptionUse::Accepted => (value.is_declared, value.is_accepted) = (true, true),
                OptionUse::Refused(reason) => {
                    value.is_declared = true;
                    value.refusal.get_or_insert((&takes.root, reason));
                }
            }
        }
    }
    all
}

/// The option as it was given: `--var`, `--var-file prod.tfvars`, `TF_VAR_region`.
fn option_name(option: FileId, options: &Options, sources: &Sources) -> String {
    let name = sources.file_display_name(&sources.file(option));
    match options.file_option(option) {
        Some(file_option) => format!("{file_option} {name}"),
        None => name,
    }
}
