//! Turns rule results into findings: instances that share their text share a finding.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::deployment_check::DeploymentCheck;
use super::downgrade::{self, Excuses};
use super::trail_instance::{RuleResult, TrailInstance};
use super::witness::Witness;
use crate::finding::{Finding, FindingTarget, Label, Level};
use crate::model::selectors::EventLoss;
use crate::model::{KnownInterface, Remedy, Resolution, Trail, UnknownValues};
use crate::named::quoted;
use crate::report::{Diagnostic, FindingInstance, Outcome, Suppression};
use crate::rules::Rule;
use crate::source::{Sources, Span, is_installed, is_known_interface};
use crate::value::world::VERSION_OF;
use crate::value::{HopKind, Reason, StepRole};

/// Rule results of instances that share their text.
#[derive(Debug)]
pub(super) struct InstanceGroup<'a> {
    results: Vec<(&'a TrailInstance, &'a RuleResult)>,
    suppressed: Option<Suppression>,
}

impl DeploymentCheck<'_> {
    /// Instances of one resource share their text, and so a finding.
    pub(super) fn group<'s>(&self, instances: &'s [TrailInstance]) -> Vec<InstanceGroup<'s>> {
        let mut groups: Vec<InstanceGroup<'s>> = Vec::new();
        let mut by_key: HashMap<_, usize> = HashMap::new();
        for instance in instances {
            for answer in &instance.results {
                let Some(finding) =
                    answer.finding.as_deref().filter(|_| self.settings.selection.is_selected(answer.rule))
                else {
                    continue;
                };
                let trail = &instance.trail;
                let suppressed = self.suppression(answer.rule, finding, Some(&trail.address), Some(trail));
                let header = instance.trail.header;
                let key = (answer.rule.id(), answer.outcome, header, finding, &answer.witness, suppressed.clone());
                let index = *by_key.entry(key).or_insert_with(|| {
                    groups.push(InstanceGroup { results: Vec::new(), suppressed });
                    groups.len().saturating_sub(1)
                });
                let group = groups.get_mut(index).expect("each key has the index of its group");
                group.results.push((instance, answer));
            }
        }
        groups
    }

    /// Reports the result of the rule on the whole deployment.
    pub(super) fn report_whole(
        &self,
        rule: &'static Rule,
        outcome: Outcome,
        finding: Finding,
        witness: Witness,
        first: Option<&Trail>,
    ) -> Diagnostic {
        let name = self.name.map(|name| format!(" ({})", quoted(name))).unwrap_or_default();
        let subject = format!("deployment {}{name}", quoted(&self.root));
        let finding = match first.and_then(|trail| trail.known.as_deref()) {
            Some(known) => of_known(finding, known, depends_on_version(&witness)),
            None => finding,
        };
        let suppressed = self.suppression(rule, &finding, None, first);
        let reported =
            self.report(rule, self.settings.level(rule, rule.page.level), outcome, &subject, finding, &witness);
        self.suppress(reported, suppressed)
    }

    /// The suppression of a rule's finding, if there is one. `trail` is the trail that the finding is about, or the
    /// first of the deployment.
    pub(super) fn suppression(
        &self,
        rule: &Rule,
        finding: &Finding,
        address: Option<&str>,
        trail: Option<&Trail>,
    ) -> Option<Suppression> {
        let labels = finding.labels().map(|label| label.span);
        let around = trail.iter().flat_map(|trail| std::iter::once(trail.header).chain(trail.calls.iter().copied()));
        let places: Vec<Span> = labels.chain(around).collect();
        self.suppressions.find(rule, address, &places)
    }

    /// Sets the suppression of a finding, unless its rule is enforced.
    fn suppress(&self, reported: Diagnostic, suppressed: Option<Suppression>) -> Diagnostic {
        let mut reported = reported;
        if suppressed.is_some() && self.settings.selection.enforced.contains(&reported.rule.id()) {
            reported.finding.notes.push("this rule is enforced, so its findings can't be suppressed".to_owned());
        } else {
            reported.suppressed = suppressed;
        }
        reported
    }

    /// Reports the result of a group. If the control is satisfied by other trails, the finding is only a note.
    pub(super) fn report_group(&self, group: &InstanceGroup<'_>, excuses: &Excuses) -> Option<Diagnostic> {
        let (instance, answer) = group.results.first()?;
        let finding = answer.finding.as_deref().cloned()?;
        if self.is_repeated_advice(instance, answer, &finding) || self.is_repeated_doubt(instance, answer, &finding) {
            return None;
        }
        let rule = answer.rule;
        let own = finding.level.unwrap_or(rule.page.level);
        // `every-trail` keeps the levels of the conditions; that of another rule applies to each trail if it is set.
        let is_level_set = !rule.is_condition && self.settings.sets_level(rule);
        let is_covered =
            |excuse: &downgrade::Downgrade| group.results.iter().all(|(instance, _)| excuse.covers(rule, instance));
        let (level, finding) = match excuses.of_conditions.filter(|excuse| !is_level_set && is_covered(excuse)) {
            Some(excuse) => (Level::Note, excuse.apply(finding)),
            None if !is_level_set && excuses.satisfied.contains(&rule.id()) => {
                (Level::Note, downgrade::satisfied(finding))
            }
            None => (self.settings.level(rule, own), finding),
        };
        let finding = self.with_correction(finding, answer, &instance.trail);
        let finding = move_out(finding, &instance.trail, self.sources);
        let finding = match &instance.trail.known {
            Some(known) => of_known(finding, known, depends_on_version(&answer.witness)),
            None => finding,
        };
        let instances = group.results.iter().map(|(instance, answer)| FindingInstance {
            address: Some(instance.trail.address.clone()),
            named: self.opened.subject(&instance.trail.address),
            deployment: Some(self.root.clone()),
            deployment_name: self.name.map(str::to_owned),
            fingerprint: String::new(),
            // A finding without lost events has no loss, since an empty loss would be covered by any earlier one.
            loss: answer
                .rule
                .event_loss
                .map(|loses| loses(instance.recorded))
                .filter(|loss| *loss != EventLoss::NOTHING),
        });
        let reported = self.report(rule, level, answer.outcome, "", finding, &answer.witness);
        let reported = Diagnostic { known: instance.trail.known.clone(), ..reported };
        Some(self.suppress(reported.for_instances(instances.collect()), group.suppressed.clone()))
    }

    /// Replaces the change of code by a command, if no code declares the trail.
    fn with_correction(&self, finding: Finding, answer: &RuleResult, trail: &Trail) -> Finding {
        if !trail.is_deployed || answer.outcome == Outcome::Unknown {
            return finding;
        }
        let attribute = finding.attribute.as_deref().unwrap_or_default();
        let switches = [trail.attributes.is_multi_region.name, trail.attributes.is_logging.name];
        if answer.rule.page.is_on_request && !switches.contains(&attribute) {
            return Finding { remedies: Vec::new(), ..finding };
        }
        match self.opened.correction(&trail.address, attribute) {
            Some(help) => Finding { remedies: Vec::new(), help: Some(help), ..finding },
            None if self.opened.is_audited() => Finding { remedies: Vec::new(), help: None, ..finding },
            None => finding,
        }
    }

    /// True for advice at a location where a selected rule already reports a finding, unless the advice was requested.
    fn is_repeated_advice(&self, instance: &TrailInstance, answer: &RuleResult, finding: &Finding) -> bool {
        let others = instance
            .results
            .iter()
            .filter(|other| !other.rule.check.is_advice() && self.settings.selection.is_selected(other.rule));
        answer.rule.check.is_advice()
            && !answer.rule.page.is_on_request
            && others.filter_map(|other| other.finding.as_deref()).any(|other| {
                other.place.label().map(|place| place.span) == finding.place.label().map(|place| place.span)
            })
    }

    /// True for an unknown whose reason another unknown of the trail already reports.
    fn is_repeated_doubt(&self, instance: &TrailInstance, answer: &RuleResult, finding: &Finding) -> bool {
        let before = instance.results.iter().take_while(|other| !std::ptr::eq(*other, answer));
        let mut open =
            before.filter(|other| other.outcome == Outcome::Unknown && self.settings.selection.is_selected(other.rule));
        answer.rule.check.is_log_delivery()
            && answer.outcome == Outcome::Unknown
            && open.any(|other| other.finding.as_ref().is_some_and(|other| other.place == finding.place))
    }

    fn report(
        &self,
        rule: &'static Rule,
        level: Level,
        outcome: Outcome,
        subject: &str,
        finding: Finding,
        witness: &Witness,
    ) -> Diagnostic {
        // The label shows both sides of an undecided value, so the message doesn't repeat them.
        let shown = witness.fails_when.iter().filter(|_| finding.witness.is_none());
        let condition = shown.map(|decision| format!("`{}`", shorten(decision))).collect::<Vec<_>>().join(" and ");
        let when = if condition.is_empty() { String::new() } else { format!(" when {condition}") };
        let Finding { message, place, related, remedies, mut blocked_by, help, cause, .. } = finding;
        blocked_by.extend(witness.subjects.iter().flat_map(|subject| blockers(subject)));
        blocked_by.sort_unstable();
        blocked_by.dedup();
        let mut set_at: Vec<Span> =
            remedies.iter().filter_map(|remedy| remedy.steps().last()).map(|step| step.span).collect();
        if remedies.is_empty() && outcome == Outcome::Fail {
            set_at = finding.set_at;
        }
        set_at.dedup();
        let is_open = outcome == Outcome::Unknown && !finding.is_declared_elsewhere;
        let Resolution { help: way, steps } = match (&cause, is_open) {
            (_, true) => {
                let passing = &witness.passing;
                self.opened.resolution(&UnknownValues { cause: cause.as_ref(), subjects: &blocked_by, passing })
            }
            (Some(why), false) => self.opened.resolution(&UnknownValues::of_value(why)),
            (None, false) => Resolution::default(),
        };
        let is_resolvable = is_open && !steps.is_empty();
        let finding = Finding {
            // An address isn't shortened, since a part of it isn't a valid address.
            message: format!("{subject} {}{when}", shorten_code(&message)),
            place: match place {
                FindingTarget::Text(label) => FindingTarget::Text(shorten_label(label)),
                FindingTarget::File(_) | FindingTarget::Run => place,
            },
            related: related.into_iter().map(shorten_label).collect(),
            remedies,
            blocked_by,
            set_at,
            help: if is_resolvable { way } else { help.or(way) },
            cause: None,
            ..finding
        };
        Diagnostic {
            level,
            outcome,
            deployment: Some(self.root.clone()),
            deployment_name: self.name.map(str::to_owned),
            fails_when: witness.fails_when.clone(),
            passes_when: witness.passes_when.clone(),
            resolution: if is_resolvable { steps } else { Vec::new() },
            ..Diagnostic::new(rule, finding)
        }
    }
}

