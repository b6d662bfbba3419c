//! Trails and deployments: the second waist of the program, which the rules check.

use std::sync::Arc;

use super::dialects::Attributes;
use super::{Contradiction, IgnoredArgument, KnownInterface, Macro, Selectors, UnreadPart};
use crate::source::{FileId, Span};
use crate::value::{Known, Reason, Traced, Unknown};

/// The attribute of a finding about selectors that a Terraform state may not show.
pub const HIDDEN_SELECTORS: &str = "event_selector";

/// A CloudTrail trail, with the defaults of its provider applied.
#[derive(Debug, Clone)]
pub struct Trail {
    /// The address as `terraform state list` prints it, or the logical id.
    pub address: String,
    /// The resource type.
    pub kind: &'static str,
    /// The service that creates the trail with its own settings, if the code doesn't declare the trail itself.
    pub manager: Option<&'static str>,
    /// True if CloudFormation's resource handler creates it, directly or through the awscc provider.
    pub uses_cloudformation_handler: bool,
    /// The one-line span that findings about the trail point at.
    pub header: Span,
    /// The whole declaration.
    pub declaration: Span,
    /// The call of the module that contains the declaration, if its source isn't a local path: its code is installed, or
    /// the configuration has a directory for it.
    pub call: Option<Span>,
    /// The module calls or stacks that lead to the declaration, the innermost first.
    pub calls: Vec<Span>,
    /// The known interface that represents its module, if the module isn't installed.
    pub known: Option<Arc<KnownInterface>>,
    /// The files of the modules or templates that declare the trail and that lead to it by calls, the innermost first.
    pub owners: Vec<FileId>,
    /// True if the trail is created.
    pub exists: Traced<bool>,
    /// The home Region, in which the trail is created.
    pub region: Traced<String>,
    /// The number of the account in which its provider creates it, if that is known.
    pub account: Option<String>,
    /// The macros that may change the trail before it is created.
    pub macros: Vec<Macro>,
    /// The differences between the code and a plan.
    pub contradictions: Vec<Contradiction>,
    /// True if the CDK generated the trail; its lists of selectors are set even when they are empty.
    pub is_synthesized: bool,
    /// True if it is deployed, and not declared by code.
    pub is_deployed: bool,
    /// Its arguments, except for the selectors.
    pub attributes: Attributes,
    /// The event selectors, which limit the recorded events.
    pub selectors: Selectors,
    /// Arguments whose later changes aren't applied, such as those in `ignore_changes`.
    pub ignored_changes: Vec<IgnoredArgument>,
}

/// The result of one `terraform apply` or of one stack.
#[derive(Debug)]
pub struct Deployment {
    /// The directory of the root module, or the template, as output shows it.
    pub root: String,
    /// `terraform` or `cloudformation`.
    pub format: &'static str,
    /// The span that a finding about the whole deployment points at, if it declares no trail.
    pub header: Span,
    /// The trails, in the order of their source locations.
    pub trails: Vec<Trail>,
    /// The value that prevents the creation of all declared trails; `None` if no trail is declared or if `trails` isn't
    /// empty.
    pub uncreated: Option<Traced<bool>>,
    /// The part that wasn't read and most likely declares a trail.
    pub unread_part: Option<UnreadPart>,
    /// True for an account whose trails were listed.
    pub is_audited: bool,
}

impl Trail {
    /// True if it is known that the trail isn't created.
    pub fn never_exists(&self) -> bool {
        matches!(self.exists.value, Known(false))
    }

    /// True if it represents any number of instances with unknown keys.
    pub fn may_be_several(&self) -> bool {
        self.address.contains("[*]")
    }

    /// True if possibly no deployment creates the trail, because the condition wasn't evaluated.
    pub fn may_never_exist(&self) -> bool {
        matches!(self.exists.value, Unknown(Reason::NotEvaluated { .. }))
    }
}
