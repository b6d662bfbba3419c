//! The role of a file in Terragrunt, by its name.

/// The configuration of a unit, in the order in which Terragrunt looks for it.
pub(crate) const UNIT: [&str; 2] = ["terragrunt.hcl", "terragrunt.hcl.json"];

/// True for the configuration of a unit, or of a file that other units include.
pub(crate) fn is_unit(name: &str) -> bool {
    UNIT.contains(&name)
}
