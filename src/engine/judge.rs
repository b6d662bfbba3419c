//! Asks every rule about one deployment, and weighs the answers against each other.

use std::collections::HashMap;

use super::excuse::Excuse;
use super::neighbours::Neighbours;
use super::sighting::{self, Answer, Sighting};
use super::witness::{self, Witness};
use super::{Settings, place};
use crate::finding::{Finding, Level, Verdict};
use crate::formats::Opened;
use crate::model::{Deployment, Elsewhere, Subject, Trail};
use crate::report::{Judged, JudgedTrail, Outcome, Place, Reported};
use crate::rules::{Check, Policy, RULES, Rule};
use crate::source::{Sources, Span};
use crate::suppress::{Suppression, Suppressions};

/// The verdicts on a deployment, and the findings behind them.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    pub(super) deployment: Option<Judged>,
    pub(super) findings: Vec<Reported>,
}

/// A deployment that is being judged.
pub(super) struct Case<'a> {
    pub(super) root: String,
    /// What the configuration calls it.
    pub(super) name: Option<&'a str>,
    pub(super) format: &'static str,
    pub(super) opened: &'a dyn Opened,
    pub(super) settings: &'a Settings,
    pub(super) suppressions: &'a Suppressions<'a>,
    pub(super) sources: &'a Sources,
}

/// The rule on deployments.
type WholeRule = (&'static Rule, fn(&Deployment, &Policy) -> Verdict);

/// Answers about instances that share their text.
#[derive(Debug)]
struct Group<'a> {
    answers: Vec<(&'a Sighting, &'a Answer)>,
    suppressed: Option<Suppression>,
}

