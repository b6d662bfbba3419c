//! What a change brings: a report is held against that on the files as they were.
//!
//! A finding that was there is known by its name, and doesn't count unless it weighs more now. What is gone is no
//! finding of any rule, so it is looked for here: a deployment that satisfied the control and has no trail any more.

mod touched;

use std::collections::{HashMap, HashSet};

use crate::engine::{self, Settings};
use crate::known::{self, Known, Moves, Past, Placed};
use crate::report::{Instance, Judged, JudgedTrail, Outcome, Place, Report, Reported};
use crate::rules::{self, Check};
use crate::source::FileId;
use crate::suppress::Suppression;
use crate::weakened::{self, Comments};

/// The report on the files as they were, and where their trails have gone since.
#[derive(Debug)]
pub struct Before {
    /// The report.
    pub report: Report,
    /// Where its trails are now.
    pub moves: Moves,
}

impl Before {
    /// A report on the files as they were.
    pub fn new(report: Report) -> Self {
        Self { report, moves: Moves::default() }
    }
}

/// Marks in a report what was there before, in one state or another, and adds what is gone since each of them; `name` is
/// what the user calls the state before.
pub fn compare(report: &mut Report, before: &mut [Before], name: &str, settings: &Settings) {
    for before in before.iter_mut() {
        before.moves = Moves::find(&Placed::of(&before.report), report, &|_| false);
        before.moves.follow_files(&before.report.sources, &report.sources);
    }
    if settings.suppress.is_locked {
        lift(report, before);
    }
    excuse(report, before, name, settings);
    if let Some(before) = before.first() {
        touched::mark(report, &before.report);
    }
    let gone = before.iter().map(|before| gone_since(before, report, name, settings));
    // What one of them lacks was taken away there.
    let gone = gone.reduce(|gone, others| {
        let is_gone = |own: &Reported| others.iter().any(|other| is_same_loss(own, other));
        gone.into_iter().filter(is_gone).collect()
    });
    engine::add(report, gone.unwrap_or_default());
}

/// The findings about deployments that have no trail any more.
fn gone_since(before: &Before, report: &Report, name: &str, settings: &Settings) -> Vec<Reported> {
    let passing = Passing::of(report, &before.report);
    let deployments = before.report.deployments.iter();
    let gone = deployments.filter(|was| !has_trail(report, was, &before.moves) && !passing.has_one_of(was));
    gone.filter_map(|was| vanished(was, &before.report, name, settings)).collect()
}

fn is_same_loss(one: &Reported, other: &Reported) -> bool {
    (&one.deployment, &one.deployment_name) == (&other.deployment, &other.deployment_name)
}

/// Lets count what comments accept and didn't accept before.
fn lift(report: &mut Report, before: &[Before]) {
    let comments = Comments::of(report);
    let befores: Vec<Comments> = before.iter().map(|before| Comments::before(&before.report, &before.moves)).collect();
    let sources = report.sources.share();
    let mut findings = Vec::new();
    for finding in std::mem::take(&mut report.findings) {
        let span = finding.suppressed.as_ref().and_then(|own| own.span);
        if span.is_none_or(|span| weakened::is_setting(span, &sources)) {
            findings.push(finding);
            continue;
        }
        let is_new =
            |instance: &Instance| befores.iter().all(|was| was.is_new(&finding, instance, &comments, &sources));
        let new: HashSet<String> =
            finding.instances().into_iter().filter(is_new).map(|instance| instance.fingerprint).collect();
        let (new, known) = finding.split(|instance| new.contains(&instance.fingerprint));
        if let Some(mut new) = new {
            new.suppressed = None;
            new.notes.push("a comment accepts this that didn't before, so it has no say with `--locked`".to_owned());
            findings.push(new);
        }
        findings.extend(known);
    }
    report.findings = findings;
}

/// What weighs no more than before doesn't count. What nothing may suppress does.
fn excuse(report: &mut Report, before: &[Before], name: &str, settings: &Settings) {
    let mut known = Known::default();
    for Before { report, moves } in before {
        let counted = report.findings.iter().filter(|finding| finding.suppressed.is_none());
        known.add(Past::of(counted), moves);
    }
    let enforced = &settings.selection.enforced;
    let may_be_known = |finding: &Reported| finding.suppressed.is_none() && !enforced.contains(&finding.rule.id());
    known::excuse(report, &known, may_be_known, |finding, _| {
        let reason = Some(format!("already at `{name}`"));
        finding.suppressed = Some(Suppression { span: None, about: None, is_in_source: false, reason, until: None });
    });
}

/// Whether a deployment still creates a trail, or may.
fn has_trail(report: &Report, was: &Judged, moves: &Moves) -> bool {
    let (own, moved) = (known::Place::of(was), moves.of_deployment(was));
    let is_same = |now: &Judged| {
        let place = known::Place::of(now);
        now.format == was.format && (place == own || Some(&place) == moved)
    };
    report.deployments.iter().any(|now| now.verdict.is_some() && is_same(now))
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
