//! The keys of a configuration file, with their types and defaults.
//!
//! The doc comment of each key is its description in the JSON Schema.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::names::{
    self, AccountNumber, Benchmark, ExpiryDate, Glob, RegionName, RuleOrGroup, SelectableRule, SelectableRules,
};
use crate::finding::Level;
use crate::formats::ParameterPolicy;
use crate::model::selectors::SelectorPolicy;
use crate::report::{FailOn, OnUnknown};
use crate::rules::MIN_RETENTION_DAYS;
use crate::suppress::OtherTool;

/// The configuration of trailint: `trailint.toml`.
// A new key needs a default below, a comparison in `config/relaxed.rs` if a value of it can hide findings, an entry in
// `engine/other_runs.rs` if runs with other options may need it, and a description in `docs/configuration.md`.
// `UPDATE=1 cargo test` writes the JSON Schema.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Settings {
    /// Another configuration file, relative to this one, from which settings are inherited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extend: Option<String>,
    /// Files and directories to exclude, as patterns in the syntax of `.gitignore`, relative to this file.
    pub exclude: Vec<Glob>,
    /// The rules to run, as ids or groups; `all` selects all default rules.
    #[serde(deserialize_with = "names::selected")]
    #[cfg_attr(test, schemars(extend("minItems" = 1)))]
    pub select: Vec<RuleOrGroup>,
    /// Rules to run in addition to those of `select`.
    pub extend_select: Vec<RuleOrGroup>,
    /// Rules to skip, and findings to suppress. Suppressed findings remain in the report.
    pub ignore: Vec<IgnoreSetting>,
    /// The level of each rule's findings.
    pub levels: BTreeMap<SelectableRule, Level>,
    /// The lowest level that causes exit status 1.
    pub fail_on: FailOn,
    /// The treatment of verdicts that can't be determined from the code.
    #[serde(alias = "unresolved")]
    pub unknown: OnUnknown,
    /// Rules whose findings can't be suppressed.
    pub enforce: Vec<RuleOrGroup>,
    /// If true, a deployment without a trail fails.
    pub require_trail: bool,
    /// How event selectors are compared with the control: together they record all management events (`coverage`), or
    /// one of them does so without any filter, as in the CIS audit (`literal`).
    pub selector_policy: SelectorPolicy,
    /// The use of CloudFormation parameter defaults.
    pub parameter_policy: ParameterPolicy,
    /// If true, every trail must satisfy the control, even if another one does.
    pub every_trail: bool,
    /// The Regions enabled in the account; a trail in each of them is accepted instead of a multi-Region trail.
    pub regions: Vec<RegionName>,
    /// The number of days that logs must be kept before a lifecycle rule deletes them.
    pub min_retention_days: u32,
    /// The benchmark whose controls are cited in findings.
    pub benchmark: Benchmark,
    /// Other tools whose comments also suppress findings of the matching rules.
    pub honor: Vec<OtherTool>,
    /// Deployments, each a directory or a template with its own values.
    pub root: Vec<RootSetting>,
    /// Directories with the code of modules that aren't installed, such as private ones.
    pub module: Vec<ModuleSetting>,
    /// Files and directories with the saved output of AWS CLI commands, relative to this file.
    pub evidence: Vec<String>,
}

/// Rules to skip, or findings to suppress.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum IgnoreSetting {
    /// A rule or a group to skip.
    Rules(SelectableRules),
    /// Findings to suppress.
    Findings(IgnoredFindings),
}

/// Findings to suppress, for code that can't have a comment.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IgnoredFindings {
    /// The rule.
    pub rule: SelectableRule,
    /// The address of the trails; `*` matches any text. By default, all trails and the deployments.
    pub address: Option<String>,
    /// The reason.
    #[serde(default, deserialize_with = "names::reason")]
    pub reason: Option<String>,
    /// The last day of the suppression.
    pub until: Option<ExpiryDate>,
}

/// A deployment: the code at a path with its own values.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RootSetting {
    /// The name in reports. Required if several deployments have the same path.
    pub name: Option<String>,
    /// The directory of the root module, or the template, relative to this file.
    pub path: String,
    /// The number of the account to which it is deployed, to compare it with the evidence of this account only.
    pub account: Option<AccountNumber>,
    /// Files with values of Terraform variables, relative to this file. Later files take precedence.
    #[serde(default)]
    pub var_files: Vec<String>,
    /// Files with values of CloudFormation parameters, relative to this file. Later files take precedence.
    #[serde(default)]
    pub parameter_files: Vec<String>,
}

/// The directory with the code of a module of a registry or a repository.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ModuleSetting {
    /// The source of the calls without `?ref=…`; `*` matches any text without `/`, and `**` any text.
    pub source: String,
    /// The directory of the module, relative to this file.
    pub path: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            extend: None,
            exclude: Vec::new(),
            select: vec![RuleOrGroup::ALL],
            extend_select: Vec::new(),
            ignore: Vec::new(),
            levels: BTreeMap::new(),
            fail_on: FailOn::default(),
            unknown: OnUnknown::default(),
            enforce: Vec::new(),
            require_trail: false,
            selector_policy: SelectorPolicy::default(),
            parameter_policy: ParameterPolicy::default(),
            every_trail: false,
            regions: Vec::new(),
            min_retention_days: MIN_RETENTION_DAYS,
            benchmark: Benchmark::default(),
            honor: Vec::new(),
            root: Vec::new(),
            module: Vec::new(),
            evidence: Vec::new(),
        }
    }
}
