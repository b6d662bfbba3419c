//! Evaluates every rule on one deployment and compares the results of its trails.

use std::rc::Rc;

use sha2::{Digest, Sha256};

use super::downgrade::{self, Downgrade, Excuses};
use super::evaluation_order::CreatedTrails;
use super::option_use::RootOptionUse;
use super::related::AllRelated;
use super::settings::EngineSettings;
use super::trail_instance::{self, TrailInstance};
use super::witness::{self, Witness};
use crate::finding::{Finding, Verdict};
use crate::formats::{LoadedProject, Project};
use crate::model::{Deployment, SearchSubject, Trail, UnreadPart};
use crate::report::{Absence, DeploymentResult, Diagnostic, Outcome, TrailExistence, TrailResult, UnreadFile};
use crate::rules::{self, Check, RULES, Rule, Strictness};
use crate::source::{Sources, Span};
use crate::suppress::Suppressions;
use crate::value::{Budget, Hop, HopKind, Known, Origin, World};

/// The length in bytes of a digest, long enough to distinguish the declarations of a repository.
const BYTES: usize = 8;

/// The verdicts on a deployment, and their findings.
#[derive(Debug, Clone, Default)]
pub(super) struct DeploymentVerdicts {
    pub(super) deployment: Option<DeploymentResult>,
    pub(super) findings: Vec<Diagnostic>,
    /// The places in which its trails are created.
    pub(super) created: CreatedTrails,
    /// The trails of called code that creates none without a call.
    pub(super) uncreated: Vec<TrailResult>,
    /// The file, if it mentions a trail and isn't read as code.
    pub(super) unread: Option<UnreadFile>,
    /// The result of applying the values of options.
    pub(super) option_use: RootOptionUse,
}

/// A deployment that is being evaluated.
pub(super) struct DeploymentCheck<'a> {
    pub(super) root: String,
    /// The name of the deployment in the configuration.
    pub(super) name: Option<&'a str>,
    pub(super) format: &'static str,
    pub(super) project: &'a dyn Project,
    pub(super) opened: &'a dyn LoadedProject,
    pub(super) budget: &'a Rc<Budget>,
    pub(super) settings: &'a EngineSettings,
    pub(super) suppressions: &'a Suppressions<'a>,
    pub(super) sources: &'a Sources,
    /// True if the trails are compared with deployed ones.
    pub(super) is_compared: bool,
}

