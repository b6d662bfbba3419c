//! Resources: the first waist of the program, which every format has to produce.

use std::sync::Arc;

use super::{Contradiction, KnownInterface, Notation, ResourceKind};
use crate::source::{FileId, Span};
use crate::value::{Maybe, Object, Traced};

/// An evaluated resource of a type that matters for trails.
#[derive(Debug, Clone)]
pub struct Resource {
    pub kind: &'static ResourceKind,
    /// The address as `terraform state list` prints it, or the logical id.
    pub address: String,
    /// The one-line span that findings about the resource point at: its header or its key.
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
    /// The files of the modules or templates that declare the resource and that lead to it by calls, the innermost
    /// first.
    pub owners: Vec<FileId>,
    /// True if the resource is created.
    pub exists: Traced<bool>,
    /// The Region of a trail's provider or stack. The resource's own `region` argument may set another one.
    pub region: Traced<String>,
    /// The number of the account in which a trail's provider creates it, if that is known in this world.
    pub account: Option<String>,
    /// The arguments that the type's [`ArgumentShape`](super::ArgumentShape) lists.
    pub body: Maybe<Object>,
    /// Arguments whose later changes aren't applied, such as those in `ignore_changes`.
    pub ignored_changes: Vec<IgnoredArgument>,
    /// The syntax of the file, for suggested changes.
    pub notation: Notation,
    /// The macros that may change the resource before it is created. If there are several, the first one represents
    /// them.
    pub macros: Vec<Macro>,
    /// The differences between the code and a plan.
    pub contradictions: Vec<Contradiction>,
    /// True if the CDK generated the resource; its lists of selectors are set even when they are empty.
    pub is_synthesized: bool,
    /// True if it is deployed, and not declared by code.
    pub is_deployed: bool,
    /// The ids and ARNs of a deployed resource.
    pub names: Vec<String>,
}

/// A macro or transform that rewrites a template, or a part of it, before anything is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Macro {
    pub name: String,
    /// The location of the call.
    pub span: Span,
}

/// An argument that is set only when the resource is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredArgument {
    /// The argument's name, or `all` for every argument.
    pub name: String,
    /// The location of the setting that ignores changes to it.
    pub span: Span,
}