fn depends_on_version(witness: &Witness) -> bool {
    witness.subjects.iter().any(|subject| subject.starts_with(VERSION_OF))
}

/// Adds the note about a known interface, and removes changes that some of the versions don't accept.
fn of_known(mut finding: Finding, known: &KnownInterface, depends_on_version: bool) -> Finding {
    // The label with the reason is in the interface, which isn't shown.
    let reason = finding.cause.as_ref().map(Reason::describe);
    let reason = reason.filter(|reason| !finding.labels().any(|label| label.text.contains(reason)));
    if let (Some(reason), FindingTarget::Text(label)) = (reason, &mut finding.place) {
        label.text = format!("{}; {reason}", label.text);
    }
    finding.notes.push(known.note.clone());
    let lacks = |remedy: &Remedy| match remedy.steps().last().map(|hop| &hop.step) {
        Some(HopKind::Declared { kind, name, .. }) => {
            let may_lack = kind.role == StepRole::Call || kind.role == StepRole::Value && known.is_root;
            may_lack && known.partial_arguments.iter().any(|argument| argument == name)
        }
        _ => false,
    };
    if finding.remedies.iter().any(lacks) {
        finding.remedies.clear();
        finding.help = Some(known.advice.to_owned());
    }
    if depends_on_version {
        finding.help = Some(known.advice.to_owned());
    }
    finding
}

