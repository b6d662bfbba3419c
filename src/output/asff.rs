//! `asff`: findings for AWS Security Hub, in the AWS Security Finding Format.
//!
//! The lengths and required fields are those of `AwsSecurityFinding` in botocore's model of Security Hub.

use serde::Serialize;

use super::annotation;
use super::citation::cis_version;
use super::compliance::{self, ControlStatus};
use super::full::{PathBase, rooted_place_of};
use super::json::pretty;
use super::provenance::sha256;
use super::rule_list::benchmark_title;
use crate::finding::Level;
use crate::formats::ACCOUNT;
use crate::model::facts::{FactKind, FactValue};
use crate::model::region;
use crate::report::{DeploymentResult, Diagnostic, Outcome, Report, ReportDate, TrailExistence, TrailResult, View};
use crate::rules::{self, ADDRESSES, Rule};

const MAX_ID: usize = 512;
const MAX_TITLE: usize = 256;
const MAX_DESCRIPTION: usize = 1024;
const MAX_TEXT: usize = 512;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SecurityFinding {
    schema_version: &'static str,
    id: String,
    product_arn: String,
    generator_id: String,
    aws_account_id: String,
    created_at: String,
    updated_at: String,
    title: String,
    description: String,
    finding_provider_fields: ProviderFields,
    resources: [SecurityResource; 1],
    compliance: SecurityCompliance,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<Remediation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow: Option<Workflow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<SecurityNote>,
    record_state: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProviderFields {
    severity: SecuritySeverity,
    types: [String; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SecuritySeverity {
    label: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SecurityResource {
    #[serde(rename = "Type")]
    kind: &'static str,
    id: String,
    partition: String,
    region: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<ResourceDetails>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceDetails {
    aws_cloud_trail_trail: TrailDetails,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "PascalCase")]
struct TrailDetails {
    trail_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    home_region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_multi_region_trail: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_global_service_events: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_file_validation_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_organization_trail: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "S3BucketName")]
    bucket: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SecurityCompliance {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_requirements: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Remediation {
    recommendation: Recommendation,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Recommendation {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Workflow {
    status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SecurityNote {
    text: String,
    updated_by: &'static str,
    updated_at: String,
}

/// The subject of a finding: an account and a Region, and the deployment and the trail if it is about them.
struct Subject<'a> {
    deployment: Option<&'a DeploymentResult>,
    trail: Option<&'a TrailResult>,
    account: String,
    region: String,
    partition: String,
}

/// The result of a rule, or a control without a result.
struct SecurityResult {
    generator: String,
    identity: String,
    title: String,
    description: String,
    severity: &'static str,
    status: &'static str,
    requirement: Option<String>,
    benchmark: Option<String>,
    help: Option<String>,
    suppressed: Option<String>,
}

pub(super) fn render(report: &Report, view: &View) -> String {
    pretty(&findings(report, view).unwrap_or_default())
}

/// The option that has to give a value without which the report can't be written.
pub fn missing_option(report: &Report, view: &View) -> Option<&'static str> {
    findings(report, view).err()
}

/// All findings, or the option that is missing.
fn findings(report: &Report, view: &View) -> Result<Vec<SecurityFinding>, &'static str> {
    let date = view.date.ok_or("--date")?;
    let mut all = Vec::new();
    for diagnostic in report.findings.iter().filter(|own| view.is_reported(own)) {
        let subject = Subject::of_finding(diagnostic, report, view)?;
        all.push(SecurityFinding::new(of_finding(diagnostic, report, view), &subject, view, date));
    }
    if view.shows_passed {
        all.extend(passes(report, view, date)?);
        all.extend(not_judged(report, view, date)?);
    }
    Ok(all)
}

fn of_finding(diagnostic: &Diagnostic, report: &Report, view: &View) -> SecurityResult {
    let reason = annotation::reason(diagnostic).map(|reason| format!(": {reason}")).unwrap_or_default();
    let message = &diagnostic.finding.message;
    let is_elsewhere = diagnostic.finding.is_declared_elsewhere;
    SecurityResult {
        generator: diagnostic.rule.id().to_owned(),
        identity: diagnostic.fingerprint.clone(),
        title: message.clone(),
        description: format!("{message}{reason} ({})", rooted_place_of(diagnostic, report)),
        severity: match (diagnostic.outcome, diagnostic.level) {
            (Outcome::Fail, Level::Error) => "HIGH",
            (Outcome::Fail, Level::Warning) => "MEDIUM",
            (Outcome::Fail | Outcome::Pass | Outcome::Unknown, _) => "INFORMATIONAL",
        },
        status: match diagnostic.outcome {
            Outcome::Pass => "PASSED",
            Outcome::Fail => "FAILED",
            Outcome::Unknown if is_elsewhere => "NOT_AVAILABLE",
            Outcome::Unknown => "WARNING",
        },
        requirement: requirement(diagnostic.rule, &view.cited),
        benchmark: standard(diagnostic.rule, &view.cited),
        help: diagnostic.finding.help.clone(),
        suppressed: diagnostic.suppressed.as_ref().map(|own| own.describe()),
    }
}

/// The passed rules of trails that are created.
fn passes(report: &Report, view: &View, date: ReportDate) -> Result<Vec<SecurityFinding>, &'static str> {
    let mut all = Vec::new();
    for deployment in &report.deployments {
        for trail in deployment.trails.iter().filter(|trail| trail.exists != TrailExistence::Never) {
            for (rule, _) in trail.rules.iter().filter(|(_, outcome)| *outcome == Outcome::Pass) {
                let subject = Subject::new(Some(deployment), Some(trail), view)?;
                let result = SecurityResult {
                    generator: rule.id().to_owned(),
                    identity: format!("passed:{}:{}:{}", rule.id(), named(deployment), trail.address),
                    title: format!("trail `{}` passes {}", trail.address, rule.id()),
                    description: format!("{} passes: {}", trail.address, rule.page.summary),
                    severity: "INFORMATIONAL",
                    status: "PASSED",
                    requirement: requirement(rule, &view.cited),
                    benchmark: standard(rule, &view.cited),
                    help: None,
                    suppressed: None,
                };
                all.push(SecurityFinding::new(result, &subject, view, date));
            }
        }
    }
    Ok(all)
}

/// The controls of the requested benchmark that aren't judged.
fn not_judged(report: &Report, view: &View, date: ReportDate) -> Result<Vec<SecurityFinding>, &'static str> {
    let mut all = Vec::new();
    for (statement, deployment) in compliance::statements(report, view, PathBase::Root).iter().zip(&report.deployments)
    {
        for control in statement.controls.iter().filter(|own| own.status == ControlStatus::NotJudged) {
            let benchmark = statement.benchmark;
            let result = SecurityResult {
                generator: format!("{benchmark}/{}", control.id),
                identity: format!("not-judged:{benchmark}:{}:{}", control.id, named(deployment)),
                title: format!("{} isn't judged: {}", control.id, control.title),
                description: control.reason.clone().unwrap_or_else(|| control.title.to_owned()),
                severity: "INFORMATIONAL",
                status: "NOT_AVAILABLE",
                requirement: Some(format!("{}/{}", standard_version(benchmark), control.id)),
                benchmark: Some(benchmark.to_owned()),
                help: None,
                suppressed: None,
            };
            let subject = Subject::new(Some(deployment), None, view)?;
            all.push(SecurityFinding::new(result, &subject, view, date));
        }
    }
    Ok(all)
}

impl SecurityFinding {
    fn new(result: SecurityResult, subject: &Subject<'_>, view: &View, date: ReportDate) -> Self {
        let Subject { account, region, partition, .. } = subject;
        let time = date.timestamp();
        Self {
            schema_version: "2018-10-08",
            id: limited_id(format!("trailint/{account}/"), &result.identity),
            product_arn: format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
            generator_id: cut(&format!("trailint/{}", result.generator), MAX_TEXT),
            aws_account_id: account.clone(),
            created_at: time.clone(),
            updated_at: time.clone(),
            title: cut(&text_of(&result.title, &result), MAX_TITLE),
            description: cut(&text_of(&result.description, &result), MAX_DESCRIPTION),
            finding_provider_fields: ProviderFields {
                severity: SecuritySeverity { label: result.severity },
                types: [finding_type(result.benchmark.as_deref())],
            },
            resources: [subject.resource(view)],
            compliance: SecurityCompliance {
                status: result.status,
                related_requirements: result.requirement.into_iter().collect(),
            },
            remediation: result.help.filter(|help| !is_blank(help)).map(|help| Remediation {
                recommendation: Recommendation {
                    text: cut(&plain(&help), MAX_TEXT),
                    url: rules::find(&result.generator).and_then(|rule| ADDRESSES.rule(rule.id())),
                },
            }),
            workflow: result.suppressed.is_some().then_some(Workflow { status: "SUPPRESSED" }),
            note: result.suppressed.filter(|reason| !is_blank(reason)).map(|reason| SecurityNote {
                text: cut(&plain(&reason), MAX_TEXT),
                updated_by: env!("CARGO_PKG_NAME"),
                updated_at: time,
            }),
            record_state: "ACTIVE",
        }
    }
}

impl<'a> Subject<'a> {
    fn of_finding(diagnostic: &Diagnostic, report: &'a Report, view: &View) -> Result<Self, &'static str> {
        let is_own = |deployment: &&DeploymentResult| {
            diagnostic.deployment.as_ref() == Some(&deployment.root) && diagnostic.deployment_name == deployment.name
        };
        let deployment = report.deployments.iter().find(is_own);
        let address = diagnostic.address.as_ref();
        let trail = deployment.and_then(|own| own.trails.iter().find(|trail| Some(&trail.address) == address));
        Self::new(deployment, trail, view)
    }

    fn new(
        deployment: Option<&'a DeploymentResult>,
        trail: Option<&'a TrailResult>,
        view: &View,
    ) -> Result<Self, &'static str> {
        let audited = deployment.and_then(|deployment| deployment.account.as_ref());
        let declared = deployment.and_then(|deployment| deployment.declared_account.clone());
        let account = audited.map(|account| account.id.clone()).or(declared).or_else(|| view.account.clone());
        let own = trail.and_then(|trail| trail.region.clone());
        let region = own.or_else(|| view.region.clone()).ok_or("--region")?;
        let of_region = region::partition(&region).map(|partition| partition.name.to_owned());
        let partition = audited.map(|account| account.partition.clone()).or(of_region);
        Ok(Self {
            deployment,
            trail,
            account: account.ok_or("--account")?,
            region,
            partition: partition.unwrap_or_else(|| "aws".to_owned()),
        })
    }

    fn resource(&self, view: &View) -> SecurityResource {
        let (partition, region) = (self.partition.clone(), self.region.clone());
        let is_live = self.deployment.is_some_and(|deployment| deployment.format == ACCOUNT);
        let arn = self.trail.filter(|trail| is_live && trail.address.starts_with("arn:"));
        let arn = arn.map(|trail| (trail, trail.address.clone()));
        if let Some((trail, id)) = arn {
            let details = ResourceDetails { aws_cloud_trail_trail: TrailDetails::of(trail, &id) };
            return SecurityResource { kind: "AwsCloudTrailTrail", id, partition, region, details: Some(details) };
        }
        let (kind, id) = match self.deployment {
            Some(deployment) if !is_live => ("Other", self.declared_id(deployment, view)),
            Some(_) | None => ("AwsAccount", format!("AWS::::Account:{}", self.account)),
        };
        SecurityResource { kind, id, partition, region, details: None }
    }

    /// The repository, the root of the deployment, and the address.
    fn declared_id(&self, deployment: &DeploymentResult, view: &View) -> String {
        let origin = view.repository.as_ref().map(|origin| format!("{origin}//")).unwrap_or_default();
        let address = self.trail.map(|trail| format!("#{}", trail.address)).unwrap_or_default();
        limited_id(String::new(), &format!("{origin}{}{address}", named(deployment)))
    }
}

impl TrailDetails {
    fn of(trail: &TrailResult, arn: &str) -> Self {
        let value = |kind: FactKind| trail.facts.fact(kind).and_then(|fact| fact.value.as_ref());
        let switch = |kind| match value(kind) {
            Some(FactValue::Switch(is_on)) => Some(*is_on),
            _ => None,
        };
        Self {
            trail_arn: arn.to_owned(),
            name: trail.facts.name.clone(),
            home_region: trail.region.clone(),
            is_multi_region_trail: switch(FactKind::IsMultiRegion),
            include_global_service_events: switch(FactKind::IncludesGlobalEvents),
            log_file_validation_enabled: switch(FactKind::ValidatesLogFiles),
            is_organization_trail: switch(FactKind::IsOrganizationTrail),
            kms_key_id: match value(FactKind::Key) {
                Some(FactValue::Set(arn)) => arn.clone(),
                _ => None,
            },
            bucket: match value(FactKind::Bucket) {
                Some(FactValue::Text(bucket)) if !bucket.is_empty() => Some(bucket.clone()),
                _ => None,
            },
        }
    }
}

/// The root of a deployment, with its name in the configuration.
fn named(deployment: &DeploymentResult) -> String {
    let name = deployment.name.as_ref().map(|name| format!("@{name}")).unwrap_or_default();
    format!("{}{name}", deployment.root)
}

fn standard(rule: &'static Rule, benchmark: &str) -> Option<String> {
    rules::number_of(rule, benchmark).map(|_| benchmark.to_owned())
}

fn requirement(rule: &'static Rule, benchmark: &str) -> Option<String> {
    let number = rules::number_of(rule, benchmark)?;
    Some(cut(&format!("{}/{number}", standard_version(benchmark)), MAX_TEXT))
}

fn standard_version(benchmark: &str) -> String {
    match cis_version(benchmark) {
        Some(version) => format!("CIS AWS Foundations Benchmark v{version}"),
        None => benchmark_title(benchmark),
    }
}

fn finding_type(benchmark: Option<&str>) -> String {
    const STANDARDS: &str = "Software and Configuration Checks/Industry and Regulatory Standards";
    let name = match benchmark {
        None => return "Software and Configuration Checks/AWS Security Best Practices".to_owned(),
        Some(benchmark) if benchmark.starts_with("cis-") => "CIS AWS Foundations Benchmark",
        Some("fsbp") => "AWS-Foundational-Security-Best-Practices",
        Some("pci-dss-4.0.1") => "PCI-DSS",
        Some(_) => "NIST-800-53",
    };
    format!("{STANDARDS}/{name}")
}

/// An id of at most [`MAX_ID`] characters; the digest replaces one that is longer.
fn limited_id(prefix: String, identity: &str) -> String {
    let fits = prefix.chars().count().saturating_add(identity.chars().count()) <= MAX_ID;
    if fits { prefix + identity } else { prefix + "sha256:" + &sha256(identity.as_bytes()) }
}

/// The text, or the rule if it is blank.
fn text_of(text: &str, result: &SecurityResult) -> String {
    if is_blank(text) { result.generator.clone() } else { plain(text) }
}

/// True if nothing of the text remains visible.
fn is_blank(text: &str) -> bool {
    plain(text).trim().is_empty()
}

/// The text without the marks around names.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// The text with at most this many characters, also after its active characters are escaped.
fn cut(text: &str, limit: usize) -> String {
    let text = super::sanitize::sanitize(text);
    if text.chars().count() <= limit {
        return text.into_owned();
    }
    let kept: String = text.chars().take(limit.saturating_sub(1)).collect();
    kept + "…"
}

/// The message about a missing option.
pub fn needs(option: &str) -> String {
    let value = match option {
        "--date" => "its findings have a date, and a report doesn't depend on the clock",
        "--account" => "a finding has no account of its own",
        _ => "a finding has no Region of its own",
    };
    format!("the format `asff` needs `{option}`: {value}")
}
