//! Templates within the code of another format: Terraform deploys CloudFormation stacks, whose templates are a text in
//! its code or a file.
//!
//! The formats don't depend on each other. A project hands each stack over as an [`EmbeddedStack`]: the text, the values
//! that its own code inserted in the text, and the parameters. The format of the text evaluates the stack in a world of
//! the project, so the trails in it are trails of the project.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::{Context, FORMATS};
use crate::model::{Resource, SearchSubject, UnreadPart};
use crate::source::FileId;
use crate::syntax::Problem;
use crate::syntax::node::Tree;
use crate::value::{Budget, Data, Reason, Traced, World, insertion_index};

/// A stack that the code of another format deploys, in one world.
#[derive(Debug)]
pub struct EmbeddedStack {
    /// The address of its declaration, with which the addresses of its resources begin.
    pub address: String,
    /// The text of the template. If the code contains or computes the text, it is a text within the file of the code.
    pub template: FileId,
    /// The values that the code has inserted in the text, in the order of their places. The text has a
    /// [mark](crate::value::insertion_mark) with the index for each unknown one.
    pub insertions: Vec<Insertion>,
    /// The parameters that it passes.
    pub arguments: Vec<StackArgument>,
    /// The reason why it may pass other parameters.
    pub unknown_arguments: Option<Reason>,
    pub exists: Traced<bool>,
    pub region: Traced<String>,
    /// True for a stack set, which deploys the template to other accounts and Regions.
    pub is_set: bool,
}

/// A value that code has inserted in a text.
#[derive(Debug, Clone)]
pub struct Insertion {
    /// Its place in the text, in bytes.
    pub range: Range<usize>,
    pub value: Traced<Data>,
}

/// A parameter that a stack passes.
#[derive(Debug)]
pub struct StackArgument {
    pub name: String,
    /// The value of each deployment of the template; `None` if a deployment uses the parameter's default.
    pub values: Vec<Option<Traced<Data>>>,
}

/// Evaluates the stacks of one project.
pub trait StackEvaluator {
    /// False if the text isn't a template whose structure is known.
    fn is_readable(&self, stack: &EmbeddedStack) -> bool;

    /// The resources of a readable stack in a world.
    fn resources(&self, subject: SearchSubject, stack: &Rc<EmbeddedStack>, world: &World) -> Vec<Resource>;

    /// The parts of a readable stack that can't be read, in a world.
    fn unread_parts(&self, subject: SearchSubject, stack: &Rc<EmbeddedStack>, world: &World) -> Vec<UnreadPart>;

    /// True if a template that was evaluated mentions a trail.
    fn mentions_trail(&self) -> bool;

    /// Syntax that couldn't be read in the templates that were evaluated and that mention a trail.
    fn problems(&self) -> Vec<Problem>;

    /// The content of a file that was parsed as a template.
    fn tree(&self, file: FileId) -> Option<Arc<Tree>>;
}

impl EmbeddedStack {
    /// The unknown value whose mark a text contains; the first one if there are several.
    pub fn unknown_insertion(&self, text: &str) -> Option<&Insertion> {
        self.insertions.get(insertion_index(text)?)
    }
}

/// An evaluator of the stacks of a project, from the format that has one.
pub fn stack_evaluator<'a>(context: Context<'a>, budget: &Rc<Budget>) -> Option<Box<dyn StackEvaluator + 'a>> {
    FORMATS.iter().find_map(|format| format.stack_evaluator(context, budget))
}
