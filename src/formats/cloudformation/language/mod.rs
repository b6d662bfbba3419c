//! The language of templates: evaluates intrinsic functions, conditions, mappings, loops and parameters.
//!
//! A template is one part of a deployment. The evaluation asks [`Lookup`] for what other parts determine, so it knows
//! nothing of files and stacks.

mod call;
mod conditions;
mod declarations;
mod encodings;
mod eval;
mod find_in_map;
mod limits;
mod lists;
mod lookup;
mod loops;
mod mapping;
mod parameters;
mod pieces;
mod references;
mod rules;
mod staged;
mod strings;
mod symbols;

pub(crate) use call::{IntrinsicCall, plain, plain_text};
pub(crate) use conditions::NOT;
pub(crate) use declarations::Declarations;
pub(crate) use eval::{Evaluator, MAX_DEPTH, is_absent, is_filled_in, with_hop};
pub(crate) use limits::{broken, example_value, is_stored};
pub(crate) use lookup::{Cache, Caches, Lookup, ParameterText};
pub(crate) use loops::loop_parts;
pub(crate) use mapping::{
    LoopEntries, LoopNames, LoopedEntries, Member, MergedMapping, Section, TRANSFORM, is_loop, kind_of, scalar_text,
    text,
};
pub(crate) use staged::{ResolvedValue, StagedValue, package_advice, unknown_stage};
pub(crate) use symbols::{failed, has_failure, is_final};
