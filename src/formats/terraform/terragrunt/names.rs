//! The role of a file in Terragrunt, by its name.

/// The configuration of a unit, in the order in which Terragrunt looks for it.
pub(crate) const UNIT: [&str; 2] = ["terragrunt.hcl", "terragrunt.hcl.json"];

/// The file of a stack.
pub(crate) const STACK: &str = "terragrunt.stack.hcl";

/// The values that a stack gives to a unit, in the directory that it generates.
pub(crate) const VALUES: &str = "terragrunt.values.hcl";

/// The directory of the units that a stack generates.
pub(crate) const GENERATED: &str = ".terragrunt-stack";

/// True for the configuration of a unit, and for the file of a stack.
pub(crate) fn is_deployment(name: &str) -> bool {
    is_unit(name) || name == STACK
}

/// True for the configuration of a unit, or of a file that other units include.
pub(crate) fn is_unit(name: &str) -> bool {
    UNIT.contains(&name)
}
