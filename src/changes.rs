//! What a change brings: a report is held against that on the files as they were.
//!
//! A finding that was there is known by its name, and doesn't count unless it weighs more now. What is gone is no
//! finding of any rule, so it is looked for here: a deployment that satisfied the control and has no trail any more.

mod touched;

use std::collections::{HashMap, HashSet};

use crate::engine::{self, Settings};
use crate::finding::Level;
use crate::report::{Judged, JudgedTrail, Outcome, Place, Report, Reported};
use crate::rules::{self, Check};
use crate::source::FileId;
use crate::suppress::Suppression;
use crate::weakened;

/// Marks in a report what was there before, and adds what is gone; `name` is what the user calls the state before.
pub fn compare(report: &mut Report, before: &mut Report, name: &str, settings: &Settings) {
    follow_moves(report, before);
    if settings.suppress.is_locked {
        lift(report, before);
    }
    excuse(report, before, name, settings);
    touched::mark(report, before);
    let passing = Passing::of(report, before);
    let gone: Vec<Reported> = before
        .deployments
        .iter()
        .filter(|was| !has_trail(report, was) && !passing.has_one_of(was))
        .filter_map(|was| vanished(was, before, name, settings))
        .collect();
    engine::add(report, gone);
}

/// Lets count what comments accept and didn't accept before.
fn lift(report: &mut Report, before: &Report) {
    let accepted = before.findings.iter().filter(|finding| finding.suppressed.is_some());
    let known: HashSet<&str> = accepted.map(|finding| finding.fingerprint.as_str()).collect();
    for finding in &mut report.findings {
        let span = finding.suppressed.as_ref().and_then(|own| own.span);
        let is_new = !known.contains(finding.fingerprint.as_str());
        if span.is_some_and(|span| is_new && !weakened::is_setting(span, &report.sources)) {
            finding.suppressed = None;
            finding
                .notes
                .push("a comment accepts this that didn't before, so it has no say with `--locked`".to_owned());
        }
    }
}

/// What weighs no more than before doesn't count. What nothing may suppress does.
fn excuse(report: &mut Report, before: &Report, name: &str, settings: &Settings) {
    let counted = before.findings.iter().filter(|finding| finding.suppressed.is_none());
    let known: HashMap<&str, (bool, Level)> =
        counted.map(|finding| (finding.fingerprint.as_str(), weight(finding))).collect();
    for finding in &mut report.findings {
        let Some((was_certain, level)) = known.get(finding.fingerprint.as_str()) else { continue };
        let (is_certain, is_enforced) = (weight(finding).0, settings.selection.enforced.contains(&finding.rule.id()));
        if is_certain <= *was_certain && finding.level <= *level && !is_enforced && finding.suppressed.is_none() {
            let reason = Some(format!("already at `{name}`"));
            finding.suppressed = Some(Suppression { span: None, is_in_source: false, reason, until: None });
        }
    }
}

fn weight(finding: &Reported) -> (bool, Level) {
    (finding.outcome == Outcome::Fail, finding.level)
}

/// Whether a deployment still creates a trail, or may.
fn has_trail(report: &Report, was: &Judged) -> bool {
    report.deployments.iter().any(|now| is_same(now, was) && now.verdict.is_some())
}

fn is_same(one: &Judged, other: &Judged) -> bool {
    (one.format, &one.root, &one.name) == (other.format, &other.root, &other.name)
}

/// The trails of the deployments that satisfy the control, by the names and the texts of the files that declare them, since a
/// file may have moved below its caller.
struct Passing {
    /// Trails by a number that stands for a name or a text, and by their names within their modules or templates.
    trails: HashSet<(usize, String)>,
    /// The numbers of the files as they were.
    before: HashMap<FileId, Vec<usize>>,
}

impl Passing {
    fn of(report: &Report, before: &Report) -> Self {
        let passes = |deployment: &&Judged| deployment.verdict == Some(Outcome::Pass);
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut files: HashMap<FileId, Vec<usize>> = HashMap::new();
        let mut trails = HashSet::new();
        for trail in report.deployments.iter().filter(passes).flat_map(|deployment| &deployment.trails) {
            let own = files.entry(trail.header.file).or_insert_with(|| {
                let number = |text| {
                    let next = numbers.len();
                    *numbers.entry(text).or_insert(next)
                };
                marks_of(trail, report).map(number).to_vec()
            });
            trails.extend(own.iter().map(|number| (*number, local_name(trail))));
        }
        let mut known = HashMap::new();
        for trail in before.deployments.iter().flat_map(|deployment| &deployment.trails).filter(|_| !trails.is_empty())
        {
            let own = || marks_of(trail, before).iter().filter_map(|text| numbers.get(text)).copied().collect();
            known.entry(trail.header.file).or_insert_with(own);
        }
        Self { trails, before: known }
    }

