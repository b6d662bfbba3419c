//! Suppressions of other tools, for their rules that correspond to one of ours.

use std::cell::LazyCell;

use serde::{Deserialize, Serialize};

use super::comment_scope;
use super::ignores::{MAX_IGNORES, SuppressionSource};
use super::outline::PlaceOutline;
use crate::report::{Date, SuppressedBy, Suppression};
use crate::rules::{self, Rule};
use crate::source::{SourceFile, Span};
use crate::syntax::node::{Mapping, Node};

/// Another tool whose comments can suppress findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OtherTool {
    Checkov,
    Trivy,
    Kics,
    Tflint,
    CfnGuard,
    CfnNag,
}

impl OtherTool {
    /// The tool's name in its own spelling.
    pub fn name(self) -> &'static str {
        match self {
            OtherTool::Checkov => "Checkov",
            OtherTool::Trivy => "Trivy",
            OtherTool::Kics => "KICS",
            OtherTool::Tflint => "TFLint",
            OtherTool::CfnGuard => "CloudFormation Guard",
            OtherTool::CfnNag => "cfn_nag",
        }
    }
}

/// The rules of other tools that correspond to our rules: the tool, its id, our rule.
///
/// A rule about all buckets is listed only if it checks exactly what our rule checks for the log bucket, which is the
/// case for access logging. Our check of public access is stricter than any single rule of theirs, so only their rules
/// about the logs of CloudTrail are listed for it.
///
/// The ids come from the tools' sources:
/// Checkov, `checkov/{terraform,cloudformation}/checks/resource/aws/Cloudtrail*.py`, `S3AccessLogs.py` and
/// `S3BucketLogging.yaml` in bridgecrewio/checkov; Trivy, `checks/cloud/aws/{cloudtrail,s3}/*.rego` in
/// aquasecurity/trivy-checks (`id`, `aliases`), and `docs/checks/aws` in aquasecurity/tfsec, the earlier home of these
/// checks, with the ids of its first versions (`AWS063`); KICS,
/// `assets/queries/{terraform,cloudFormation}/aws/{cloudtrail_*,s3_bucket_cloudtrail_*}/metadata.json` in
/// Checkmarx/kics; CloudFormation Guard, `rules/aws/{cloudtrail,amazon_s3}/*.guard` in
/// aws-cloudformation/aws-guard-rules-registry; `cfn_nag`, `lib/cfn-nag/custom_rules` in stelligent/cfn_nag. TFLint's
/// rules for AWS (`docs/rules` in terraform-linters/tflint-ruleset-aws) have none that corresponds.
pub static FOREIGN: &[(OtherTool, &str, &str)] = &[
    (OtherTool::Checkov, "CKV_AWS_67", "single-region-trail"),
    (OtherTool::Checkov, "CKV_AWS_251", "stopped-trail"),
    (OtherTool::Checkov, "CKV_AWS_36", "unvalidated-logs"),
    (OtherTool::Checkov, "CKV_AWS_35", "logs-without-kms"),
    (OtherTool::Checkov, "CKV_AWS_18", "unlogged-log-bucket"),
    (OtherTool::Checkov, "CKV2_AWS_10", "logs-without-cloudwatch"),
    (OtherTool::Trivy, "AVD-AWS-0014", "single-region-trail"),
    (OtherTool::Trivy, "AWS-0014", "single-region-trail"),
    (OtherTool::Trivy, "aws-cloudtrail-enable-all-regions", "single-region-trail"),
    (OtherTool::Trivy, "AWS063", "single-region-trail"),
    (OtherTool::Trivy, "AVD-AWS-0016", "unvalidated-logs"),
    (OtherTool::Trivy, "AWS-0016", "unvalidated-logs"),
    (OtherTool::Trivy, "aws-cloudtrail-enable-log-validation", "unvalidated-logs"),
    (OtherTool::Trivy, "AWS064", "unvalidated-logs"),
    (OtherTool::Trivy, "AVD-AWS-0015", "logs-without-kms"),
    (OtherTool::Trivy, "AWS-0015", "logs-without-kms"),
    (OtherTool::Trivy, "aws-cloudtrail-encryption-customer-managed-key", "logs-without-kms"),
    (OtherTool::Trivy, "aws-cloudtrail-enable-at-rest-encryption", "logs-without-kms"),
    (OtherTool::Trivy, "AWS065", "logs-without-kms"),
    (OtherTool::Trivy, "AVD-AWS-0161", "public-log-bucket"),
    (OtherTool::Trivy, "AWS-0161", "public-log-bucket"),
    (OtherTool::Trivy, "aws-cloudtrail-no-public-log-access", "public-log-bucket"),
    (OtherTool::Trivy, "AVD-AWS-0163", "unlogged-log-bucket"),
    (OtherTool::Trivy, "AWS-0163", "unlogged-log-bucket"),
    (OtherTool::Trivy, "aws-cloudtrail-require-bucket-access-logging", "unlogged-log-bucket"),
    (OtherTool::Trivy, "AVD-AWS-0089", "unlogged-log-bucket"),
    (OtherTool::Trivy, "AWS-0089", "unlogged-log-bucket"),
    (OtherTool::Trivy, "aws-s3-enable-logging", "unlogged-log-bucket"),
    (OtherTool::Trivy, "s3-bucket-logging", "unlogged-log-bucket"),
    (OtherTool::Trivy, "aws-s3-enable-bucket-logging", "unlogged-log-bucket"),
    (OtherTool::Trivy, "AWS002", "unlogged-log-bucket"),
    (OtherTool::Trivy, "AVD-AWS-0162", "logs-without-cloudwatch"),
    (OtherTool::Trivy, "AWS-0162", "logs-without-cloudwatch"),
    (OtherTool::Trivy, "aws-cloudtrail-ensure-cloudwatch-integration", "logs-without-cloudwatch"),
    (OtherTool::Trivy, "AVD-AWS-0171", "unrecorded-object-writes"),
    (OtherTool::Trivy, "AWS-0171", "unrecorded-object-writes"),
    (OtherTool::Trivy, "aws-s3-enable-object-write-logging", "unrecorded-object-writes"),
    (OtherTool::Trivy, "AVD-AWS-0172", "unrecorded-object-reads"),
    (OtherTool::Trivy, "AWS-0172", "unrecorded-object-reads"),
    (OtherTool::Trivy, "aws-s3-enable-object-read-logging", "unrecorded-object-reads"),
    (OtherTool::Kics, "8173d5eb-96b5-4aa6-a71b-ecfa153c123d", "single-region-trail"),
    (OtherTool::Kics, "8173d5eb-96b5-4aa6-a71b-ecfa153c123d", "missing-global-events"),
    (OtherTool::Kics, "058ac855-989f-4378-ba4d-52d004020da7", "single-region-trail"),
    (OtherTool::Kics, "4bb76f17-3d63-4529-bdca-2b454529d774", "stopped-trail"),
    (OtherTool::Kics, "5c0b06d5-b7a4-484c-aeb0-75a836269ff0", "stopped-trail"),
    (OtherTool::Kics, "52ffcfa6-6c70-4ea6-8376-d828d3961669", "unvalidated-logs"),
    (OtherTool::Kics, "2a3560fe-52ca-4443-b34f-bf0ed5eb74c8", "unvalidated-logs"),
    (OtherTool::Kics, "5d9e3164-9265-470c-9a10-57ae454ac0c7", "logs-without-kms"),
    (OtherTool::Kics, "050a9ba8-d1cb-4c61-a5e8-8805a70d3b85", "logs-without-kms"),
    (OtherTool::Kics, "bd0088a5-c133-4b20-b129-ec9968b16ef3", "public-log-bucket"),
    (OtherTool::Kics, "ee9e50e8-b2ed-4176-ad42-8fc0cf7593f4", "unlogged-log-bucket"),
    (OtherTool::Kics, "c3ce69fd-e3df-49c6-be78-1db3f802261c", "unlogged-log-bucket"),
    (OtherTool::Kics, "17b30f8f-8dfb-4597-adf6-57600b6cf25e", "logs-without-cloudwatch"),
    (OtherTool::Kics, "65d07da5-9af5-44df-8983-52d2e6f24c44", "logs-without-cloudwatch"),
    (OtherTool::Kics, "a8fc2180-b3ac-4c93-bd0d-a55b974e4b07", "unrecorded-object-writes"),
    (OtherTool::Kics, "a8fc2180-b3ac-4c93-bd0d-a55b974e4b07", "unrecorded-object-reads"),
    (OtherTool::CfnGuard, "MULTI_REGION_CLOUD_TRAIL_ENABLED", "single-region-trail"),
    (OtherTool::CfnGuard, "CLOUD_TRAIL_ENABLED", "stopped-trail"),
    (OtherTool::CfnGuard, "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", "unvalidated-logs"),
    (OtherTool::CfnGuard, "CLOUD_TRAIL_ENCRYPTION_ENABLED", "logs-without-kms"),
    (OtherTool::CfnGuard, "S3_BUCKET_LOGGING_ENABLED", "unlogged-log-bucket"),
    (OtherTool::CfnGuard, "CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED", "logs-without-cloudwatch"),
    (OtherTool::CfnGuard, "CLOUDTRAIL_S3_DATAEVENTS_ENABLED", "unrecorded-object-writes"),
    (OtherTool::CfnGuard, "CLOUDTRAIL_S3_DATAEVENTS_ENABLED", "unrecorded-object-reads"),
    (OtherTool::CfnNag, "W35", "unlogged-log-bucket"),
];

