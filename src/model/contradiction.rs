//! Differences between a plan and the code, which mean that the plan is out of date.

use crate::source::Span;
use crate::value::{Hop, Traced};

/// A known value in the code that differs from the plan's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The value in the code.
    pub span: Span,
    /// The steps to the expression that decides the value.
    pub hops: Vec<Hop>,
    /// The argument; `None` if the contradiction is about the whole trail.
    pub attribute: Option<&'static str>,
    /// The plan's value, as a phrase that follows "the plan".
    pub planned: String,
}

impl Contradiction {
    /// The plan doesn't contain the trail.
    pub fn absent(exists: &Traced<bool>, header: Span) -> Self {
        Self { span: header, hops: exists.hops.clone(), attribute: None, planned: "has no such trail".to_owned() }
    }

    /// The plan contains a trail that the code doesn't create.
    pub fn present(address: &str, exists: &Traced<bool>) -> Self {
        let planned = format!("has a trail `{address}`");
        Self { span: exists.origin.span(), hops: exists.hops.clone(), attribute: None, planned }
    }

    /// The plan was created with another value of a variable, so none of its values for the trail are used.
    pub fn overridden_variable(variable: Span) -> Self {
        let planned = "was made with another value of this variable, so it isn't used".to_owned();
        Self { span: variable, hops: Vec::new(), attribute: None, planned }
    }
}
