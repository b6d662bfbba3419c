//! Compares declared trails with the deployed trails of the evidence. The comparison changes no verdict.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::deployment_check::DeploymentVerdicts;
use super::settings::EngineSettings;
use crate::finding::{Finding, Level};
use crate::formats::{ACCOUNT, STATE};
use crate::model::facts::{Fact, FactKind, FactValue};
use crate::report::{
    ComparedSetting, DeploymentResult, Diagnostic, FindingInstance, LiveValue, MatchedTrail, TrailExistence,
    TrailResult,
};
use crate::rules::{self, Rule};
use crate::suppress::Suppressions;

/// The trail that Control Tower creates in each account.
const CONTROL_TOWER: &str = "aws-controltower-BaselineCloudTrail";

/// The result of the comparison.
#[derive(Default)]
pub(super) struct Drift {
    pub(super) findings: Vec<Diagnostic>,
    /// The deployed trails of declared ones.
    matched: HashMap<DeclaredKey, Vec<MatchedTrail>>,
    /// True if trails are declared and deployed, and none of them belong together.
    pub(super) matches_nothing: bool,
}

/// The root and the name of a deployment, and the address of a trail in it.
type DeclaredKey = (String, Option<String>, String);

impl Drift {
    /// Adds the deployed trails to the declared ones of a deployment.
    pub(super) fn add_to(&mut self, deployment: &mut DeploymentResult) {
        if self.matched.is_empty() {
            return;
        }
        for trail in &mut deployment.trails {
            let key = (deployment.root.clone(), deployment.name.clone(), trail.address.clone());
            trail.matched = self.matched.remove(&key).unwrap_or_default();
        }
    }
}

/// A declared trail, or one of a state.
#[derive(Clone, Copy)]
struct Declared<'a> {
    deployment: &'a DeploymentResult,
    trail: &'a TrailResult,
}

/// A deployed trail in the evidence.
#[derive(Clone, Copy)]
struct Live<'a> {
    deployment: &'a DeploymentResult,
    trail: &'a TrailResult,
}

/// Compares the trails of all deployments.
pub(super) fn compare(
    verdicts: &[&DeploymentVerdicts],
    suppressions: &Suppressions<'_>,
    settings: &EngineSettings,
) -> Drift {
    let deployments: Vec<&DeploymentResult> = verdicts.iter().filter_map(|own| own.deployment.as_ref()).collect();
    let accounts: Vec<&DeploymentResult> = deployments.iter().copied().filter(|own| own.format == ACCOUNT).collect();
    if accounts.is_empty() {
        return Drift::default();
    }
    let lives = LiveTrails::new(lives(&accounts));
    let links = Links::of(&deployments);
    let declared: Vec<Declared<'_>> = deployments
        .iter()
        .copied()
        .filter(|deployment| deployment.format != ACCOUNT && !links.is_linked_state(deployment))
        .flat_map(|deployment| deployment.trails.iter().map(move |trail| Declared { deployment, trail }))
        .filter(|declared| declared.trail.exists != TrailExistence::Never)
        .collect();
    let matched: Vec<Vec<&Live<'_>>> = declared.iter().map(|declared| links.matching(*declared, &lives)).collect();
    let has_any = matched.iter().any(|lives| !lives.is_empty());
    let comparison = Comparison { suppressions, settings };
    let mut findings = Vec::new();
    let mut by_trail: HashMap<DeclaredKey, Vec<MatchedTrail>> = HashMap::new();
    for (declared, lives) in declared.iter().zip(&matched) {
        let mut own = Vec::new();
        for live in lives {
            findings.extend(comparison.drifted(*declared, live));
            own.push(declared.compared_with(live));
        }
        let (root, name) = declared.key();
        by_trail.insert((root.to_owned(), name.map(str::to_owned), declared.trail.address.clone()), own);
    }
    if has_any {
        findings.extend(comparison.undeployed(&declared, &matched, &accounts));
        findings.extend(comparison.undeclared(&lives.all, &matched));
    }
    let is_compared = !lives.all.is_empty() && declared.iter().any(|declared| declared.deployment.format != STATE);
    Drift { findings, matched: by_trail, matches_nothing: is_compared && !has_any }
}