/// Moves a finding in installed code, which can't be edited, to the call of the module: to the argument that decides
/// the value, or to the call's header if none does. A finding in code that the configuration has for a module is moved
/// only if nothing outside of it decides the value.
fn move_out(mut finding: Finding, trail: &Trail, sources: &Sources) -> Finding {
    let (Some(call), Some(place)) = (finding.call.or(trail.call), finding.place.label()) else { return finding };
    let called = called_directories(trail, call, sources);
    let is_inside = |label: &Label| {
        let file = sources.file(label.span.file);
        is_out_of_reach(&file.path) || called.iter().any(|directory| file.directory() == directory)
    };
    let own = finding.related.iter().position(|label| !is_inside(label));
    let is_editable = !is_out_of_reach(&sources.file(place.span.file).path);
    if !is_inside(place) || is_editable && own.is_some() {
        return finding;
    }
    let label = match own {
        Some(index) => finding.related.remove(innermost(&finding.related, index)),
        None => Label { span: call, text: "in the module that this calls".to_owned() },
    };
    if let FindingTarget::Text(inside) = std::mem::replace(&mut finding.place, FindingTarget::Text(label)) {
        finding.related.insert(0, inside);
    }
    let is_known = |span: Span| is_known_interface(&sources.file(span.file).path);
    if is_known(trail.header) {
        // An argument that contains the place adds nothing to it.
        let place = finding.place.label().map(|label| label.span);
        finding.related.retain(|label| !is_known(label.span) && !place.is_some_and(|place| label.span.holds(place)));
    }
    finding
}

