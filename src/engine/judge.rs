//! Asks every rule about one deployment, and weighs the answers against each other.

use super::Settings;
use crate::finding::{Finding, Level, Verdict};
use crate::model::{Deployment, Trail};
use crate::report::{Exists, Judged, JudgedTrail, Outcome, Place, Reported};
use crate::rules::{Check, RULES, Rule};
use crate::source::Span;
use crate::value::{Known, Unknown};

/// The verdicts on a deployment, and the findings behind them.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    pub(super) deployment: Option<Judged>,
    pub(super) findings: Vec<Reported>,
}

/// What a rule said of a trail, before it is weighed.
struct Answer<'a> {
    rule: &'static Rule,
    trail: &'a Trail,
    outcome: Outcome,
    finding: Finding,
}

impl Judgement {
    /// The same with more findings.
    pub(super) fn and(mut self, findings: impl Iterator<Item = Reported>) -> Self {
        self.findings.extend(findings);
        self
    }
}

pub(super) fn judge(deployment: &Deployment, settings: &Settings) -> Judgement {
    let mut answers = Vec::new();
    let mut trails = Vec::new();
    for trail in &deployment.trails {
        let (judged, found) = judge_trail(trail, settings);
        trails.push(judged);
        answers.extend(found);
    }
    let whole = judge_whole(deployment, settings);
    let is_satisfied = matches!(whole, Some((_, Verdict::Pass)));
    let groups = group(answers);
    let mut findings = Vec::new();
    let verdict = whole.map(|(rule, verdict)| {
        let (outcome, finding) = split(verdict);
        let is_news = settings.selection.has(rule) && !is_said(&groups, deployment);
        findings.extend(finding.filter(|_| is_news).map(|finding| report_whole(deployment, rule, outcome, finding)));
        outcome
    });
    findings.extend(groups.into_iter().map(|group| report_group(deployment, group, is_satisfied)));
    let judged = Judged { root: deployment.root.clone(), format: deployment.format, verdict, trails };
    Judgement { deployment: Some(judged), findings }
}

fn judge_trail<'a>(trail: &'a Trail, settings: &Settings) -> (JudgedTrail, Vec<Answer<'a>>) {
    let exists = match &trail.exists.value {
        Known(true) => Exists::Always,
        Known(false) => Exists::Never,
        Unknown(_) => Exists::Sometimes,
    };
    let mut judged = JudgedTrail {
        address: trail.address.clone(),
        kind: trail.kind,
        exists,
        header: trail.header,
        rules: Vec::new(),
        advisories: Vec::new(),
    };
    let mut answers = Vec::new();
    let asked = RULES.into_iter().filter(|rule| exists != Exists::Never && settings.selection.has(rule));
    for rule in asked {
        let (outcome, finding) = match rule.check {
            Check::Trail(check) => {
                let (outcome, finding) = split(admit_absence(check(trail, &settings.policy), trail));
                judged.rules.push((rule, outcome));
                (outcome, finding)
            }
            Check::Advice(check) => {
                let finding = check(trail, &settings.policy);
                judged.advisories.extend(finding.is_some().then_some(rule));
                (Outcome::Fail, finding)
            }
            Check::Deployment(_) | Check::Reading => continue,
        };
        answers.extend(finding.map(|finding| Answer { rule, trail, outcome, finding }));
    }
    drop_repeated_advice(&mut answers);
    (judged, answers)
}

/// A trail that may never be created can't fail for certain.
fn admit_absence(verdict: Verdict, trail: &Trail) -> Verdict {
    match verdict {
        Verdict::Fail(finding) if trail.may_never_exist() => {
            let place = trail.exists.origin.span();
            Verdict::Unknown(finding.also(place, "it isn't known whether this ever creates the trail"))
        }
        Verdict::Pass | Verdict::Fail(_) | Verdict::Unknown(_) => verdict,
    }
}

/// Advice about a place where a rule already found something says nothing new.
fn drop_repeated_advice(answers: &mut Vec<Answer<'_>>) {
    let is_advice = |answer: &Answer<'_>| matches!(answer.rule.check, Check::Advice(_));
    let taken: Vec<Span> =
        answers.iter().filter(|answer| !is_advice(answer)).map(|answer| answer.finding.primary.span).collect();
    answers.retain(|answer| !is_advice(answer) || !taken.contains(&answer.finding.primary.span));
}

