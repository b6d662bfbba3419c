//! `trailint baseline`, and the baseline of a check.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ArgMatches;

use super::inputs::{self, Files, NamedInputs};
use super::job::{self, CheckJob};
use super::{BaselineCommand, CheckArgs, config};
use crate::config::{BASELINE, Config};
use crate::engine::EngineSettings;
use crate::error::Error;
use crate::gate;
use crate::gate::baseline::{Baseline, BaselineEntry};
use crate::output::{self, Stream, TerminalStyle};
use crate::report::{self, Outcome, Renamed, Report};
use crate::rules::{self, Check};
use crate::source::{self, Fs, PathKind, ReadError, Sources, normalize};

/// The file system of a baseline, and the store that keeps its text.
#[derive(Clone, Copy)]
pub(super) struct BaselineLocation<'a> {
    pub(super) fs: &'a dyn Fs,
    pub(super) sources: &'a Sources,
}

impl<'a> BaselineLocation<'a> {
    pub(super) fn of(named_inputs: &'a NamedInputs) -> Self {
        Self { fs: named_inputs.files.fs(), sources: &named_inputs.sources }
    }
}

/// A baseline file and its entries.
struct BaselineFile {
    path: PathBuf,
    /// The path as reports show it.
    name: String,
    /// `None` if the file doesn't exist.
    baseline: Option<Baseline>,
}

/// Reads the baseline of a check, if there is one. A file named by `--baseline` has to exist.
pub(super) fn read(
    args: &CheckArgs,
    config: &Config,
    named_inputs: &NamedInputs,
    place: BaselineLocation<'_>,
) -> Result<Option<Baseline>, Error> {
    if args.no_baseline {
        return Ok(None);
    }
    let found = find(args, config, named_inputs, place)?;
    match (found.baseline, &args.baseline) {
        (None, Some(named)) => Err(Error::Path { path: source::format_path(named), cause: ReadError::Missing }),
        (baseline, _) => Ok(baseline),
    }
}

/// Counts the entries of a baseline without a finding that `trailint baseline prune` would remove.
pub(super) fn count_stale(
    without_finding: Vec<&BaselineEntry>,
    report: &Report,
    settings: &EngineSettings,
    named_inputs: &NamedInputs,
) -> usize {
    // `trailint baseline prune` removes entries that the working tree doesn't need.
    let is_working_tree = matches!(named_inputs.files, Files::Disk(_)) && settings.evaluation.base.is_none();
    let evaluated = Evaluated { report, named_inputs, settings };
    without_finding.into_iter().filter(|entry| is_working_tree && evaluated.covers(entry)).count()
}

/// Returns hints for the former ids of rules in a baseline.
pub(super) fn renamed(baseline: &Baseline, args: &CheckArgs) -> Vec<Renamed> {
    let place = args.baseline.as_ref().map_or_else(|| BASELINE.to_owned(), |path| source::format_path(path));
    let hints = baseline.old_ids.iter().filter_map(|id| Renamed::of(id, &place));
    hints.map(|hint| Renamed { help: "run `trailint baseline update`", ..hint }).collect()
}

pub(super) fn run(command: &BaselineCommand, matches: &ArgMatches, style: TerminalStyle) -> Result<ExitCode, Error> {
    let (args, name) = match command {
        BaselineCommand::Create(args) => (args, "create"),
        BaselineCommand::Update(args) => (args, "update"),
        BaselineCommand::Prune(args) => (args, "prune"),
    };
    let named_inputs = inputs::read(&args.inputs, matches)?;
    let config = config::load(&args.config, &named_inputs, named_inputs.files.fs(), &named_inputs.sources)?;
    let CheckJob { args, config, mut named_inputs, settings } = job::job(config, named_inputs, &["baseline", name])?;
    let found = find(&args, &config, &named_inputs, BaselineLocation::of(&named_inputs))?;
    if let (BaselineCommand::Create(_), Some(_)) = (command, &found.baseline) {
        return Err(Error::BaselineExists { path: found.name });
    }
    let old = found.baseline.unwrap_or_default();
    let mut report = job::run_engine(&args, &mut named_inputs, &settings)?;
    let counted = Baseline::of(&report, &settings.selection.enforced);
    let missing = gate::apply(&mut report, None, Some(&old), &settings, named_inputs.checked_files());
    let evaluated = Evaluated { report: &report, named_inputs: &named_inputs, settings: &settings };
    let (stale, kept): (Vec<&BaselineEntry>, Vec<&BaselineEntry>) =
        missing.into_iter().partition(|entry| evaluated.covers(entry));
    let new = match command {
        BaselineCommand::Create(_) | BaselineCommand::Update(_) => {
            old.replaced_by(counted, |entry| evaluated.covers(entry))
        }
        BaselineCommand::Prune(_) => old.without(&stale),
    };
    output::write(&[(&found.path, output::baseline(&new))])?;
    let said = format!("Wrote `{}` with {}.\n{}", found.name, changes(&old, &new), not_evaluated(kept.len()));
    Stream::Error.write(&said, style).map_err(Error::Output)?;
    Ok(ExitCode::SUCCESS)
}

/// Describes the entries of a baseline and the difference from the earlier one.
fn changes(old: &Baseline, new: &Baseline) -> String {
    let noun = if new.entries.len() == 1 { "entry" } else { "entries" };
    format!("{} {noun} ({} new, {} removed)", new.entries.len(), count_missing(old, new), count_missing(new, old))
}

fn count_missing(other: &Baseline, one: &Baseline) -> usize {
    let known: HashSet<&str> = other.entries.iter().map(|entry| entry.fingerprint.as_str()).collect();
    one.entries.iter().filter(|entry| !known.contains(entry.fingerprint.as_str())).count()
}

