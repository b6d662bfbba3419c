//! The answer of `trailint trace`.

use crate::finding::Label;
use crate::source::Sources;

/// The answer to `trace`: the paths of values.
#[derive(Debug)]
pub struct Trace {
    /// The files that spans point into.
    pub sources: Sources,
    /// The arguments that match the query.
    pub arguments: Vec<TracedArgument>,
}

/// An argument of a trail, or the existence of the trail.
#[derive(Debug)]
pub struct TracedArgument {
    /// The address of the trail with the path of the argument.
    pub name: String,
    /// The ways in which its value may come about; one if nothing is undecided.
    pub paths: Vec<TracePath>,
}

/// One way in which a value comes about.
#[derive(Debug, PartialEq, Eq)]
pub struct TracePath {
    /// The result, which follows the name: "is `true`".
    pub outcome: String,
    /// The decisions that lead this way.
    pub decisions: Vec<String>,
    /// The hops, from the trail to the place that decides the value.
    pub steps: Vec<Label>,
    /// The command or option that makes the value known.
    pub help: Option<String>,
}