/// The verdict of the rule on the whole deployment; none when nothing is created and nothing has to be.
fn judge_whole(deployment: &Deployment, settings: &Settings) -> Option<(&'static Rule, Verdict)> {
    let created: Vec<&Trail> = deployment.trails.iter().filter(|trail| !trail.never_exists()).collect();
    let is_applicable = settings.policy.require_trail || !created.is_empty();
    let may_be_none = !created.is_empty() && created.iter().all(|trail| trail.may_never_exist());
    let mut rules = RULES.into_iter().filter(|_| is_applicable);
    rules.find_map(|rule| match rule.check {
        Check::Deployment(check) => Some(match check(deployment, &settings.policy) {
            Verdict::Fail(finding) if may_be_none => (rule, Verdict::Unknown(finding)),
            verdict => (rule, verdict),
        }),
        Check::Trail(_) | Check::Advice(_) | Check::Reading => None,
    })
}

fn split(verdict: Verdict) -> (Outcome, Option<Finding>) {
    match verdict {
        Verdict::Pass => (Outcome::Pass, None),
        Verdict::Fail(finding) => (Outcome::Fail, Some(finding)),
        Verdict::Unknown(finding) => (Outcome::Unknown, Some(finding)),
    }
}

/// Instances of one resource share their text, and so a finding.
fn group(answers: Vec<Answer<'_>>) -> Vec<Vec<Answer<'_>>> {
    let mut groups: Vec<Vec<Answer<'_>>> = Vec::new();
    for answer in answers {
        let is_same = |other: &Answer<'_>| {
            std::ptr::eq(other.rule, answer.rule)
                && other.trail.header == answer.trail.header
                && other.outcome == answer.outcome
                && other.finding == answer.finding
        };
        match groups.iter_mut().find(|group| group.first().is_some_and(is_same)) {
            Some(group) => group.push(answer),
            None => groups.push(vec![answer]),
        }
    }
    groups
}

/// Whether the trails' own findings already say why the deployment has no compliant trail:
/// each trail has some, and they are the same for all.
fn is_said(groups: &[Vec<Answer<'_>>], deployment: &Deployment) -> bool {
    let created = deployment.trails.iter().filter(|trail| !trail.never_exists());
    let mut conditions = created.map(|trail| {
        let own = groups.iter().flatten().filter(|answer| answer.rule.is_condition());
        let own = own.filter(|answer| std::ptr::eq(answer.trail, trail));
        own.map(|answer| (answer.rule.id(), answer.outcome)).collect::<Vec<_>>()
    });
    let Some(first) = conditions.next() else { return false };
    !first.is_empty() && conditions.all(|others| others == first)
}

fn report_whole(deployment: &Deployment, rule: &'static Rule, outcome: Outcome, finding: Finding) -> Reported {
    let subject = format!("deployment `{}`", deployment.root);
    report(deployment, rule, rule.page.level, outcome, &subject, None, finding)
}

/// Where another trail satisfies the control, what this one lacks is no more than worth knowing.
fn report_group(deployment: &Deployment, group: Vec<Answer<'_>>, is_satisfied: bool) -> Reported {
    let subject = subject(&group);
    let mut group = group.into_iter();
    let Answer { rule, trail, outcome, finding } = group.next().expect("a group begins with an answer");
    let is_excused = is_satisfied && rule.is_condition();
    let level = if is_excused { Level::Note } else { rule.page.level };
    let finding = if is_excused { finding.note("another trail satisfies the control") } else { finding };
    report(deployment, rule, level, outcome, &subject, Some(trail.address.clone()), finding)
}

/// What a finding is about: one trail, or the first of the instances that share it.
fn subject(group: &[Answer<'_>]) -> String {
    match group {
        [one] => format!("trail `{}`", one.trail.address),
        [one, others @ ..] => format!("trail `{}` (and {} more)", one.trail.address, others.len()),
        [] => String::new(),
    }
}

fn report(
    deployment: &Deployment,
    rule: &'static Rule,
    level: Level,
    outcome: Outcome,
    subject: &str,
    address: Option<String>,
    finding: Finding,
) -> Reported {
    Reported {
        rule,
        level,
        outcome,
        message: format!("{subject} {}", finding.message),
        address,
        attribute: finding.attribute,
        deployment: Some(deployment.root.clone()),
        place: Place::Text(finding.primary),
        related: finding.related,
        notes: finding.notes,
        help: finding.help,
        blocked_by: finding.blocked_by,
    }
}
