//! Values that depend on the stage to which the Serverless Framework deploys a service.
//!
//! The framework replaces its variables before CloudFormation reads the template. A variable whose value doesn't depend
//! on the stage is already replaced in the tree; the others have a value for each stage that the service names.

use std::sync::Arc;

use super::eval::{Evaluator, with_hop, written};
use super::lookup::Lookup;
use super::symbols::depends_on;
use crate::source::Span;
use crate::syntax::node::Node;
use crate::value::world::Atom;
use crate::value::{Data, Hop, HopKind, Known, Origin, Reason, Traced, Unknown};

/// The name of the stage in reports.
const STAGE: &str = "sls:stage";

/// The value of a text with variables in each stage.
#[derive(Debug, Clone)]
pub(crate) struct StagedValue {
    /// The values in the stages that the service names.
    pub(crate) rows: Vec<(String, ResolvedValue)>,
    /// The value in every other stage.
    pub(crate) other: ResolvedValue,
}

/// The value of a variable in one stage.
#[derive(Debug, Clone)]
pub(crate) enum ResolvedValue {
    /// The node with the value, and the step to it if it isn't in the place of the variable.
    Found(Arc<Node>, Option<HopKind>),
    /// The name of the stage. The span is that of the variable.
    Stage(Span),
    /// Nothing sets the value.
    Missing,
    /// The tree doesn't determine the value.
    Unknown(Reason),
}

/// The reason why the stage is unknown: an option of the command that deploys selects it.
pub(crate) fn unknown_stage() -> Reason {
    Reason::Worded {
        subject: STAGE.to_owned(),
        text: format!("`{STAGE}` is known only at deployment"),
        advice: package_advice(),
    }
}

/// The advice for variables that the tree doesn't determine.
pub(crate) fn package_advice() -> std::borrow::Cow<'static, str> {
    "run `serverless package`, and check `.serverless/cloudformation-template-update-stack.json`".into()
}

impl From<ResolvedValue> for StagedValue {
    fn from(other: ResolvedValue) -> Self {
        Self { rows: Vec::new(), other }
    }
}

impl StagedValue {
    /// The reason why the value is unknown outside of a world.
    pub(crate) fn reason(&self, text: &str) -> Reason {
        match &self.other {
            ResolvedValue::Unknown(why) if self.rows.is_empty() => why.clone(),
            ResolvedValue::Stage(_) if self.rows.is_empty() => unknown_stage(),
            _ => match depends_on::<()>(text.to_owned(), unknown_stage(), None) {
                Unknown(why) => why,
                Known(()) => unknown_stage(),
            },
        }
    }
}

impl<L: Lookup> Evaluator<'_, L> {
    /// The value of a scalar with variables in this world. A stage in which nothing sets the value can't be deployed,
    /// so it isn't among the stages.
    pub(super) fn staged(&self, value: &StagedValue, node: &Node) -> Traced<Data> {
        if value.rows.is_empty() {
            return self.resolved(&value.other, node.span);
        }
        let rows = value.rows.iter().filter(|(_, row)| !matches!(row, ResolvedValue::Missing));
        let (stages, rows): (Vec<String>, Vec<&ResolvedValue>) = rows.map(|(stage, row)| (stage.clone(), row)).unzip();
        let chosen = match &value.other {
            ResolvedValue::Missing => self.one_of(STAGE, &stages),
            _ => self.one_or_none(STAGE, &stages),
        };
        match chosen {
            Some(Some(index)) => match rows.get(index) {
                Some(row) => self.resolved(row, node.span),
                None => written(Unknown(unknown_stage()), node.span),
            },
            Some(None) => self.resolved(&value.other, node.span),
            None => self.common_value(value, &rows, node),
        }
    }

    /// The value in all stages if it is the same in each; otherwise unknown.
    fn common_value(&self, value: &StagedValue, rows: &[&ResolvedValue], node: &Node) -> Traced<Data> {
        let other = Some(&value.other).filter(|other| !matches!(other, ResolvedValue::Missing));
        let mut values = rows.iter().copied().chain(other).map(|row| self.resolved(row, node.span));
        let first = values.next().filter(|first| matches!(first.value, Known(_)));
        match first {
            Some(first) if values.all(|other| other.value == first.value) => first,
            _ => written(Unknown(value.reason(node.as_text().unwrap_or_default())), node.span),
        }
    }

    fn resolved(&self, value: &ResolvedValue, span: Span) -> Traced<Data> {
        let decided = match value {
            ResolvedValue::Found(node, None) => self.eval(node),
            ResolvedValue::Found(node, Some(step)) => {
                let target = self.eval(node);
                let hop = Hop { span: target.origin.span(), step: step.clone() };
                with_hop(target, hop, span)
            }
            ResolvedValue::Stage(_) => written(Unknown(unknown_stage()), span),
            ResolvedValue::Missing => written(Unknown(Reason::Unreadable), span),
            ResolvedValue::Unknown(why) => written(Unknown(why.clone()), span),
        };
        match decided.value {
            // The framework removes a property that is null.
            Known(Data::Null) => Traced { origin: Origin::Null(span), ..decided },
            Known(_) | Unknown(_) => decided,
        }
    }

    /// The index of the value that an unknown one equals in this world; `Some(None)` if it equals none of them, `None`
    /// if the world doesn't decide.
    pub(super) fn one_or_none(&self, subject: &str, values: &[String]) -> Option<Option<usize>> {
        for (index, value) in values.iter().enumerate() {
            if self.world.decide(Atom::is(subject, value))? {
                return Some(Some(index));
            }
        }
        Some(None)
    }
}