/// The deployed trails, each once: in the account that owns it if that is in the evidence.
fn lives<'a>(accounts: &[&'a DeploymentResult]) -> Vec<Live<'a>> {
    let mut by_address: BTreeMap<(&str, &str), Live<'a>> = BTreeMap::new();
    for deployment in accounts.iter().copied() {
        for trail in &deployment.trails {
            let live = Live { deployment, trail };
            // A trail without an ARN belongs to its deployment alone.
            let place = if trail.address.starts_with("arn:") { "" } else { deployment.root.as_str() };
            let known = by_address.entry((place, &trail.address)).or_insert(live);
            if live.is_in_own_account() {
                *known = live;
            }
        }
    }
    by_address.into_values().collect()
}

/// The deployed trails, with the names by which declared ones are found.
struct LiveTrails<'a> {
    all: Vec<Live<'a>>,
    by_address: HashMap<&'a str, Vec<usize>>,
    by_name: HashMap<&'a str, Vec<usize>>,
    /// Those whose names CloudFormation may have generated, by logical id.
    by_logical_id: HashMap<&'a str, Vec<usize>>,
}

impl<'a> LiveTrails<'a> {
    fn new(all: Vec<Live<'a>>) -> Self {
        let (mut by_address, mut by_name, mut by_logical_id) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (index, live) in all.iter().enumerate() {
            let add = |map: &mut HashMap<&'a str, Vec<usize>>, key| map.entry(key).or_default().push(index);
            add(&mut by_address, live.trail.address.as_str());
            let Some(name) = live.trail.facts.name.as_deref() else { continue };
            add(&mut by_name, name);
            if let Some(id) = logical_id(name) {
                add(&mut by_logical_id, id);
            }
        }
        Self { all, by_address, by_name, by_logical_id }
    }

    fn of<'l>(&'l self, map: &'l HashMap<&'a str, Vec<usize>>, key: &str) -> impl Iterator<Item = &'l Live<'a>> {
        map.get(key).into_iter().flatten().filter_map(|index| self.all.get(*index))
    }
}

/// The ARNs that states record for addresses of code.
struct Links<'a> {
    by_root: HashMap<(&'a str, Option<&'a str>), HashMap<&'a str, &'a str>>,
    /// The states that belong to a root.
    linked_states: BTreeSet<&'a str>,
}

impl<'a> Links<'a> {
    /// A state belongs to the only root that declares the addresses of all its trails.
    fn of(deployments: &[&'a DeploymentResult]) -> Self {
        let mut links = Self { by_root: HashMap::new(), linked_states: BTreeSet::new() };
        for state in deployments.iter().filter(|own| own.format == STATE && !own.trails.is_empty()) {
            let declares_all = |root: &&&DeploymentResult| {
                let addresses: BTreeSet<&str> = root.trails.iter().map(|trail| trail.address.as_str()).collect();
                state.trails.iter().all(|trail| addresses.contains(trail.address.as_str()))
            };
            let is_code = |own: &&&DeploymentResult| own.format != STATE && own.format != ACCOUNT;
            let roots: Vec<&&DeploymentResult> = deployments.iter().filter(is_code).filter(declares_all).collect();
            let [root] = roots.as_slice() else { continue };
            links.linked_states.insert(&state.root);
            let known = links.by_root.entry((&root.root, root.name.as_deref())).or_default();
            let arns = state.trails.iter().filter_map(|trail| Some((trail.address.as_str(), trail.arn.as_deref()?)));
            known.extend(arns);
        }
        links
    }

    fn is_linked_state(&self, deployment: &DeploymentResult) -> bool {
        deployment.format == STATE && self.linked_states.contains(deployment.root.as_str())
    }

    /// The deployed trails of a declared one.
    fn matching<'l>(&self, declared: Declared<'_>, lives: &'l LiveTrails<'a>) -> Vec<&'l Live<'a>> {
        let key = (declared.deployment.root.as_str(), declared.deployment.name.as_deref());
        let linked = self.by_root.get(&key).and_then(|arns| arns.get(declared.trail.address.as_str()).copied());
        if let Some(arn) = linked.or(declared.trail.arn.as_deref()) {
            return lives.of(&lives.by_address, arn).collect();
        }
        if let Some(name) = &declared.trail.facts.name {
            return lives.of(&lives.by_name, name).filter(|live| declared.may_be_in(live)).collect();
        }
        if !declared.trail.kind.contains("::") {
            return Vec::new();
        }
        let id = declared.trail.address.rsplit('/').next().unwrap_or_default();
        let generated: Vec<&Live<'_>> =
            lives.of(&lives.by_logical_id, id).filter(|live| declared.may_be_in(live)).collect();
        if generated.len() == 1 { generated } else { Vec::new() }
    }
}