/// The rule on whole deployments.
type WholeRule = (&'static Rule, fn(&Deployment, &Strictness) -> Verdict);

impl DeploymentCheck<'_> {
    pub(super) fn evaluate(&self) -> DeploymentVerdicts {
        let related = AllRelated::new(self.opened, self.budget, self.settings, self.is_compared);
        let sites = 0..self.opened.sites(SearchSubject::Trails);
        let instances: Vec<TrailInstance> =
            sites.flat_map(|site| trail_instance::trail_instances(&related, site, self.settings)).collect();
        let created = CreatedTrails::of_instances(&instances, self.project, self.sources);
        // A project that others call is a deployment only if it creates a trail without a call.
        if self.project.called().is_some() && created.is_empty() {
            let uncreated = instances.iter().map(|instance| self.record(instance)).collect();
            return DeploymentVerdicts { uncreated, ..DeploymentVerdicts::default() };
        }
        let unread = self.opened.unread_parts(SearchSubject::Trails);
        let elsewhere = self.decisive_unread_part(&unread, &instances);
        let Some(header) = self.header(&instances, elsewhere.as_ref()) else { return self.not_applicable(unread) };
        let is_open = elsewhere.is_some();
        let whole = self.deployment_verdict(&instances, elsewhere, header);
        let is_by_region = self.is_by_region(&instances);
        let excuse = whole.as_ref().and_then(|(_, outcome, ..)| Downgrade::of(*outcome, is_by_region, &instances));
        let satisfied = self.satisfied_rules(&instances);
        let excuses = Excuses {
            of_conditions: excuse.filter(|_| !self.settings.policy.every_trail),
            satisfied: satisfied.iter().copied().filter(|_| !self.settings.policy.every_trail).collect(),
        };
        let groups = self.group(&instances);
        let mut findings = Vec::with_capacity(groups.len().saturating_add(1));
        let verdict = whole.map(|(rule, outcome, finding, witness)| {
            let is_news = self.settings.selection.is_selected(rule)
                && (is_open || is_by_region || !self.has_own_findings(&instances));
            let first = instances.first().map(|instance| &instance.trail);
            if let Some(finding) = finding.as_ref().filter(|_| !is_news) {
                // With other rules selected, this would be a finding, so its suppression counts as used.
                let _ = self.suppression(rule, finding, None, first);
            }
            let finding = finding.filter(|_| is_news);
            // A trail is required, and none certainly exists.
            let is_required = self.settings.policy.require_trail && instances.iter().all(TrailInstance::is_absent);
            findings.extend(finding.map(|finding| Diagnostic {
                counts_unknown: is_required,
                ..self.report_whole(rule, outcome, finding, witness, first)
            }));
            outcome
        });
        findings.extend(groups.iter().filter_map(|group| self.report_group(group, &excuses)));
        let trails = instances.iter().map(|instance| self.record(instance)).collect();
        let name = self.name.map(str::to_owned);
        let (root, missing, unread) = (self.root.clone(), missing(&unread), names(unread));
        let (moves, is_root_only_in_base, format) = (self.opened.moves(), self.is_root_only_in_base(), self.format);
        let judged = DeploymentResult {
            root,
            format,
            name,
            verdict,
            is_by_region,
            trails,
            satisfied,
            moves,
            is_root_only_in_base,
            unread,
            missing,
            code: self.opened.code(),
            notes: self.opened.notes(),
            account: self.opened.account(),
            expected_accounts: self.opened.expected_accounts(),
            declared_account: self.settings.account_of(self.sources, &self.root, self.name),
        };
        findings.extend(self.unmatched_documents());
        findings.extend(self.missing_accounts(header));
        DeploymentVerdicts { deployment: Some(judged), findings, created, ..DeploymentVerdicts::default() }
    }

    /// Returns the unread part that makes the verdict on the deployment unknown. If a trail is required and none is
    /// created, any part may be the one that declares it.
    fn decisive_unread_part(&self, unread: &[UnreadPart], instances: &[TrailInstance]) -> Option<UnreadPart> {
        if let Some(best) = UnreadPart::most_likely(unread) {
            return Some(best.clone());
        }
        let is_missing = self.settings.policy.require_trail && instances.iter().all(TrailInstance::is_absent);
        unread.first().filter(|_| is_missing).cloned()
    }

    /// Returns the result of a deployment without a trail, which lists only the unread parts and the notes.
    fn not_applicable(&self, unread: Vec<UnreadPart>) -> DeploymentVerdicts {
        let notes = self.opened.notes();
        let deployment = (!unread.is_empty() || !notes.is_empty()).then(|| DeploymentResult {
            root: self.root.clone(),
            format: self.format,
            name: self.name.map(str::to_owned),
            verdict: None,
            is_by_region: false,
            trails: Vec::new(),
            satisfied: Vec::new(),
            moves: Vec::new(),
            is_root_only_in_base: self.is_root_only_in_base(),
            account: self.opened.account(),
            expected_accounts: self.opened.expected_accounts(),
            declared_account: self.settings.account_of(self.sources, &self.root, self.name),
            missing: missing(&unread),
            unread: names(unread),
            code: self.opened.code(),
            notes,
        });
        DeploymentVerdicts { deployment, ..DeploymentVerdicts::default() }
    }

    /// True if the project is a root only because the base of a comparison has it as one, although a module calls it
    /// now.
    fn is_root_only_in_base(&self) -> bool {
        let path = self.sources.path_of(&self.root);
        let options = &self.settings.evaluation;
        options.base.as_ref().is_some_and(|base| base.is_root(&path)) && !options.roots.contains(&path)
    }

    /// The location that represents the deployment; without one, the deployment has no result of its own.
    fn header(&self, instances: &[TrailInstance], elsewhere: Option<&UnreadPart>) -> Option<Span> {
        let trail = instances.first().map(|instance| instance.trail.header);
        trail
            .or_else(|| elsewhere.map(|elsewhere| elsewhere.header))
            .or_else(|| self.opened.header().filter(|_| self.requires_trail()))
    }

    /// Returns the verdict on the whole deployment; `None` if it creates no trail and none is required.
    fn deployment_verdict(
        &self,
        instances: &[TrailInstance],
        elsewhere: Option<UnreadPart>,
        header: Span,
    ) -> Option<(&'static Rule, Outcome, Option<Finding>, Witness)> {
        let created: Vec<&TrailInstance> = instances.iter().filter(|instance| !instance.is_absent()).collect();
        if created.is_empty() && elsewhere.is_none() && !self.requires_trail() {
            return None;
        }
        let (rule, check) = whole_rule()?;
        let uncreated = if instances.is_empty() { self.opened.uncreated() } else { None };
        let deployment = |trails| Deployment {
            root: self.root.clone(),
            format: self.format,
            header,
            trails,
            uncreated: uncreated.clone(),
            unread_part: elsewhere.clone(),
            is_audited: self.opened.is_audited(),
        };
        if created.iter().any(|instance| instance.satisfies()) {
            return Some((rule, Outcome::Pass, None, Witness::default()));
        }
        let verdicts = if !self.is_by_region(instances) && created.iter().all(|instance| instance.violates()) {
            // Trails that are absent in every world make no difference.
            let trails = instances
                .iter()
                .filter(|instance| !instance.is_absent() || instance.trail.never_exists())
                .map(|instance| instance.trail.clone())
                .collect();
            trail_instance::runs(self.budget, |_| check(&deployment(Vec::clone(&trails)), &self.settings.policy))
        } else {
            let verdicts = |read: &dyn Fn(&World) -> Vec<Trail>| {
                let runs = trail_instance::without_needless_failures(trail_instance::runs(self.budget, read));
                runs.into_iter()
                    .map(|(trails, world)| (check(&deployment(trails), &self.settings.policy), world))
                    .collect::<Vec<(Verdict, World)>>()
            };
            let verdicts_of_first = verdicts(&|world| self.trails(world));
            // A trail after the first one that satisfies the control may fail to evaluate in a world, and then nothing
            // is deployed in it.
            if is_mixed(&verdicts_of_first) { verdicts(&|world| self.all_trails(world)) } else { verdicts_of_first }
        };
        let may_be_none = !created.is_empty() && created.iter().all(|instance| instance.may_never_exist());
        let (outcome, finding, witness) =
            witness::combine(verdicts.iter().map(|(verdict, world)| (verdict.clone(), world)).collect());
        let outcome = if may_be_none && outcome == Outcome::Fail { Outcome::Unknown } else { outcome };
        Some((rule, outcome, finding, witness))
    }

    /// The ids of the rules that require one trail only, and that some trail passes in every world.
    fn satisfied_rules(&self, instances: &[TrailInstance]) -> Vec<&'static str> {
        let rules = RULES.iter().copied().filter(|rule| rule.is_for_one_trail);
        let rules = rules.filter(|rule| self.settings.selection.is_selected(rule));
        let is_satisfied =
            |rule: &&'static Rule| downgrade::has_one(rule, instances) || self.is_passed_in_each_world(rule, instances);
        rules.filter(is_satisfied).map(Rule::id).collect()
    }

    /// True if in each world one of several trails exists and passes the rule.
    fn is_passed_in_each_world(&self, rule: &'static Rule, instances: &[TrailInstance]) -> bool {
        let Some(check) = rule.check.trail_check() else { return false };
        if downgrade::candidates(rule, instances) < 2 {
            return false;
        }
        let runs = trail_instance::runs(self.budget, |world| self.all_trails(world));
        let passes = |trail: &Trail| {
            trail.exists.value == Known(true) && check(trail, &self.settings.policy).passes() == Some(true)
        };
        let mut runs = trail_instance::without_needless_failures(runs).into_iter();
        runs.all(|(trails, _)| trails.iter().any(passes))
    }

    /// True if the deployment fails without a trail: a trail is required, or it is an account.
    fn requires_trail(&self) -> bool {
        self.settings.policy.require_trail || self.opened.is_audited()
    }

    /// True if single-Region trails count, because no trail certainly satisfies the control alone.
    fn is_by_region(&self, instances: &[TrailInstance]) -> bool {
        !self.settings.policy.regions.is_empty() && !instances.iter().any(TrailInstance::satisfies)
    }

    /// Returns the trails of a world up to the first that satisfies the control, since the others can't change the
    /// verdict. In a world in which an evaluation fails, all trails are returned, since they decide if the world
    /// counts.
    fn trails(&self, world: &World) -> Vec<Trail> {
        let mut trails = Vec::new();
        for site in 0..self.opened.sites(SearchSubject::Trails) {
            let found = trail_instance::read(self.opened, site, world);
            let satisfies = found.iter().any(|trail| crate::rules::satisfies(trail, &self.settings.policy));
            trails.extend(found);
            if satisfies && !world.has_failed() {
                break;
            }
        }
        trails
    }

    fn all_trails(&self, world: &World) -> Vec<Trail> {
        let sites = 0..self.opened.sites(SearchSubject::Trails);
        sites.flat_map(|site| trail_instance::read(self.opened, site, world)).collect()
    }

    /// True if the trails' own findings already give the reason why the deployment has no compliant trail: each trail
    /// has findings, and all trails have the same.
    fn has_own_findings(&self, instances: &[TrailInstance]) -> bool {
        let mut conditions = instances.iter().filter(|instance| !instance.is_absent()).map(|instance| {
            let own = instance.conditions().filter(|answer| answer.finding.is_some());
            own.map(|answer| (answer.rule.id(), answer.outcome)).collect::<Vec<_>>()
        });
        let Some(first) = conditions.next() else { return false };
        let is_asked = |(id, _): &(&str, Outcome)| {
            crate::rules::find(id).is_some_and(|rule| self.settings.selection.is_selected(rule))
        };
        first.iter().any(is_asked) && conditions.all(|others| others == first)
    }

    /// Reports documents that are about no known trail.
    fn unmatched_documents(&self) -> Vec<Diagnostic> {
        let rule = &rules::UNMATCHED_EVIDENCE;
        if !self.settings.selection.is_selected(rule) {
            return Vec::new();
        }
        let report = |span: Span| {
            let span = Span { end: span.start.saturating_add(1).min(span.end), ..span };
            let finding = Finding::at(span, "this output is about no trail that is described here", "")
                .help("name the file after the trail, for example `status_NAME.json`");
            let level = self.settings.level(rule, rule.page.level);
            let suppressed = self.suppression(rule, &finding, None, None);
            Diagnostic { level, suppressed, ..Diagnostic::new(rule, finding) }
        };
        self.opened.unmatched_documents().into_iter().map(report).collect()
    }

    /// Reports the accounts of the organization without evidence, if trails are required.
    fn missing_accounts(&self, place: Span) -> Vec<Diagnostic> {
        let rule = &rules::NO_COMPLIANT_TRAIL;
        if !self.settings.policy.require_trail || !self.settings.selection.is_selected(rule) {
            return Vec::new();
        }
        let missing = self.opened.expected_accounts().map(|expected| expected.missing).unwrap_or_default();
        let report = |id: String| {
            let message = format!("account `{id}` of the organization has no evidence, and a trail is required");
            let finding = Finding::at(place, message, "the evidence of another account is here")
                .help("add the evidence of this account");
            let finding = Finding { blocked_by: vec![format!("the evidence of account {id}")], ..finding };
            let level = self.settings.level(rule, rule.page.level);
            let deployment = Some(format!("{}/{id}", self.root));
            Diagnostic {
                level,
                outcome: Outcome::Unknown,
                counts_unknown: true,
                deployment,
                ..Diagnostic::new(rule, finding)
            }
        };
        missing.into_iter().map(report).collect()
    }

    fn record(&self, instance: &TrailInstance) -> TrailResult {
        let asked = instance.results.iter().filter(|answer| self.settings.selection.is_selected(answer.rule));
        let passed = asked.clone().filter(|answer| answer.outcome == Outcome::Pass);
        let declared_elsewhere =
            asked.clone().filter(|answer| answer.finding.as_ref().is_some_and(|own| own.is_declared_elsewhere));
        let declaration = instance.trail.declaration;
        TrailResult {
            address: instance.trail.address.clone(),
            kind: instance.trail.kind,
            exists: instance.exists,
            coverage: instance.coverage,
            region: instance.region.clone(),
            account: instance.account.clone(),
            header: instance.trail.header,
            declaration,
            digest: digest(self.sources.file(declaration.file).slice(declaration)),
            owners: instance.trail.owners.clone(),
            call: instance.trail.calls.last().copied(),
            known: instance.trail.known.clone(),
            absence: absence(&instance.trail).filter(|_| instance.exists == TrailExistence::Never),
            rules: asked
                .clone()
                .filter(|answer| !answer.rule.check.is_advice())
                .map(|answer| (answer.rule, answer.outcome))
                .collect(),
            facts: instance.facts.clone(),
            arn: self.opened.arn(&instance.trail.address),
            subject: self.opened.subject(&instance.trail.address),
            documents: self.opened.documents(&instance.trail.address),
            matched: Vec::new(),
            declared_elsewhere: declared_elsewhere.map(|answer| answer.rule).collect(),
            evidence: passed.map(|answer| (answer.rule, (answer.rule.evidence)(&instance.trail))).collect(),
            advisories: asked.filter(|answer| answer.rule.check.is_advice()).map(|answer| answer.rule).collect(),
        }
    }
}