/// True for code that can't be edited.
fn is_out_of_reach(path: &Path) -> bool {
    is_installed(path) || is_known_interface(path)
}

/// The directories of the modules on the path from a call to the declaration of the trail.
fn called_directories(trail: &Trail, call: Span, sources: &Sources) -> Vec<PathBuf> {
    let Some(depth) = trail.calls.iter().position(|own| *own == call) else { return Vec::new() };
    let files = trail.owners.iter().take(depth.saturating_add(1));
    files.map(|file| sources.file(*file).directory().to_owned()).collect()
}

/// Returns the index of the last of consecutive labels that each contain the next, such as an object in an argument and
/// its attribute.
fn innermost(labels: &[Label], first: usize) -> usize {
    let rest = labels.get(first..).unwrap_or_default();
    let steps = rest.iter().zip(rest.iter().skip(1)).take_while(|(outer, inner)| outer.span.holds(inner.span));
    first.saturating_add(steps.count())
}

/// The limit for the length of an expression in a message or a label, in characters.
const LINE: usize = 80;

/// Shortens an expression to the limit.
fn shorten(expression: &str) -> String {
    let end = expression.char_indices().nth(LINE).map_or(expression.len(), |(end, _)| end);
    let shown = expression.get(..end).unwrap_or_default().lines().next().unwrap_or_default();
    if shown.len() == expression.len() { shown.to_owned() } else { format!("{}…", shown.trim_end()) }
}

/// Shortens the expressions between backticks in a sentence.
fn shorten_code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { shorten(part) } else { part.to_owned() }).collect::<Vec<_>>().join("`")
}

fn shorten_label(label: Label) -> Label {
    Label { text: shorten_code(&label.text), ..label }
}

/// Returns the variables, modules and resources that an unknown expression refers to, or the expression itself if it is
/// one of these.
fn blockers(subject: &str) -> Vec<String> {
    const KINDS: [&str; 5] = ["var.", "module.", "data.", "local.", "terraform."];
    if let Some((part, _)) = subject.strip_prefix(VERSION_OF).and_then(|of| of.split_once(" < ")) {
        return vec![part.replace(' ', ".")];
    }
    if subject.chars().all(|c| is_part(c) || matches!(c, '[' | ']' | '"')) {
        return vec![subject.to_owned()];
    }
    let words = subject.split(|c: char| !is_part(c)).map(|word| word.trim_matches('.'));
    let named: Vec<String> =
        words.filter(|word| KINDS.iter().any(|kind| word.starts_with(kind))).map(str::to_owned).collect();
    if named.is_empty() { vec![shorten(subject)] } else { named }
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_expressions_are_cut() {
        let long = format!("var.{}", "a".repeat(100));
        assert_eq!(shorten("var.a\n&& var.b"), "var.a…");
        assert_eq!(
            shorten_code(&format!("`{long}` has no value here")).chars().count(),
            LINE + 1 + "`` has no value here".len()
        );
        assert_eq!(shorten_code("trail `a` records"), "trail `a` records");
    }

    #[test]
    fn blockers_are_things() {
        assert_eq!(blockers("var.a && length(module.b.keys) > 0"), ["var.a", "module.b.keys"]);
        assert_eq!(blockers("module.b[\"x\"].arn"), ["module.b[\"x\"].arn"]);
        assert_eq!(blockers("Env == Stage"), ["Env == Stage"]);
    }
}
