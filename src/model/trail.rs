//! The second waist: what rules judge.

use super::{Contradiction, Elsewhere, Ignored, Macro, Selectors, Setting};
use crate::source::{FileId, Span};
use crate::value::{Known, Traced, Unknown, Why};

/// A CloudTrail trail, with the defaults of its provider applied.
#[derive(Debug, Clone)]
pub struct Trail {
    /// As `terraform state list` prints it, or the logical id.
    pub address: String,
    /// The type of the resource.
    pub kind: &'static str,
    /// Whether CloudFormation's handler creates it, directly or for the awscc provider.
    pub is_made_by_cloudformation: bool,
    /// The one-line place that stands for it.
    pub header: Span,
    /// All of its declaration.
    pub declaration: Span,
    /// The call that brings the code in which it is declared, when that code can't be edited.
    pub call: Option<Span>,
    /// The calls that bring it, the innermost first.
    pub calls: Vec<Span>,
    /// The files of the modules or templates that declare it and that lead to it by calls, the innermost first.
    pub owners: Vec<FileId>,
    /// Whether it is created.
    pub exists: Traced<bool>,
    /// The Region in which it is created: its home.
    pub region: Traced<String>,
    /// What may change it before it is created.
    pub macros: Vec<Macro>,
    /// What a plan says otherwise.
    pub contradictions: Vec<Contradiction>,
    /// True if the CDK has written it, which always writes lists of selectors.
    pub is_synthesized: bool,
    /// Records in every Region of the account, not only its own.
    pub is_multi_region: Setting<bool>,
    /// Records at all.
    pub is_logging: Setting<bool>,
    /// Records what global services such as IAM do.
    pub includes_global_events: Setting<bool>,
    /// Which events it records.
    pub selectors: Selectors,
    /// Writes digests by which a changed log file is noticed.
    pub validates_log_files: Setting<bool>,
    /// Records for every account of the organization.
    pub is_organization_trail: Setting<bool>,
    /// Arguments whose later changes are left as they are.
    pub ignored_changes: Vec<Ignored>,
    /// The KMS key that encrypts its files; empty when there is none.
    pub kms_key: Setting<String>,
}

/// What one `apply` or one stack creates.
#[derive(Debug)]
pub struct Deployment {
    /// The directory of the root module, or the template, as it is named to people.
    pub root: String,
    /// `terraform` or `cloudformation`.
    pub format: &'static str,
    /// The place that stands for the whole, when it declares no trail.
    pub header: Span,
    /// Its trails, in the order of their places.
    pub trails: Vec<Trail>,
    /// The value that keeps all trails from being created, where there are declarations and `trails` has none of them.
    pub uncreated: Option<Traced<bool>>,
    /// The part that couldn't be read and most likely declares a trail.
    pub elsewhere: Option<Elsewhere>,
}

impl Trail {
    /// Whether it is known not to be created.
    pub fn never_exists(&self) -> bool {
        matches!(self.exists.value, Known(false))
    }

    /// Whether it stands for any number of instances, of which nobody knows the keys.
    pub fn may_be_several(&self) -> bool {
        self.address.contains("[*]")
    }

    /// Whether it may be that no deployment at all creates it: what decides it wasn't evaluated.
    pub fn may_never_exist(&self) -> bool {
        matches!(self.exists.value, Unknown(Why::NotEvaluated { .. }))
    }
}
