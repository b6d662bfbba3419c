//! Known interfaces of public modules: a module that isn't installed is evaluated from its call.
//!
//! `modules.json` lists the released versions of each module, with the arguments that they accept. Each range of versions
//! has a stub: a module in Terraform's language with the variables that a trail's settings depend on, and the trail.
//! Both were read from the tags of the modules' repositories. No entry covers later versions.

mod stubs;
mod uses;
mod version;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::sources::Address;
pub(super) use stubs::text;
pub(super) use uses::KnownUse;
use version::{Constraint, Version};

static TABLE: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(include_str!("modules.json")).expect("a test reads the table"));

/// The advice for a value that depends on the version of a module.
pub(super) const PIN_VERSION: &str = "pin `version`, or run `terraform init`";

/// The date of the table.
pub fn date() -> &'static str {
    &TABLE.date
}

#[derive(Debug, Deserialize)]
struct Table {
    date: String,
    /// Sources that calls have although no such module is known.
    no_modules: Vec<String>,
    modules: Vec<KnownModule>,
}

/// A module of which the interface is known.
#[derive(Debug, Deserialize)]
pub(super) struct KnownModule {
    /// The name in the registry.
    module: String,
    /// The repositories, in lower case.
    git: Vec<String>,
    /// The directory within the package.
    subdirectory: String,
    /// From the oldest versions to the newest.
    ranges: Vec<VersionRange>,
    /// All arguments, each with the versions that have it; empty for all versions.
    arguments: BTreeMap<String, String>,
}

/// Versions with the same interface, in ascending order.
#[derive(Debug, Deserialize)]
struct VersionRange {
    stub: String,
    versions: Vec<String>,
}

/// The interface of a module in the versions that a call may select.
#[derive(Debug, Clone)]
pub(super) struct KnownCode {
    pub(super) module: &'static KnownModule,
    /// From the oldest versions to the newest.
    pub(super) stubs: Vec<SelectedStub>,
}

/// A stub, with the versions for which it stands.
#[derive(Debug, Clone)]
pub(super) struct SelectedStub {
    pub(super) path: &'static str,
    pub(super) versions: Vec<&'static str>,
}

/// The result of looking up a source.
#[derive(Debug)]
pub(super) enum Lookup {
    Known(KnownCode),
    /// The module is known, but not in a version that accepts the call.
    NoVersion {
        reason: String,
        /// True if the module declares a trail.
        has_trail: bool,
    },
    /// No such module seems to exist.
    NoModule,
    Unknown,
}

/// Looks up the module of a call with these arguments. `version` is the constraint for a module of a registry; without
/// one, any version may be selected, unless the source names one.
pub(super) fn look_up(source: &str, version: Option<&str>, arguments: &[&str]) -> Lookup {
    let address = Address::parse(source);
    let Some(package) = address.package() else { return Lookup::Unknown };
    let is_named = |name: &String| name.eq_ignore_ascii_case(&package.name);
    if TABLE.no_modules.iter().any(is_named) {
        return Lookup::NoModule;
    }
    let module = TABLE.modules.iter().find(|module| {
        let is_package = if package.is_registry { is_named(&module.module) } else { module.git.iter().any(is_named) };
        is_package && module.subdirectory == package.directory
    });
    let Some(module) = module else { return Lookup::Unknown };
    let constraint = version.filter(|_| package.is_registry);
    match module.select(constraint, package.reference.as_deref(), arguments) {
        Ok(stubs) => Lookup::Known(KnownCode { module, stubs }),
        Err(reason) => Lookup::NoVersion { reason, has_trail: module.has_trail() },
    }
}

impl KnownModule {
    /// The name in the registry, with the directory.
    pub(super) fn name(&self) -> String {
        match self.subdirectory.as_str() {
            "" => self.module.clone(),
            directory => format!("{}//{directory}", self.module),
        }
    }

    fn has_trail(&self) -> bool {
        self.ranges.iter().any(|range| {
            text(&range.stub).is_some_and(|text| text.contains("\"aws_cloudtrail\"") || text.contains("module \""))
        })
    }

    /// The stubs of the versions that a call may select, or the reason why there are none.
    fn select(
        &'static self,
        constraint: Option<&str>,
        reference: Option<&str>,
        arguments: &[&str],
    ) -> Result<Vec<SelectedStub>, String> {
        let chosen = match (constraint, reference.and_then(tagged)) {
            (_, Some(tag)) => self.keep(|version| version.to_string() == tag, tag)?,
            (Some(text), None) => match Constraint::parse(text) {
                Some(constraint) => self.keep(|version| constraint.holds(version), text)?,
                None => return Err(format!("`{}` isn't a version constraint", shortened(text))),
            },
            (None, None) => self.keep(|_| true, "")?,
        };
        let accepts = |version: &str| arguments.iter().all(|argument| self.accepts(argument, version));
        let mut stubs: Vec<SelectedStub> = Vec::new();
        for (range, versions) in &chosen {
            let versions: Vec<&'static str> = versions.iter().copied().filter(|version| accepts(version)).collect();
            if !versions.is_empty() {
                stubs.push(SelectedStub { path: &range.stub, versions });
            }
        }
        if stubs.is_empty() { Err(self.reason_refused(&chosen, arguments)) } else { Ok(stubs) }
    }