/// The logical id in a name that CloudFormation may have generated: `STACK-LOGICALID-SUFFIX`.
fn logical_id(name: &str) -> Option<&str> {
    let (rest, suffix) = name.rsplit_once('-')?;
    let (stack, id) = rest.rsplit_once('-')?;
    let is_suffix = (12..=13).contains(&suffix.len())
        && suffix.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    (is_suffix && !stack.is_empty()).then_some(id)
}

impl Declared<'_> {
    /// The account to which it is deployed, if the configuration or its provider determines it.
    fn account(&self) -> Option<&str> {
        self.deployment.declared_account.as_deref().or(self.trail.account.as_deref())
    }

    /// True if the known Region, partition and account don't exclude a deployed trail.
    fn may_be_in(&self, live: &Live<'_>) -> bool {
        let is_same = |own: Option<&str>, other: Option<&str>| match (own, other) {
            (Some(own), Some(other)) => own == other,
            (_, _) => true,
        };
        is_same(self.trail.region.as_deref(), live.trail.region.as_deref()) && is_same(self.account(), live.owner())
    }
}

impl Declared<'_> {
    /// The comparison of all settings.
    fn compared_with(&self, live: &Live<'_>) -> MatchedTrail {
        let (own, other) = (&self.trail.facts, &live.trail.facts);
        let pairs = own.facts.iter().filter_map(|fact| Some((fact, other.fact(fact.kind)?)));
        MatchedTrail {
            address: live.trail.address.clone(),
            root: live.deployment.root.clone(),
            account: live.owner().map(str::to_owned),
            header: live.trail.header,
            compared: pairs
                .map(|(own_fact, fact)| ComparedSetting::new(own_fact, fact, own.ignores(own_fact, fact)))
                .collect(),
        }
    }
}

impl Live<'_> {
    fn name(&self) -> Option<&str> {
        self.trail.facts.name.as_deref()
    }

    /// The account that owns it.
    fn owner(&self) -> Option<&str> {
        let of_arn = self.trail.address.starts_with("arn:").then(|| self.trail.address.split(':').nth(4)).flatten();
        of_arn.or(self.deployment.account.as_ref().map(|account| account.id.as_str()))
    }

    fn is_in_own_account(&self) -> bool {
        let account = self.deployment.account.as_ref().map(|account| account.id.as_str());
        account.is_none() || account == self.owner()
    }

    /// The account in messages.
    fn place(&self) -> String {
        self.owner().map_or_else(|| format!("`{}`", self.deployment.root), |owner| format!("account {owner}"))
    }
}

/// The settings for findings about a comparison.
struct Comparison<'a> {
    suppressions: &'a Suppressions<'a>,
    settings: &'a EngineSettings,
}

