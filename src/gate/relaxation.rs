//! Reports changes that relax the gate: comments, settings and baselines that suppress more than in the earlier state.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use super::baseline::{Baseline, BaselineEntry};
use super::comparison::BaseReport;
use super::moves::Moves;
use crate::config::{self, Config, Relaxed};
use crate::finding::{Finding, FindingTarget, Label, Level};
use crate::model::address;
use crate::report::{Date, Diagnostic, FindingInstance, Report, Suppression};
use crate::rules;
use crate::scan;
use crate::source::{Fs, Sources, Span};

/// The configuration and the baseline, which decide the findings that count.
#[derive(Debug, Clone, Copy)]
pub struct GateSettings<'a> {
    pub config: &'a Config,
    pub baseline: &'a Baseline,
    /// True if this run ignores the gate since it is untrusted; its text isn't among the sources then.
    pub is_separate: bool,
}

/// The current files, and those of them that searches reach.
#[derive(Clone, Copy)]
pub struct Searched<'a> {
    pub fs: &'a dyn Fs,
    /// The files that ignore files exclude now but didn't exclude before.
    pub hidden: &'a [PathBuf],
    /// Returns those of the given files that a search of the earlier state reaches.
    pub reached_in_base: &'a dyn Fn(&[PathBuf]) -> Vec<PathBuf>,
}

/// The effect of a change that relaxes the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelaxationPolicy {
    /// It fails the run.
    Fails,
    /// It doesn't fail the run, because it is only committed: a comparison of the merged change with its base reports
    /// it again.
    AllowedInCommit,
    /// It doesn't fail the run, because an option or the environment allows it.
    Allowed,
}

/// The parts of the gate that are laxer than in one earlier state, or than in each of several.
#[derive(Debug)]
pub struct Relaxation<'a> {
    settings: Vec<Relaxed>,
    /// The findings that comments suppress, by their indices in the report.
    comments: BTreeMap<usize, New>,
    /// The new entries of the baseline.
    entries: Vec<&'a BaselineEntry>,
    /// The names of files that aren't searched any more.
    no_longer_searched: BTreeSet<String>,
}

impl<'a> Relaxation<'a> {
    /// Compares the gate with the one of an earlier state.
    pub fn compare(
        report: &Report,
        before: &BaseReport,
        now: GateSettings<'a>,
        was: GateSettings<'_>,
        files: Searched<'_>,
    ) -> Self {
        let BaseReport { report: before, moves } = before;
        Self {
            settings: now.config.relaxed_since(was.config),
            comments: of_comments(report, before, moves),
            entries: now.baseline.added_since(was.baseline, moves),
            no_longer_searched: no_longer_searched(report, before, files),
        }
    }

    /// Keeps the parts that are also laxer than in another state.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        let settings: HashSet<_> = other.settings.iter().map(relaxed_name).collect();
        let entries: HashSet<&str> = other.entries.iter().map(|entry| entry.fingerprint.as_str()).collect();
        self.settings.retain(|relaxed| settings.contains(&relaxed_name(relaxed)));
        self.comments.retain(|number, _| other.comments.contains_key(number));
        self.entries.retain(|entry| entries.contains(entry.fingerprint.as_str()));
        self.no_longer_searched.retain(|name| other.no_longer_searched.contains(name));
        self
    }

    /// Returns the findings about the relaxed gate.
    pub fn into_findings(self, report: &Report, now: GateSettings<'_>, policy: RelaxationPolicy) -> Vec<Diagnostic> {
        let relaxed = self.settings.into_iter();
        let settings = relaxed.map(|relaxed| Relaxed { span: relaxed.span.filter(|_| !now.is_separate), ..relaxed });
        let mut found: Vec<Diagnostic> = settings.map(of_setting).collect();
        let mut met = HashSet::new();
        for (number, new) in self.comments {
            let Some(diagnostic) = report.findings.get(number) else { continue };
            let Some(span) = diagnostic.suppressed.as_ref().and_then(|own| own.span) else { continue };
            if met.insert((span, diagnostic.rule.id())) {
                let place = FindingTarget::Text(Label { span, text: "suppressed here".to_owned() });
                let longer = if new == New::Longer { " for longer" } else { "" };
                found.push(self::diagnostic(
                    format!("suppresses a finding of `{}`{longer}", diagnostic.rule.id()),
                    place,
                ));
            }
        }
        found.extend(of_baseline(&self.entries, now));
        for name in self.no_longer_searched {
            found.push(diagnostic(format!("excludes `{name}` from the check"), FindingTarget::File(name)));
        }
        for diagnostic in &mut found {
            diagnostic.level = policy.level();
            diagnostic.finding.help = Some(policy.help(now.is_separate).to_owned());
        }
        found
    }
}

impl RelaxationPolicy {
    /// True if the change doesn't fail the run.
    pub fn is_lenient(self) -> bool {
        self != Self::Fails
    }

    fn level(self) -> Level {
        if self.is_lenient() { Level::Warning } else { Level::Error }
    }