    /// The versions of each range for which a condition holds.
    fn keep(
        &'static self,
        is_kept: impl Fn(&Version) -> bool,
        wanted: &str,
    ) -> Result<Vec<(&'static VersionRange, Vec<&'static str>)>, String> {
        let mut kept = Vec::new();
        for range in &self.ranges {
            let versions = range.versions.iter().map(String::as_str);
            let versions: Vec<&str> =
                versions.filter(|text| Version::parse(text).is_some_and(|version| is_kept(&version))).collect();
            if !versions.is_empty() {
                kept.push((range, versions));
            }
        }
        if kept.is_empty() {
            let newest = self.ranges.last().and_then(|range| range.versions.last()).map_or("", String::as_str);
            let wanted = shortened(wanted);
            return Err(format!("no known version of {} is {wanted} (the newest is {newest})", self.name()));
        }
        Ok(kept)
    }

    /// True if a version has an argument.
    fn accepts(&self, argument: &str, version: &str) -> bool {
        let Some(versions) = self.arguments.get(argument) else { return false };
        Version::parse(version).is_some_and(|version| versions.is_empty() || version::is_in(&version, versions))
    }

    /// The reason why none of the chosen versions accepts the arguments.
    fn reason_refused(&self, chosen: &[(&VersionRange, Vec<&str>)], arguments: &[&str]) -> String {
        let versions: Vec<&str> = chosen.iter().flat_map(|(_, versions)| versions.iter().copied()).collect();
        let newest = versions.last().copied().unwrap_or_default();
        let missing = arguments.iter().find(|argument| !versions.iter().any(|version| self.accepts(argument, version)));
        let Some(missing) = missing else {
            return format!("no known version of {} has all arguments of this call", self.name());
        };
        let mut all = self.ranges.iter().flat_map(|range| &range.versions);
        let first = all.find(|version| self.accepts(missing, version));
        let came = first.filter(|first| Version::parse(first) > Version::parse(newest));
        let came = came.map(|first| format!(" (it came with {first})")).unwrap_or_default();
        format!("{} {newest} has no argument {}{came}", self.name(), shortened(missing))
    }
}

impl KnownCode {
    /// All versions that the call may select.
    fn versions(&self) -> Vec<&'static str> {
        let mut versions: Vec<&str> = self.stubs.iter().flat_map(|stub| stub.versions.iter().copied()).collect();
        versions.sort_by_key(|version| Version::parse(version));
        versions
    }

    pub(super) fn has_trail(&self) -> bool {
        self.module.has_trail()
    }

    /// The versions as a text: `0.17.0–0.24.0`.
    fn shown_versions(&self) -> String {
        let selected = self.versions();
        let mut all: Vec<&str> =
            self.module.ranges.iter().flat_map(|range| range.versions.iter().map(String::as_str)).collect();
        all.sort_by_key(|version| Version::parse(version));
        let mut runs: Vec<(&str, &str)> = Vec::new();
        let mut is_open = false;
        for version in all {
            let is_selected = selected.contains(&version);
            match runs.last_mut().filter(|_| is_open && is_selected) {
                Some(run) => run.1 = version,
                None if is_selected => runs.push((version, version)),
                None => {}
            }
            is_open = is_selected;
        }
        let runs = runs.iter().map(|(first, last)| match first == last {
            true => (*first).to_owned(),
            false => format!("{first}–{last}"),
        });
        runs.collect::<Vec<_>>().join(", ")
    }

    /// The arguments that some of the versions lack.
    fn partial_arguments(&self) -> Vec<&'static str> {
        let versions = self.versions();
        let arguments = self.module.arguments.keys().map(String::as_str);
        arguments.filter(|argument| versions.iter().any(|version| !self.module.accepts(argument, version))).collect()
    }
}

/// The version that a reference of a repository names: `v1.2.3`, `tags/1.2.3`. Anything else may be a branch, a commit or a
/// tag that moves.
fn tagged(reference: &str) -> Option<&str> {
    let tag = reference.strip_prefix("refs/").unwrap_or(reference);
    let tag = tag.strip_prefix("tags/").unwrap_or(tag);
    let tag = tag.strip_prefix('v').unwrap_or(tag);
    let core = tag.split(['-', '+']).next().unwrap_or_default();
    let is_version = core.split('.').count() >= 3 && Version::parse(core).is_some();
    is_version.then_some(tag)
}

/// A text of a call for a message.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    let start: String = text.chars().take(SHOWN).collect();
    if start.len() < text.len() { format!("{start}…") } else { start }
}

#[cfg(test)]
mod tests;