impl Comparison<'_> {
    /// The differences between a declared trail and a deployed one.
    fn drifted(&self, declared: Declared<'_>, live: &Live<'_>) -> Vec<Diagnostic> {
        let (own, other) = (&declared.trail.facts, &live.trail.facts);
        let mut findings = Vec::new();
        for fact in &own.facts {
            let Some(deployed) = other.fact(fact.kind) else { continue };
            if fact.differs_from(deployed) != Some(true) {
                continue;
            }
            let is_state = declared.deployment.format == STATE;
            let place = if is_state { "the state" } else { "the code" };
            let message = difference(fact, deployed, place, &live.place());
            let finding = Finding::at(fact.span, message, format!("in {place}"))
                .for_argument(fact.argument)
                .with_label(deployed.span, format!("in {}", live.place()));
            let finding = match (is_state, own.ignores(fact, deployed)) {
                (true, _) => finding.with_note("the state is the result of Terraform's last refresh"),
                (false, true) => finding
                    .with_note("Terraform keeps the deployed value, because `ignore_changes` names the argument")
                    .with_level(Level::Note),
                (false, false) => finding.with_note("the next deployment of the code would set it back"),
            };
            let finding = finding.help(format!(
                "deploy the code again, or change it to the deployed value; the deployed trail is `{}`",
                live.trail.address
            ));
            let live = LiveValue { address: live.trail.address.clone(), span: deployed.span };
            let finding = self.report(&rules::DRIFTED_TRAIL, finding, declared.deployment, declared.trail);
            findings.extend(finding.map(|finding| Diagnostic { live: Some(live), ..finding }));
        }
        findings
    }

    /// Declared trails that certainly aren't deployed.
    fn undeployed(
        &self,
        declared: &[Declared<'_>],
        matched: &[Vec<&Live<'_>>],
        accounts: &[&DeploymentResult],
    ) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        // The accounts of the matched trails of each deployment.
        let mut owners_by_root: HashMap<(&str, Option<&str>), BTreeSet<&str>> = HashMap::new();
        for (own, lives) in declared.iter().zip(matched) {
            let owners = owners_by_root.entry(own.key()).or_default();
            owners.extend(lives.iter().filter_map(|live| live.owner()));
        }
        let is_complete = |account: &&&DeploymentResult| account.unread.is_empty();
        let numbers = accounts.iter().filter(is_complete).filter_map(|account| account.account.as_ref());
        let listed: BTreeSet<&str> = numbers.map(|account| account.id.as_str()).collect();
        for (own, lives) in declared.iter().zip(matched) {
            let is_certain = own.trail.exists == TrailExistence::Always && own.trail.facts.name.is_some();
            if !lives.is_empty() || !is_certain || own.deployment.format == STATE {
                continue;
            }
            let owners: BTreeSet<&str> = match (own.account(), owners_by_root.get(&own.key()), accounts) {
                (Some(account), ..) => BTreeSet::from([account]),
                (None, Some(owners), _) if !owners.is_empty() => owners.clone(),
                (None, _, [only]) if owners_by_root.len() == 1 => {
                    only.account.iter().map(|account| account.id.as_str()).collect()
                }
                (None, ..) => BTreeSet::new(),
            };
            if owners.is_empty() || !owners.iter().all(|owner| listed.contains(owner)) {
                continue;
            }
            let places: Vec<String> = owners.iter().map(|owner| format!("account {owner}")).collect();
            let message = format!("isn't deployed in {}", places.join(" and "));
            let finding = Finding::at(own.trail.header, message, "no deployed trail has this name")
                .help("deploy the code, or remove the trail from it");
            findings.extend(self.report(&rules::UNDEPLOYED_TRAIL, finding, own.deployment, own.trail));
        }
        findings
    }

    /// Deployed trails that no code declares.
    fn undeclared(&self, lives: &[Live<'_>], matched: &[Vec<&Live<'_>>]) -> Vec<Diagnostic> {
        let known: BTreeSet<&str> = matched.iter().flatten().map(|live| live.trail.address.as_str()).collect();
        let mut findings = Vec::new();
        for live in lives {
            let is_known = known.contains(live.trail.address.as_str()) || live.name() == Some(CONTROL_TOWER);
            if is_known || !live.is_in_own_account() {
                continue;
            }
            let finding = Finding::at(live.trail.header, "is declared by no checked code", "deployed here")
                .help("declare the trail in code and import it, or delete it");
            findings.extend(self.report(&rules::UNDECLARED_TRAIL, finding, live.deployment, live.trail));
        }
        findings
    }

    fn report(
        &self,
        rule: &'static Rule,
        finding: Finding,
        deployment: &DeploymentResult,
        trail: &TrailResult,
    ) -> Option<Diagnostic> {
        if !self.settings.selection.is_selected(rule) {
            return None;
        }
        let places: Vec<_> = finding.labels().map(|label| label.span).chain([trail.header]).chain(trail.call).collect();
        let suppressed = self.suppressions.find(rule, Some(&trail.address), &places);
        let is_enforced = self.settings.selection.enforced.contains(&rule.id());
        let level = self.settings.level(rule, finding.level.unwrap_or(rule.page.level));
        let instance = FindingInstance {
            address: Some(trail.address.clone()),
            named: trail.subject.clone(),
            deployment: Some(deployment.root.clone()),
            deployment_name: deployment.name.clone(),
            fingerprint: String::new(),
            loss: None,
        };
        let message = format!(" {}", finding.message);
        let diagnostic = Diagnostic {
            level,
            deployment: Some(deployment.root.clone()),
            deployment_name: deployment.name.clone(),
            suppressed: suppressed.filter(|_| !is_enforced),
            ..Diagnostic::new(rule, Finding { message, ..finding })
        };
        Some(diagnostic.for_instances(vec![instance]))
    }
}