/// Returns the names of the parts that refer to a directory that doesn't exist, each with the directory.
fn missing(unread: &[UnreadPart]) -> Vec<(String, String)> {
    unread.iter().filter_map(|part| Some((part.description.clone(), part.missing.clone()?))).collect()
}

fn names(unread: Vec<UnreadPart>) -> Vec<String> {
    unread.into_iter().map(|part| part.description).collect()
}

/// Returns the value that decides that a trail isn't created.
fn absence(trail: &Trail) -> Option<Absence> {
    match (trail.exists.hops.last(), trail.exists.origin) {
        (Some(Hop { step: HopKind::Arm(Some(choice)), .. }), _) => Some(Absence::Condition(choice.describe())),
        (Some(hop), _) if hop.span != trail.header => {
            Some(Absence::Value { reference: hop.step.reference(), span: hop.span })
        }
        (None, Origin::Written(span)) if span != trail.header => Some(Absence::Value { reference: None, span }),
        (_, Origin::Written(_) | Origin::Null(_) | Origin::Absent(_)) => None,
    }
}

/// True if the deployment passes in some worlds and fails in others.
fn is_mixed(verdicts: &[(Verdict, World)]) -> bool {
    verdicts.iter().any(|(verdict, _)| matches!(verdict, Verdict::Pass))
        && verdicts.iter().any(|(verdict, _)| matches!(verdict, Verdict::Fail(_)))
}

fn whole_rule() -> Option<WholeRule> {
    RULES.iter().copied().find_map(|rule| match rule.check {
        Check::Deployment(check) => Some((rule, check)),
        _ => None,
    })
}

/// A digest of a text without its white space, in hexadecimal.
fn digest(text: &str) -> String {
    let text: String = text.split_whitespace().collect();
    Sha256::digest(text.as_bytes()).iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect()
}