    /// True if a deployment passes with one of the trails that another one had.
    fn has_one_of(&self, was: &Judged) -> bool {
        was.trails.iter().any(|trail| {
            let numbers = self.before.get(&trail.header.file).into_iter().flatten();
            let name = local_name(trail);
            numbers.into_iter().any(|number| self.trails.contains(&(*number, name.clone())))
        })
    }
}

/// The name and the text of the file that declares a trail.
fn marks_of(trail: &JudgedTrail, report: &Report) -> [String; 2] {
    [format!("{}\0", report.sources.file(trail.header.file).name), text_of(trail, report)]
}

/// The address of a trail without the modules or stacks that lead to it.
fn local_name(trail: &JudgedTrail) -> String {
    let address = trail.address.rsplit_once('/').map_or(trail.address.as_str(), |(_, name)| name);
    let kind = address.rfind(trail.kind).unwrap_or_default();
    address.get(kind..).unwrap_or(address).to_owned()
}

/// The text of the file that declares a trail, with any ends of lines.
fn text_of(trail: &JudgedTrail, report: &Report) -> String {
    report.sources.file(trail.header.file).text.replace('\r', "")
}

/// The finding about a deployment that satisfied the control, or may have, and has no trail any more.
fn vanished(was: &Judged, before: &Report, name: &str, settings: &Settings) -> Option<Reported> {
    let rule = rules::RULES.into_iter().find(|rule| matches!(rule.check, Check::Deployment(_)))?;
    let trail = was.trails.first().filter(|_| settings.selection.has(rule))?;
    let (outcome, did) = match was.verdict? {
        Outcome::Pass => (Outcome::Fail, "had one that meets every condition"),
        Outcome::Unknown => (Outcome::Unknown, "may have had one that meets every condition"),
        Outcome::Fail => return None,
    };
    let file = before.sources.file(trail.header.file);
    let line = file.position(trail.header.start).line;
    let message = format!("deployment `{}` has no trail any more, and {did} at `{name}`", was.root);
    let accepted = settings.suppress.accepted.iter().filter(|accepted| accepted.covers(rule.id(), None));
    let suppression =
        accepted.map(|accepted| &accepted.suppression).find(|own| !own.is_expired(settings.suppress.today));
    let is_enforced = settings.selection.enforced.contains(&rule.id());
    Some(Reported {
        level: settings.level(rule, rule.page.level),
        outcome,
        deployment: Some(was.root.clone()),
        deployment_name: was.name.clone(),
        notes: vec![format!("`{}` was declared in line {line} of `{}`", trail.address, file.name)],
        help: Some("declare the trail again, unless nothing is deployed from here any more".to_owned()),
        suppressed: suppression.filter(|_| !is_enforced && !settings.suppress.is_off).cloned(),
        ..Reported::new(rule, message, Place::File(file.name.clone()))
    })
}

/// Gives the deployments of a report the places to which they have moved: where one is gone, another is new, and
/// the same trails are declared in the same text.
fn follow_moves(report: &Report, before: &mut Report) {
    let missing_in = |other: &Report, one: &Judged| !other.deployments.iter().any(|judged| is_same(judged, one));
    let mut new: Vec<&Judged> = report.deployments.iter().filter(|now| missing_in(before, now)).collect();
    let mut moves = Vec::new();
    for (index, was) in before.deployments.iter().enumerate().filter(|(_, was)| missing_in(report, was)) {
        if let Some(at) = new.iter().position(|now| declares_same(now, report, was, before)) {
            moves.push((index, new.swap_remove(at).root.clone()));
        }
    }
    for (index, root) in moves {
        let Some(was) = before.deployments.get_mut(index) else { continue };
        let of_it = |finding: &&mut Reported| {
            finding.deployment.as_ref() == Some(&was.root) && finding.deployment_name == was.name
        };
        before.findings.iter_mut().filter(of_it).for_each(|finding| finding.deployment = Some(root.clone()));
        was.root = root;
    }
    before.name_findings();
}

fn declares_same(now: &Judged, report: &Report, was: &Judged, before: &Report) -> bool {
    let is_kind = (now.format, &now.name) == (was.format, &was.name) && now.trails.len() == was.trails.len();
    let mut trails = now.trails.iter().zip(&was.trails);
    is_kind && trails.all(|(now, was)| now.address == was.address && text_of(now, report) == text_of(was, before))
}