/// The checks of tools without comments in code that correspond to our rules: the id, and our rule.
///
/// Sources: `prowler/providers/aws/services/cloudtrail` in prowler-cloud/prowler, and `rego/rules/tf/aws` in
/// fugue/regula.
static WITHOUT_COMMENTS: &[(&str, &str)] = &[
    ("cloudtrail_multi_region_enabled", "no-compliant-trail"),
    ("cloudtrail_multi_region_enabled_logging_management_events", "no-compliant-trail"),
    ("cloudtrail_log_file_validation_enabled", "unvalidated-logs"),
    ("cloudtrail_kms_encryption_enabled", "logs-without-kms"),
    ("cloudtrail_logs_s3_bucket_is_not_publicly_accessible", "public-log-bucket"),
    ("cloudtrail_logs_s3_bucket_access_logging_enabled", "unlogged-log-bucket"),
    ("cloudtrail_cloudwatch_logging_enabled", "logs-without-cloudwatch"),
    ("cloudtrail_s3_dataevents_write_enabled", "unrecorded-object-writes"),
    ("cloudtrail_s3_dataevents_read_enabled", "unrecorded-object-reads"),
    ("FG_R00029", "logs-without-cloudwatch"),
    ("FG_R00354", "unrecorded-object-writes"),
    ("FG_R00355", "unrecorded-object-reads"),
];