    /// The advice to the author of the change, or to its reviewer. A run that ignores the settings of the change
    /// reports its findings in any case.
    fn help(self, is_locked: bool) -> &'static str {
        match (self, is_locked) {
            (Self::Fails, false) => "revert it, or have a reviewer allow it: CI sets `TRAILINT_ALLOW_RELAXED=1`",
            (Self::Fails, true) => {
                "revert it, or have a reviewer allow it: CI sets `TRAILINT_ALLOW_RELAXED=1` and omits `--locked`"
            }
            (Self::AllowedInCommit, _) => {
                "have it reviewed: CI with `--diff-base` fails until it sets `TRAILINT_ALLOW_RELAXED=1`"
            }
            (Self::Allowed, _) => "review it; with `--allow-relaxed`, it doesn't fail this run",
        }
    }
}

fn relaxed_name(relaxed: &Relaxed) -> (String, String, Option<Span>) {
    (relaxed.key.clone(), relaxed.change.clone(), relaxed.span)
}

/// The comments that suppress findings.
#[derive(Debug)]
struct SuppressionComments {
    /// The fingerprints of the findings, each with the last day of its suppression, if it has one.
    suppressed: HashMap<String, Option<Date>>,
    /// The places of each comment.
    places: HashMap<Comment, HashSet<Span>>,
    declarations: Declarations,
}

/// A comment, identified by its text and its subject.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Comment {
    rule: &'static str,
    file: String,
    text: String,
    until: Option<Date>,
    subject: TrailSubject,
}

/// A trail, or a deployment if the address is empty. A comment within the declaration of a trail applies to the trail
/// in all deployments and through all calls, so its subject has no deployment.
#[derive(Debug, PartialEq, Eq, Hash)]
struct TrailSubject {
    deployment: Option<Deployment>,
    address: String,
}

/// The effect of a comment that the earlier state lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum New {
    Suppresses,
    Longer,
}

/// A deployment: its root, and its name in the configuration.
type Deployment = (Option<String>, Option<String>);

/// The declarations of each deployment's trails, by address.
type Declarations = HashMap<Deployment, HashMap<String, Declaration>>;

/// The span of a declaration's header, and of the whole declaration.
type Declaration = (Span, Span);

fn of_setting(relaxed: Relaxed) -> Diagnostic {
    let Relaxed { key, change, span, file } = relaxed;
    let place = match span {
        Some(span) => FindingTarget::Text(Label { span, text: format!("`{key}` is set here") }),
        None => FindingTarget::File(file),
    };
    let mut relaxed = diagnostic(change, place);
    relaxed.finding.attribute = Some(key);
    relaxed
}

impl SuppressionComments {
    /// Collects the comments that suppress the findings of a report.
    fn of(report: &Report, moves: &Moves) -> Self {
        let declarations = declarations(report);
        let mut comments = Self { suppressed: HashMap::new(), places: HashMap::new(), declarations };
        for diagnostic in &report.findings {
            let Some(suppression) = &diagnostic.suppressed else { continue };
            let names = diagnostic.fingerprints().flat_map(|name| moves.follow(name));
            comments.suppressed.extend(names.map(|name| (name, suppression.until)));
            for instance in diagnostic.instances() {
                if let Some((comment, span)) = comments.comment_of(diagnostic, &instance, &report.sources) {
                    comments.places.entry(comment).or_default().insert(span);
                }
            }
        }
        comments
    }

    /// Returns the effect of a current comment on a part of a finding, if none of these comments had it. A comment that
    /// existed before may suppress any result of its rules for the same subject.
    fn new_effect(
        &self,
        diagnostic: &Diagnostic,
        instance: &FindingInstance,
        now: &Self,
        sources: &Sources,
    ) -> Option<New> {
        let suppression = diagnostic.suppressed.as_ref()?;
        let (comment, _) = now.comment_of(diagnostic, instance, sources)?;
        if (1..=self.count(&comment)).contains(&now.count(&comment)) {
            return None;
        }
        match self.suppressed.get(&instance.fingerprint) {
            None => Some(New::Suppresses),
            Some(was) => suppression.ends_after(*was).then_some(New::Longer),
        }
    }

    fn count(&self, comment: &Comment) -> usize {
        self.places.get(comment).map_or(0, HashSet::len)
    }

    /// Returns the comment that suppresses a part of a finding, and its place.
    fn comment_of(
        &self,
        diagnostic: &Diagnostic,
        instance: &FindingInstance,
        sources: &Sources,
    ) -> Option<(Comment, Span)> {
        let suppression = diagnostic.suppressed.as_ref().filter(|own| own.by.is_in_source())?;
        let span = suppression.span?;
        let file = sources.file(span.file);
        let comment = Comment {
            rule: diagnostic.rule.id(),
            file: file.name.clone(),
            text: file.slice(span).to_owned(),
            until: suppression.until,
            subject: self.subject_of(suppression, diagnostic, instance),
        };
        Some((comment, span))
    }

