//! The keys of a configuration file, with their types and defaults.
//!
//! What is said of each key here is what the JSON Schema says of it, too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::names::{self, Benchmark, Glob, Judging, Named, Region, Until};
use crate::finding::Level;
use crate::formats::ParameterPolicy;
use crate::model::selectors::SelectorPolicy;
use crate::report::{FailOn, OnUnknown};
use crate::rules::MIN_RETENTION_DAYS;
use crate::suppress::Tool;

/// The settings of trailint: `trailint.toml`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Settings {
    /// Another configuration file, relative to this one: its settings hold where this file has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extend: Option<String>,
    /// What isn't searched for files, as patterns like those of `.gitignore`, relative to this file.
    pub exclude: Vec<Glob>,
    /// The rules that are asked; `all` for all of them.
    #[serde(deserialize_with = "names::selected")]
    #[cfg_attr(test, schemars(extend("minItems" = 1)))]
    pub select: Vec<Named>,
    /// Rules that are asked beside those of `select`.
    pub extend_select: Vec<Named>,
    /// Rules that aren't asked, and findings that are accepted. Only accepted findings stay on record.
    pub ignore: Vec<Ignore>,
    /// What the findings of a rule weigh.
    pub levels: BTreeMap<Judging, Level>,
    /// The least level that gives exit status 1.
    pub fail_on: FailOn,
    /// What becomes of verdicts that can't be known.
    #[serde(alias = "unresolved")]
    pub unknown: OnUnknown,
    /// Rules whose findings nothing may suppress.
    pub enforce: Vec<Named>,
    /// Whether a deployment that declares no trail at all fails.
    pub require_trail: bool,
    /// How event selectors are held against the control: whether together they have to record everything,
    /// or one of them without any filter, as the CIS audit reads.
    pub selector_policy: SelectorPolicy,
    /// Whether the defaults of CloudFormation's parameters count.
    pub parameter_policy: ParameterPolicy,
    /// Whether every trail has to satisfy the control, even when another one does.
    pub every_trail: bool,
    /// The Regions that the account has enabled: a trail in each of them is as good as one for all.
    pub regions: Vec<Region>,
    /// How many days logs have to be kept before a lifecycle rule may delete them.
    pub min_retention_days: u32,
    /// The benchmark whose controls findings are given with.
    pub benchmark: Benchmark,
    /// The other tools whose comments are accepted, too, for the rules that match.
    pub honor: Vec<Tool>,
    /// Deployments: each is a directory or a template with values of its own.
    pub root: Vec<Root>,
}

/// What is ignored: a rule as a whole, or some of its findings.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Ignore {
    /// A rule that isn't asked.
    Rule(Judging),
    /// Findings that are accepted.
    Findings(Findings),
}

/// Findings that are accepted, for what no comment can reach.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Findings {
    /// The rule.
    pub rule: Judging,
    /// The trails, by their address; `*` stands for any text. Without it, all of them and the deployments too.
    pub address: Option<String>,
    /// Why they are accepted.
    #[serde(default, deserialize_with = "names::reason")]
    pub reason: Option<String>,
    /// The last day on which they are.
    pub until: Option<Until>,
}

/// A deployment: the code at a path with values of its own.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Root {
    /// How reports name it. It is needed where several have the same path.
    pub name: Option<String>,
    /// The directory of the root module, or the template, relative to this file.
    pub path: String,
    /// Files with values for Terraform's variables, later ones over earlier ones, relative to this file.
    #[serde(default)]
    pub var_files: Vec<String>,
    /// Files with values for CloudFormation's parameters, later ones over earlier ones, relative to this file.
    #[serde(default)]
    pub parameter_files: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            extend: None,
            exclude: Vec::new(),
            select: vec![Named::ALL],
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
        }
    }
}
