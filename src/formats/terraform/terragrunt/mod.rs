//! Terragrunt: a unit is a directory whose configuration names a root module of Terraform and gives values to its
//! variables.
//!
//! The expressions are Terraform's, with other objects and additional functions: [`lookup`] and [`functions`] define
//! these. A [`Reader`] evaluates the configuration of one unit, with the files that it includes and reads; [`Unit`] has
//! the results that `project` needs to evaluate the root module. Nothing is executed, downloaded or decrypted.
//!
//! Source: <https://terragrunt.gruntwork.io/docs/reference/hcl/>.

mod arguments;
mod configuration;
mod expansion;
mod file;
mod functions;
mod generate;
mod inputs;
mod lookup;
mod merge;
pub(crate) mod names;
mod place;
mod reader;
mod source;
mod stack;
mod unit;

pub(crate) use arguments::{ExtraArguments, GivenKind, GivenValue};
pub(crate) use file::FileCache;
pub(crate) use generate::{GeneratedFile, IfExists, is_own};
pub(crate) use place::{StackGap, UnitPlace};
pub(crate) use reader::Reader;
pub(crate) use stack::GeneratedUnit;
pub(crate) use unit::{Unit, UnitSource};