impl<'a> Declared<'a> {
    fn key(&self) -> (&'a str, Option<&'a str>) {
        (&self.deployment.root, self.deployment.name.as_deref())
    }
}

/// The message about a difference, which follows the trail's name.
fn difference(fact: &Fact, deployed: &Fact, place: &str, account: &str) -> String {
    let words = |on: &'static str, off: &'static str| match fact.value {
        Some(FactValue::Switch(true)) => format!("{on} in {place}, {off} in {account}"),
        _ => format!("{off} in {place}, {on} in {account}"),
    };
    match (fact.kind, &fact.value, &deployed.value) {
        (FactKind::IsMultiRegion, ..) => format!("is {}", words("multi-Region", "single-Region")),
        (FactKind::IsLogging, ..) => format!("is {}", words("logging", "stopped")),
        (FactKind::IncludesGlobalEvents, ..) => {
            format!("is {}", words("with the events of global services", "without the events of global services"))
        }
        (FactKind::ValidatesLogFiles, ..) => {
            format!("is {}", words("with log file validation", "without log file validation"))
        }
        (FactKind::IsOrganizationTrail, ..) => {
            format!("is {}", words("an organization trail", "a trail of one account"))
        }
        (FactKind::Selectors, ..) => format!("records other events in {account} than in {place}"),
        (FactKind::Key, Some(FactValue::NotSet), _) => format!("has no KMS key in {place}, but one in {account}"),
        (FactKind::Key, _, Some(FactValue::NotSet)) => format!("has a KMS key in {place}, but none in {account}"),
        (FactKind::Key, ..) => format!("has another KMS key in {account} than in {place}"),
        (FactKind::Bucket, ..) => format!("delivers to another bucket in {account} than in {place}"),
        (FactKind::LogGroup, Some(FactValue::NotSet), _) => {
            format!("has no log group in {place}, but one in {account}")
        }
        (FactKind::LogGroup, _, Some(FactValue::NotSet)) => {
            format!("has a log group in {place}, but none in {account}")
        }
        (FactKind::LogGroup, ..) => format!("delivers to another log group in {account} than in {place}"),
        (FactKind::LogRole, Some(FactValue::NotSet), _) => {
            format!("has no role for CloudWatch Logs in {place}, but one in {account}")
        }
        (FactKind::LogRole, _, Some(FactValue::NotSet)) => {
            format!("has a role for CloudWatch Logs in {place}, but none in {account}")
        }
        (FactKind::LogRole, ..) => format!("has another role for CloudWatch Logs in {account} than in {place}"),
        (FactKind::Prefix, ..) => format!("has another key prefix in {account} than in {place}"),
    }
}
