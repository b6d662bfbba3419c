//! The expression language: evaluates expressions, and refers to the project that contains them only through
//! [`Lookup`](lookup::Lookup).

mod cache;
mod calls;
pub(crate) mod collections;
mod environment;
mod equality;
mod evaluator;
pub(crate) mod functions;
pub(crate) mod json;
pub(crate) mod lookup;
pub(crate) mod normal_form;
pub(crate) mod numbers;
pub(crate) mod operators;
mod path;
mod placeholders;
pub(crate) mod policy_document;
mod sets;
pub(crate) mod size;
pub(crate) mod templates;
pub(crate) mod types;
mod undecided;
pub(crate) mod unknowns;

pub(crate) use cache::ValueCache;
pub(crate) use calls::{function_name, symbols};
pub(in crate::internal::formats) use environment::region_from_environment;
pub(crate) use evaluator::{
    Evaluator, LocalNames, MAX_DEPTH, ValuePath, at_use, computed, failed, may_fail, picked, quoted, symbol, with_hop,
};
pub(in crate::internal::formats) use policy_document::PolicyDocument;