/// Finds the baseline: the named file, else the one beside the configuration, else the one at the root of the
/// repository. If none exists, returns the path at which a new one is created, the first of these.
fn find(
    args: &CheckArgs,
    config: &Config,
    named_inputs: &NamedInputs,
    place: BaselineLocation<'_>,
) -> Result<BaselineFile, Error> {
    if let Some(named) = &args.baseline {
        let path = normalize(&named_inputs.working_directory.join(named));
        return load(path, source::format_path(named), true, place);
    }
    let root = inputs::read_root(&config::common_directory(named_inputs), &named_inputs.working_directory);
    let first = config.directory.as_ref().unwrap_or(&root).join(BASELINE);
    let last = root.join(BASELINE);
    let path = if exists(&first, place.fs) || !exists(&last, place.fs) { first } else { last };
    let name = place.sources.path_display_name(&path);
    let is_named = !place.sources.may_read(&path);
    load(path, name, is_named, place)
}

fn exists(path: &Path, fs: &dyn Fs) -> bool {
    !matches!(fs.kind(path), Err(ReadError::Missing))
}

fn load(
    path: PathBuf,
    name: String,
    is_named: bool,
    BaselineLocation { fs, sources }: BaselineLocation<'_>,
) -> Result<BaselineFile, Error> {
    let loaded = match is_named {
        true => sources.load_named(fs, &path),
        // The file was found in the checked tree, so a link that leads out of the tree isn't followed.
        false => sources.load(fs, &path),
    };
    let baseline = match loaded {
        Ok(id) => Some(Baseline::read(id, sources)?),
        Err(ReadError::Missing) => None,
        Err(cause) => return Err(Error::Path { path: name, cause }),
    };
    Ok(BaselineFile { path, name, baseline })
}

/// True if the deployment is one of the checked paths or lies within one.
fn contains(subject: &str, sources: &Sources, named_inputs: &NamedInputs) -> bool {
    named_inputs.paths().any(|path| source::is_in(subject, &sources.name(path)))
}

/// Describes the number of entries that are kept without a finding.
fn not_evaluated(kept: usize) -> String {
    match kept {
        0 => String::new(),
        1 => "1 entry without a finding is kept, because this run didn't evaluate everything that it may refer to.\n"
            .to_owned(),
        _ => format!(
            "{kept} entries without a finding are kept, because this run didn't evaluate everything that they may refer to.\n"
        ),
    }
}

/// The part of a baseline's entries that a run evaluated.
struct Evaluated<'a> {
    report: &'a Report,
    named_inputs: &'a NamedInputs,
    settings: &'a EngineSettings,
}

impl Evaluated<'_> {
    /// True if this run would have reported the finding of an entry, had it still existed.
    fn covers(&self, entry: &BaselineEntry) -> bool {
        let narrowed = self.settings.omitted;
        let Some(rule) = entry.rule() else { return false };
        let is_narrowed = match rule.check {
            // A comment may be about any result.
            Check::Ignoring => narrowed != Default::default(),
            _ => narrowed.values,
        };
        !is_narrowed
            && self.settings.selection.can_report(rule)
            && contains(&entry.subject, &self.report.sources, self.named_inputs)
            && self.has_searched(&entry.subject)
            && !self.report.findings.iter().any(|diagnostic| matches!(diagnostic.rule.check, Check::Reading))
            && !self.is_open(entry, rule)
    }

    /// True if a deployment was evaluated, or would have been found if it still had a trail. With `--exclude`, a
    /// deployment that wasn't evaluated may have its trail in an excluded file, or the trail may have moved to one.
    fn has_searched(&self, subject: &str) -> bool {
        let is_judged = self.report.deployments.iter().any(|judged| judged.root == subject);
        is_judged || !self.settings.omitted.excludes && !self.is_excluded(subject)
    }

    /// True if patterns or ignore files exclude a file, or a file of a directory.
    fn is_excluded(&self, subject: &str) -> bool {
        let (fs, sources) = (self.named_inputs.files.fs(), &self.report.sources);
        let ignored = fs.ignored();
        let is_left_out = |file: &Path| {
            let is_excluded = matches!(&self.named_inputs.files, Files::Disk(disk) if disk.is_excluded(file));
            is_excluded || ignored.iter().any(|ignored| file.starts_with(ignored))
        };
        // In a file with several templates, `#` and a mark follow the name of the file.
        let file = subject.rsplit_once('#').map(|(name, _)| name);
        [Some(subject), file].into_iter().flatten().any(|name| {
            let path = normalize(&sources.path_of(name));
            match fs.kind(&path) {
                Ok(PathKind::Directory) => fs.list(&path).is_ok_and(|files| files.iter().any(|file| is_left_out(file))),
                Ok(PathKind::File) => is_left_out(&path),
                Err(_) => false,
            }
        })
    }

    /// True if a deployment has parts that weren't read, or the result of the rule is unknown.
    fn is_open(&self, entry: &BaselineEntry, rule: &rules::Rule) -> bool {
        self.report.deployments.iter().filter(|judged| judged.root == entry.subject).any(|judged| {
            let trails = judged.trails.iter().filter(|trail| report::is_about(&entry.fingerprint, &trail.address));
            let mut results = trails.flat_map(|trail| &trail.rules);
            let is_whole = matches!(rule.check, Check::Deployment(_));
            !judged.unread.is_empty()
                || is_whole && judged.verdict == Some(Outcome::Unknown)
                || results.any(|(other, outcome)| other.id() == rule.id() && *outcome == Outcome::Unknown)
        })
    }
}