impl Case<'_> {
    pub(super) fn judge(&self) -> Judgement {
        let neighbours = Neighbours::new(self.opened, self.settings);
        let sites = 0..self.opened.sites(Subject::Trails);
        let sightings: Vec<Sighting> =
            sites.flat_map(|site| sighting::sight(&neighbours, site, self.settings)).collect();
        let elsewhere = self.opened.elsewhere(Subject::Trails);
        let Some(header) = self.header(&sightings, &elsewhere) else { return Judgement::default() };
        let is_open = !elsewhere.is_empty();
        let whole = self.judge_whole(&sightings, elsewhere, header);
        let is_by_region = self.is_by_region(&sightings);
        let excuse = whole.as_ref().and_then(|(_, outcome, ..)| Excuse::of(*outcome, is_by_region));
        let excuse = excuse.filter(|_| !self.settings.policy.every_trail);
        let groups = self.group(&sightings);
        let mut findings = Vec::new();
        let verdict = whole.map(|(rule, outcome, finding, witness)| {
            let is_news = self.settings.selection.has(rule) && (is_open || is_by_region || !self.is_said(&sightings));
            let finding = finding.filter(|_| is_news);
            let first = sightings.first().map(|sighting| &sighting.trail);
            findings.extend(finding.map(|finding| self.report_whole(rule, outcome, finding, witness, first)));
            outcome
        });
        findings.extend(groups.iter().filter_map(|group| self.report_group(group, excuse)));
        let trails = sightings.iter().map(|sighting| self.record(sighting)).collect();
        let name = self.name.map(str::to_owned);
        let judged = Judged { root: self.root.clone(), format: self.format, name, verdict, is_by_region, trails };
        Judgement { deployment: Some(judged), findings }
    }

    /// The place that stands for the deployment; without one there is nothing to judge as a whole.
    fn header(&self, sightings: &[Sighting], elsewhere: &[Elsewhere]) -> Option<Span> {
        let trail = sightings.first().map(|sighting| sighting.trail.header);
        let required = || self.opened.header().filter(|_| self.settings.policy.require_trail);
        trail.or_else(|| elsewhere.first().map(|elsewhere| elsewhere.header)).or_else(required)
    }

    /// The verdict on the whole; none when nothing is created and nothing has to be.
    fn judge_whole(
        &self,
        sightings: &[Sighting],
        elsewhere: Vec<Elsewhere>,
        header: Span,
    ) -> Option<(&'static Rule, Outcome, Option<Finding>, Witness)> {
        let created: Vec<&Sighting> = sightings.iter().filter(|sighting| !sighting.is_absent()).collect();
        if created.is_empty() && elsewhere.is_empty() && !self.settings.policy.require_trail {
            return None;
        }
        let (rule, check) = whole_rule()?;
        let deployment = |trails| Deployment {
            root: self.root.clone(),
            format: self.format,
            header,
            trails,
            elsewhere: elsewhere.clone(),
        };
        if created.iter().any(|sighting| sighting.satisfies()) {
            return Some((rule, Outcome::Pass, None, Witness::default()));
        }
        let verdicts = if !self.is_by_region(sightings) && created.iter().all(|sighting| sighting.misses()) {
            // No world can make a difference.
            let trails = created.iter().map(|sighting| sighting.trail.clone()).collect();
            sighting::runs(|_| check(&deployment(Vec::clone(&trails)), &self.settings.policy))
        } else {
            sighting::runs(|world| check(&deployment(self.trails(world)), &self.settings.policy))
        };
        let may_be_none = !created.is_empty() && created.iter().all(|sighting| sighting.may_never_exist());
        let (outcome, finding, witness) =
            witness::combine(verdicts.iter().map(|(verdict, world)| (verdict.clone(), world)).collect());
        let outcome = if may_be_none && outcome == Outcome::Fail { Outcome::Unknown } else { outcome };
        Some((rule, outcome, finding, witness))
    }

    /// Whether trails of single Regions count, because no trail satisfies the control by itself for certain.
    fn is_by_region(&self, sightings: &[Sighting]) -> bool {
        !self.settings.policy.regions.is_empty() && !sightings.iter().any(Sighting::satisfies)
    }

    /// The trails of a world, up to one that satisfies the control: the others can't change the verdict.
    fn trails(&self, world: &crate::value::World) -> Vec<Trail> {
        let mut trails = Vec::new();
        for site in 0..self.opened.sites(Subject::Trails) {
            let found = sighting::read(self.opened, site, world);
            let satisfies = found.iter().any(|trail| crate::rules::satisfies(trail, &self.settings.policy));
            trails.extend(found);
            if satisfies {
                break;
            }
        }
        trails
    }

    /// Instances of one resource share their text, and so a finding.
    fn group<'s>(&self, sightings: &'s [Sighting]) -> Vec<Group<'s>> {
        let mut groups: Vec<Group<'s>> = Vec::new();
        let mut by_key: HashMap<_, usize> = HashMap::new();
        for sighting in sightings {
            for answer in &sighting.answers {
                let Some(finding) = answer.finding.as_ref().filter(|_| self.settings.selection.has(answer.rule)) else {
                    continue;
                };
                let trail = &sighting.trail;
                let suppressed = self.suppression(answer.rule, finding, Some(&trail.address), Some(trail));
                let header = sighting.trail.header;
                let key = (answer.rule.id(), answer.outcome, header, finding, &answer.witness, suppressed.clone());
                let index = *by_key.entry(key).or_insert_with(|| {
                    groups.push(Group { answers: Vec::new(), suppressed });
                    groups.len().saturating_sub(1)
                });
                if let Some(group) = groups.get_mut(index) {
                    group.answers.push((sighting, answer));
                }
            }
        }
        groups
    }

    /// Whether the trails' own findings already say why the deployment has no compliant trail:
    /// each trail has some, and they are the same for all.
    fn is_said(&self, sightings: &[Sighting]) -> bool {
        let mut conditions = sightings.iter().filter(|sighting| !sighting.is_absent()).map(|sighting| {
            let own = sighting.conditions().filter(|answer| answer.finding.is_some());
            own.map(|answer| (answer.rule.id(), answer.outcome)).collect::<Vec<_>>()
        });
        let Some(first) = conditions.next() else { return false };
        let is_asked =
            |(id, _): &(&str, Outcome)| crate::rules::find(id).is_some_and(|rule| self.settings.selection.has(rule));
        first.iter().any(is_asked) && conditions.all(|others| others == first)
    }

    fn record(&self, sighting: &Sighting) -> JudgedTrail {
        let asked = || sighting.answers.iter().filter(|answer| self.settings.selection.has(answer.rule));
        let is_advice = |answer: &&Answer| answer.rule.check.is_advice();
        let passed = asked().filter(|answer| answer.outcome == Outcome::Pass);
        JudgedTrail {
            address: sighting.trail.address.clone(),
            kind: sighting.trail.kind,
            exists: sighting.exists,
            reach: sighting.reach,
            region: sighting.region.clone(),
            header: sighting.trail.header,
            rules: asked().filter(|answer| !is_advice(answer)).map(|answer| (answer.rule, answer.outcome)).collect(),
            grounds: passed.map(|answer| (answer.rule, (answer.rule.grounds)(&sighting.trail))).collect(),
            advisories: asked().filter(is_advice).map(|answer| answer.rule).collect(),
        }
    }

    fn report_whole(
        &self,
        rule: &'static Rule,
        outcome: Outcome,
        finding: Finding,
        witness: Witness,
        first: Option<&Trail>,
    ) -> Reported {
        let subject = format!("deployment `{}`", self.root);
        let suppressed = self.suppression(rule, &finding, None, first);
        let reported =
            self.report(rule, self.settings.level(rule, rule.page.level), outcome, &subject, finding, &witness);
        self.suppress(reported, suppressed)
    }

    /// Why what a rule says doesn't count, if it doesn't. `trail` is what it is said of, or the first of all.
    fn suppression(
        &self,
        rule: &Rule,
        finding: &Finding,
        address: Option<&str>,
        trail: Option<&Trail>,
    ) -> Option<Suppression> {
        let labels = std::iter::once(&finding.primary).chain(&finding.related).map(|label| label.span);
        let around = trail.iter().flat_map(|trail| std::iter::once(trail.header).chain(trail.calls.iter().copied()));
        let places: Vec<Span> = labels.chain(around).collect();
        self.suppressions.find(rule, address, &places)
    }

    /// The finding with its suppression, which what is enforced has none of.
    fn suppress(&self, reported: Reported, suppressed: Option<Suppression>) -> Reported {
        let mut reported = reported;
        if suppressed.is_some() && self.settings.selection.enforced.contains(&reported.rule.id()) {
            reported.notes.push("this rule is enforced, so nothing suppresses what it finds".to_owned());
        } else {
            reported.suppressed = suppressed;
        }
        reported
    }

    /// Where the control is satisfied all the same, what this one lacks is no more than worth knowing.
    fn report_group(&self, group: &Group<'_>, excuse: Option<Excuse>) -> Option<Reported> {
        let (sighting, answer) = group.answers.first()?;
        let finding = answer.finding.clone()?;
        if is_repeated_advice(sighting, answer, &finding) || self.is_repeated_doubt(sighting, answer, &finding) {
            return None;
        }
        let rule = answer.rule;
        let own = finding.level.unwrap_or(rule.page.level);
        let (level, finding) = match excuse.filter(|excuse| excuse.covers(rule)) {
            Some(excuse) => (Level::Note, finding.note(excuse.describe())),
            None => (self.settings.level(rule, own), finding),
        };
        let finding = place::move_out(finding, &sighting.trail, self.sources);
        let finding = others(group).into_iter().fold(finding, Finding::note);
        let reported = self.report(rule, level, answer.outcome, &subject(group), finding, &answer.witness);
        let address = Some(sighting.trail.address.clone());
        Some(self.suppress(Reported { address, ..reported }, group.suppressed.clone()))
    }

    /// What two rules can't know for one reason is said once.
    fn is_repeated_doubt(&self, sighting: &Sighting, answer: &Answer, finding: &Finding) -> bool {
        let before = sighting.answers.iter().take_while(|other| !std::ptr::eq(*other, answer));
        let mut open =
            before.filter(|other| other.outcome == Outcome::Unknown && self.settings.selection.has(other.rule));
        answer.rule.check.is_around()
            && answer.outcome == Outcome::Unknown
            && open.any(|other| other.finding.as_ref().is_some_and(|other| other.primary == finding.primary))
    }

    fn report(
        &self,
        rule: &'static Rule,
        level: Level,
        outcome: Outcome,
        subject: &str,
        finding: Finding,
        witness: &Witness,
    ) -> Reported {
        let condition = witness.fails_when.join(" and ");
        let when = if condition.is_empty() { String::new() } else { format!(" when {condition}") };
        let mut blocked_by = finding.blocked_by;
        blocked_by.extend(witness.subjects.iter().cloned());
        blocked_by.sort();
        blocked_by.dedup();
        Reported {
            rule,
            fingerprint: String::new(),
            level,
            outcome,
            message: format!("{subject}{} {}{when}", self.name_after(), finding.message),
            address: None,
            attribute: finding.attribute,
            deployment: Some(self.root.clone()),
            deployment_name: self.name.map(str::to_owned),
            place: Place::Text(finding.primary),
            related: finding.related,
            notes: finding.notes,
            help: finding.help,
            blocked_by,
            fails_when: witness.fails_when.clone(),
            passes_when: witness.passes_when.clone(),
            is_aside: finding.is_aside,
            suppressed: None,
        }
    }

    /// Which of several deployments a finding is about, to follow what it is about.
    fn name_after(&self) -> String {
        self.name.map(|name| format!(" in `{name}`")).unwrap_or_default()
    }
}