    /// Returns the subject of a comment: the trail's own name, without deployment and calls, if the comment is in the
    /// trail's declaration.
    fn subject_of(
        &self,
        suppression: &Suppression,
        diagnostic: &Diagnostic,
        instance: &FindingInstance,
    ) -> TrailSubject {
        let deployment = (diagnostic.deployment.clone(), diagnostic.deployment_name.clone());
        let is_about =
            |declaration: &Declaration| suppression.region.is_some_and(|about| is_about(about, *declaration));
        let Some(address) = &instance.address else {
            let trails = self.declarations.get(&deployment);
            let is_in_one = trails.is_some_and(|trails| trails.values().any(is_about));
            return TrailSubject { deployment: Some(deployment).filter(|_| !is_in_one), address: String::new() };
        };
        let declaration = self.declarations.get(&deployment).and_then(|trails| trails.get(address));
        match address::steps(address).pop() {
            Some(last) if declaration.is_some_and(is_about) => {
                TrailSubject { deployment: None, address: address::join(&[last]) }
            }
            _ => TrailSubject { deployment: Some(deployment), address: address.clone() },
        }
    }
}

/// Returns the declarations of a report's trails.
fn declarations(report: &Report) -> Declarations {
    let mut declarations = Declarations::new();
    for judged in &report.deployments {
        let own = declarations.entry((Some(judged.root.clone()), judged.name.clone())).or_default();
        own.extend(judged.trails.iter().map(|trail| (trail.address.clone(), (trail.header, trail.declaration))));
    }
    declarations
}

/// True if a part of a file is within a declaration, or contains its header.
fn is_about(part: Span, (header, declaration): Declaration) -> bool {
    holds(declaration, part) || holds(part, header)
}

fn holds(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

/// Returns the indices of the findings that a comment suppresses only now, or longer than before.
fn of_comments(report: &Report, before: &Report, moves: &Moves) -> BTreeMap<usize, New> {
    let (comments, was) = (SuppressionComments::of(report, &Moves::default()), SuppressionComments::of(before, moves));
    let mut found = BTreeMap::new();
    for (number, diagnostic) in report.findings.iter().enumerate() {
        // The configuration and the baseline are compared separately, by setting and by entry.
        if !diagnostic.suppressed.as_ref().is_some_and(|own| own.by.is_in_source()) {
            continue;
        }
        let instances = diagnostic.instances();
        let mut new = instances.iter().filter_map(|one| was.new_effect(diagnostic, one, &comments, &report.sources));
        found.extend(new.next().map(|new| (number, new)));
    }
    found
}

/// Returns one finding about all new entries of a baseline, since a first baseline may have hundreds.
fn of_baseline(added: &[&BaselineEntry], now: GateSettings<'_>) -> Option<Diagnostic> {
    let added: Vec<Span> = added.iter().filter_map(|entry| entry.span).collect();
    let span = *added.first()?;
    let what = match added.len() {
        1 => "adds an entry to the baseline".to_owned(),
        number => format!("adds {number} entries to the baseline"),
    };
    let place = match now.is_separate {
        true => FindingTarget::File(config::BASELINE.to_owned()),
        false => FindingTarget::Text(Label { span, text: "the first of these entries".to_owned() }),
    };
    Some(diagnostic(what, place))
}

/// Returns the names of files that aren't searched any more: those that declared a trail and still do, and those that
/// mention a trail and are excluded only by the current ignore files.
fn no_longer_searched(report: &Report, before: &Report, files: Searched<'_>) -> BTreeSet<String> {
    let Searched { fs, hidden, reached_in_base } = files;
    let searched: HashSet<_> = report.sources.all().into_iter().map(|(_, file)| file.path.clone()).collect();
    let mut declared = HashMap::new();
    for trail in before.deployments.iter().flat_map(|deployment| &deployment.trails) {
        let file = before.sources.file(trail.header.file);
        if !searched.contains(&file.path) {
            declared.insert(file.path.clone(), file);
        }
    }
    // The other files were read only because another file refers to them.
    let mut names = BTreeSet::new();
    for path in reached_in_base(&declared.keys().cloned().collect::<Vec<_>>()) {
        let Some(file) = declared.get(&path) else { continue };
        let text = fs.read_inside(&path).map(|bytes| String::from_utf8_lossy(&bytes).replace('\r', ""));
        if text.is_ok_and(|text| text == file.text.replace('\r', "")) {
            names.insert(file.name.clone());
        }
    }
    let unsearched = hidden.iter().filter(|path| scan::is_checked(path) && !searched.contains(*path));
    let mention = unsearched.filter(|path| fs.read_inside(path).is_ok_and(|bytes| scan::mentions(path, &bytes)));
    names.extend(mention.map(|path| report.sources.name(path)));
    names
}

fn diagnostic(what: String, place: FindingTarget) -> Diagnostic {
    Diagnostic::new(&rules::WEAKENED_GATE, Finding::about(place, format!("this change {what}")))
}