/// The limit of suppressions from one comment, one more than count in a file.
const ENOUGH: usize = MAX_IGNORES.saturating_add(1);

/// Words of which every file with a suppression for the tool contains at least one.
pub(super) fn words(tool: OtherTool) -> &'static [&'static str] {
    match tool {
        OtherTool::Checkov => &["checkov"],
        OtherTool::Trivy => &["trivy:ignore:", "tfsec:ignore:"],
        OtherTool::Kics => &["kics-scan"],
        OtherTool::CfnGuard => &["SuppressedRules"],
        OtherTool::CfnNag => &["rules_to_suppress"],
        OtherTool::Tflint => &[],
    }
}

/// Returns the suppressions of a tool in a comment.
pub(super) fn of_comment(
    tool: OtherTool,
    comment: Span,
    outline: &PlaceOutline,
    file: &SourceFile,
) -> Vec<SuppressionSource> {
    let text = file.slice(comment);
    match tool {
        OtherTool::Checkov => skipped_by_checkov(text, comment, outline),
        OtherTool::Trivy => ignored_by_trivy(text, comment, outline, file),
        OtherTool::Kics => disabled_by_kics(text, comment, outline, file),
        OtherTool::Tflint | OtherTool::CfnGuard | OtherTool::CfnNag => Vec::new(),
    }
}