/// Advice about a place where a rule already found something says nothing new.
fn is_repeated_advice(sighting: &Sighting, answer: &Answer, finding: &Finding) -> bool {
    let is_advice = |answer: &Answer| answer.rule.check.is_advice();
    let others = sighting.answers.iter().filter(|other| !is_advice(other));
    is_advice(answer)
        && others.filter_map(|other| other.finding.as_ref()).any(|other| other.primary.span == finding.primary.span)
}

fn whole_rule() -> Option<WholeRule> {
    RULES.into_iter().find_map(|rule| match rule.check {
        Check::Deployment(check) => Some((rule, check)),
        _ => None,
    })
}

/// What a finding is about: one trail, or the first of the instances that share it.
fn subject(group: &Group<'_>) -> String {
    match group.answers.as_slice() {
        [(one, _)] => format!("trail `{}`", one.trail.address),
        [(one, _), others @ ..] => format!("trail `{}` (and {} more)", one.trail.address, others.len()),
        [] => String::new(),
    }
}

/// Which other instances share the finding, as a note.
fn others(group: &Group<'_>) -> Option<String> {
    const MAX_SHOWN: usize = 5;
    let others: Vec<String> =
        group.answers.iter().skip(1).map(|(sighting, _)| format!("`{}`", sighting.trail.address)).collect();
    let hidden = others.len().saturating_sub(MAX_SHOWN);
    let shown: Vec<String> = others.into_iter().take(MAX_SHOWN).collect();
    let more = if hidden > 0 { format!(" and {hidden} more") } else { String::new() };
    (!shown.is_empty()).then(|| format!("the same goes for {}{more}", shown.join(", ")))
}
