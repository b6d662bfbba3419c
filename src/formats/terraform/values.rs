//! The values that are given to the variables of a root module.
//!
//! Later ones win, and none are merged: the environment, `terraform.tfvars`, `terraform.tfvars.json`, then
//! `*.auto.tfvars` and `*.auto.tfvars.json` in one byte order of their names, then what the command line names.
//! A plan was made with what its maker gave, so it comes after the files that lie here, and before the command line.
//! Source: <https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence>.

use std::path::{Path, PathBuf};

use super::{file_name, module, names};
use crate::formats::{Context, Plan, Variables};
use crate::source::{FileId, PathKind, ReadError, Span};
use crate::syntax::Problem;
use crate::syntax::hcl::{self, Expr, ExprKind};
use crate::value::{Data, Traced};

/// The values, those that win last.
#[derive(Debug, Default)]
pub(super) struct RootValues {
    values: Vec<Value>,
    /// How many of them come before those of a plan.
    before_plan: usize,
    /// Files that can't be read, each with the number of values that come before it.
    unreadable: Vec<(usize, String)>,
    problems: Vec<Problem>,
}

/// What wins for a variable.
pub(super) enum Given<'a> {
    /// A value.
    Value(&'a Value),
    /// A value that the plan was made with.
    Planned(&'a Traced<Data>),
    /// Whatever a file says that can't be read.
    Unreadable(&'a str),
}

/// A value for a variable.
#[derive(Debug)]
pub(super) struct Value {
    name: String,
    /// The expression; it stands outside of any module, so it may refer to nothing.
    pub(super) expr: Expr,
    /// The same as plain text, where only the variable's type says whether it is an expression.
    pub(super) text: Option<Expr>,
}

impl RootValues {
    /// Reads the files beside a root module, and what the command line names.
    pub(super) fn read(root: &Path, is_directory: bool, context: Context<'_>) -> Self {
        let mut values = Self::default();
        for &id in &context.options.environment {
            values.add_assignment(id, context);
        }
        if is_directory && !context.options.no_automatic_variables {
            let files = automatic_files(root, context).unwrap_or_else(|_| {
                values.unreadable.push((0, context.sources.name(root)));
                Vec::new()
            });
            for path in files {
                match context.sources.load(context.fs, &path) {
                    Ok(id) => values.add_file(id, context),
                    Err(_) => values.unreadable.push((values.values.len(), context.sources.name(&path))),
                }
            }
        }
        values.before_plan = values.values.len();
        for variables in &context.options.variables {
            match *variables {
                Variables::File(id) => values.add_file(id, context),
                Variables::Assignment(id) => values.add_assignment(id, context),
            }
        }
        values
    }

    /// The value that wins.
    pub(super) fn find<'a>(&'a self, name: &str, plan: Option<&'a Plan>) -> Option<Given<'a>> {
        let found = self.values.iter().enumerate().rfind(|(_, value)| value.name == name);
        let before = |at: &usize| found.is_none_or(|(index, _)| index < *at);
        let unreadable = self.unreadable.iter().rfind(|(at, _)| before(at));
        let winner = unreadable.map(|(at, _)| *at).or(found.map(|(index, _)| index));
        let planned = plan.and_then(|plan| plan.variable(name));
        match (planned, unreadable) {
            (Some(value), _) if winner.is_none_or(|winner| winner < self.before_plan) => Some(Given::Planned(value)),
            (_, Some((_, file))) => Some(Given::Unreadable(file)),
            (_, None) => found.map(|(_, value)| Given::Value(value)),
        }
    }

    /// The names to which the command line gives values.
    pub(super) fn overruling(&self) -> impl Iterator<Item = &str> {
        self.values.iter().skip(self.before_plan).map(|value| value.name.as_str())
    }

    /// What couldn't be understood in the files.
    pub(super) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    fn add_file(&mut self, id: FileId, context: Context<'_>) {
        let file = context.sources.file(id);
        let (attributes, problems) = module::read_values(id, &file);
        // What is lost may have set any variable; a value that can't be read is one that is unknown.
        let is_lost = |problem: &Problem| {
            let is_inside = |value: Span| value.start <= problem.span.start && problem.span.end <= value.end;
            problem.kind.loses_text() && !attributes.iter().any(|attribute| is_inside(attribute.value.span))
        };
        if !file.replaced.is_empty() || problems.iter().any(is_lost) {
            self.unreadable.push((self.values.len(), file.name.clone()));
        }
        self.problems.extend(problems);
        let attributes = attributes.into_iter();
        self.values.extend(attributes.map(|attribute| Value {
            name: attribute.name.text,
            expr: attribute.value,
            text: None,
        }));
    }

    /// `NAME=VALUE` of the command line: an expression, or just text for a variable that holds a string.
    fn add_assignment(&mut self, id: FileId, context: Context<'_>) {
        let file = context.sources.file(id);
        let Some((name, text)) = file.text.split_once('=') else { return };
        let start = name.len().saturating_add(1);
        let span = Span::new(id, start, file.text.len());
        let unreadable = Expr { span, kind: ExprKind::Unreadable };
        self.values.push(Value {
            name: name.trim().to_owned(),
            expr: hcl::parse_expr(text, |_| span).unwrap_or(unreadable),
            text: Some(Expr { span, kind: ExprKind::String(text.to_owned()) }),
        });
    }
}

/// The files that Terraform loads by itself, in their order.
fn automatic_files(root: &Path, context: Context<'_>) -> Result<Vec<PathBuf>, ReadError> {
    const FIRST: [&str; 2] = ["terraform.tfvars", "terraform.tfvars.json"];
    let mut paths = match context.fs.list(root) {
        Err(ReadError::Missing) => Vec::new(),
        listed => listed?,
    };
    paths.retain(|path| names::is_automatic_values(&file_name(path)));
    // Terraform stops at a directory of such a name.
    let is_directory = |path: &PathBuf| context.fs.kind(path) == Ok(PathKind::Directory);
    paths.extend(FIRST.map(|name| root.join(name)).into_iter().filter(is_directory));
    paths.sort_by_key(|path| {
        let name = file_name(path);
        let rank = FIRST.iter().position(|first| *first == name);
        (rank.unwrap_or(usize::MAX), name)
    });
    Ok(paths)
}