/// Parses `checkov:skip=ID:reason`, which applies to the whole block or resource that contains it.
/// Source: <https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html>.
fn skipped_by_checkov(text: &str, comment: Span, outline: &PlaceOutline) -> Vec<SuppressionSource> {
    let Some((_, rest)) = text.split_once("checkov:skip=") else { return Vec::new() };
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (id, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let reason = rest.strip_prefix(':').map(|reason| reason.trim_end_matches("*/").trim().to_owned());
    let suppression = Suppression { reason, ..Suppression::new(SuppressedBy::Comment, Some(comment)) };
    ignore(
        OtherTool::Checkov,
        id,
        || match outline.documents.is_empty() {
            true => outline.outermost_around(comment),
            false => resource_around(comment, outline),
        },
        suppression,
    )
    .into_iter()
    .collect()
}

/// Returns the resource of a template that contains a place.
fn resource_around(place: Span, outline: &PlaceOutline) -> Option<Span> {
    let templates = outline.documents.iter().filter_map(|document| document.as_mapping());
    let resources = templates.filter_map(|template| template.get("Resources")?.value.as_mapping());
    let spans = resources.flat_map(|mapping| &mapping.entries).map(|entry| entry.key.span.to(entry.value.whole()));
    spans.into_iter().find(|span| span.file == place.file && span.start <= place.start && place.end <= span.end)
}

/// Parses any number of `trivy:ignore:ID` and `tfsec:ignore:ID` beside or above the code that they apply to, each with
/// an optional `:exp:2027-01-31`.
/// Source: <https://trivy.dev/latest/docs/configuration/filtering/#by-inline-comments>.
fn ignored_by_trivy(text: &str, comment: Span, outline: &PlaceOutline, file: &SourceFile) -> Vec<SuppressionSource> {
    let ids = text.split_whitespace().filter_map(|word| {
        let word = word.trim_start_matches(['#', '/', '*']).trim_end_matches("*/");
        word.strip_prefix("trivy:ignore:").or_else(|| word.strip_prefix("tfsec:ignore:"))
    });
    // The same for each id, and computed only if there is one.
    let region = LazyCell::new(|| comment_scope::of_comment(comment, outline, file));
    ids.filter_map(|word| {
        let (id, until) = word.split_once(":exp:").map_or((word, None), |(id, until)| (id, Some(until)));
        // `ID: reason` is a frequent spelling.
        let id = id.trim_end_matches(':');
        // A suppression with an invalid date has an unknown end, so it doesn't count.
        let until = until.map(str::parse::<Date>).transpose().ok()?;
        let suppression = Suppression { until, ..Suppression::new(SuppressedBy::Comment, Some(comment)) };
        ignore(OtherTool::Trivy, id, || *region, suppression)
    })
    .take(ENOUGH)
    .collect()
}

/// Parses `kics-scan disable=ID,ID` at the beginning of a file, which applies to the whole file. Comments that ignore a
/// line or a block name no rule, so they don't count here.
/// Source: `docs/running-kics.md` in Checkmarx/kics.
fn disabled_by_kics(text: &str, comment: Span, outline: &PlaceOutline, file: &SourceFile) -> Vec<SuppressionSource> {
    // The items are ordered by place.
    let is_first = outline.items.first().is_none_or(|item| comment.end <= item.start);
    let Some((_, ids)) = text.split_once("kics-scan disable=").filter(|_| is_first) else { return Vec::new() };
    let whole = Some(Span::new(comment.file, 0, file.text.len()));
    let ids = ids.split_whitespace().next().unwrap_or_default().split(',');
    let suppression = || Suppression::new(SuppressedBy::Comment, Some(comment));
    ids.filter_map(|id| ignore(OtherTool::Kics, id.trim(), || whole, suppression())).take(ENOUGH).collect()
}

/// Returns the suppressions of a tool in the metadata of a resource.
pub(super) fn of_metadata(tool: OtherTool, metadata: &Mapping, region: Span) -> Vec<SuppressionSource> {
    // Sources: Checkov's page about skipping, the guard files themselves, and the README of `cfn_nag`.
    let (owner, list) = match tool {
        OtherTool::Checkov => ("checkov", "skip"),
        OtherTool::CfnGuard => ("guard", "SuppressedRules"),
        OtherTool::CfnNag => ("cfn_nag", "rules_to_suppress"),
        OtherTool::Trivy | OtherTool::Kics | OtherTool::Tflint => return Vec::new(),
    };
    let listed = metadata.get(owner).and_then(|entry| entry.value.as_mapping()?.get(list));
    let items = listed.and_then(|entry| entry.value.as_sequence()).unwrap_or_default();
    items.iter().filter_map(|item| of_entry(tool, item, region)).collect()
}

/// Parses `{ id, comment }`, `{ id, reason }`, or an id alone.
fn of_entry(tool: OtherTool, item: &Node, region: Span) -> Option<SuppressionSource> {
    let id = item.as_text().map(str::to_owned).or_else(|| text(item, "id"))?;
    let reason = text(item, "comment").or_else(|| text(item, "reason"));
    let suppression = Suppression { reason, ..Suppression::new(SuppressedBy::Metadata, Some(item.span)) };
    ignore(tool, &id, || Some(region), suppression)
}

fn text(item: &Node, key: &str) -> Option<String> {
    item.as_mapping()?.get(key)?.value.as_text().map(str::to_owned)
}

/// Returns the suppression for a rule of another tool; `None` if none of our rules corresponds. A rule that corresponds
/// to several of ours suppresses each. The region is computed only if needed.
fn ignore(
    tool: OtherTool,
    id: &str,
    region: impl FnOnce() -> Option<Span>,
    suppression: Suppression,
) -> Option<SuppressionSource> {
    let own: Vec<_> = matching(tool, id).map(Ok).collect();
    if own.is_empty() {
        return None;
    }
    let reason = suppression
        .reason
        .filter(|reason| !reason.is_empty())
        .or_else(|| Some(format!("{} ignores {id} here", tool.name())));
    let suppression = Suppression { reason, ..suppression };
    Some(SuppressionSource { rules: own, old_ids: Vec::new(), region: region(), suppression, is_own: false })
}

/// Returns the names of our rules that correspond to a rule of any other tool.
pub fn matching_rules(id: &str) -> impl Iterator<Item = &'static str> {
    let all = FOREIGN.iter().map(|(_, theirs, own)| (*theirs, *own)).chain(WITHOUT_COMMENTS.iter().copied());
    all.filter(move |(theirs, _)| theirs.eq_ignore_ascii_case(id)).map(|(_, own)| own)
}

/// Describes the rules that correspond to a rule of another tool; `None` if no tool has such a rule.
pub fn rule_here(id: &str) -> Option<String> {
    let own: Vec<String> = matching_rules(id).map(|own| format!("`{own}`")).collect();
    (!own.is_empty()).then(|| format!("`{id}` is {} here", own.join(" and ")))
}

fn matching(tool: OtherTool, id: &str) -> impl Iterator<Item = &'static Rule> {
    FOREIGN
        .iter()
        .filter(move |(owner, theirs, _)| *owner == tool && theirs.eq_ignore_ascii_case(id))
        .filter_map(|(_, _, own)| rules::find(own))
}
