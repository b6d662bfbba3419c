//! Modules: their files, calls and variables, and the instances of their blocks. Implements the names that expressions
//! refer to.

mod assignment;
mod body;
mod calls;
mod data_sources;
mod deployments;
mod documents;
mod domain;
mod expand;
mod files;
mod instances;
mod library;
mod loaded;
mod lookup;
pub(crate) mod mentions;
mod module;
mod paths;
mod planned;
mod policies;
mod program;
mod providers;
mod references;
mod rejections;
mod resolution;
mod resources;
pub(crate) mod roots;
mod scope;
mod search;
mod stack_types;
mod stacks;
mod units;
mod values;
mod variables;
mod written_text;

#[cfg(test)]
mod tests;
