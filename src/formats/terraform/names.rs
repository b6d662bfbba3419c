//! The role of a file in Terraform and OpenTofu, by its name.
//!
//! Source: `internal/configs/parser_config_dir.go` and the pages on override and variable definition files in either
//! project's documentation.

use std::path::Path;

use crate::source::SourceFile;

/// True if a file of this name is part of the module in its directory.
pub(crate) fn is_configuration(name: &str) -> bool {
    !is_backup(name) && base(name).is_some()
}

/// True if only OpenTofu reads the file.
pub(crate) fn is_tofu(name: &str) -> bool {
    name.ends_with(".tofu") || name.ends_with(".tofu.json")
}

/// The name of the file that OpenTofu reads instead: `x.tofu` for `x.tf`, and `x.tofu.json` for `x.tf.json`.
pub(crate) fn shadowing(name: &str) -> Option<String> {
    name.strip_suffix(".tf.json")
        .map(|base| format!("{base}.tofu.json"))
        .or_else(|| Some(format!("{}.tofu", name.strip_suffix(".tf")?)))
}

/// True for an override file, whose blocks change those of other files.
pub(crate) fn is_override(name: &str) -> bool {
    base(name).is_some_and(|base| base == "override" || base.ends_with("_override"))
}

/// True if Terraform loads the file's values of root variables automatically.
pub(crate) fn is_automatic_values(name: &str) -> bool {
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}

/// True for a variable definitions file.
pub(crate) fn is_variable_values(name: &str) -> bool {
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// True for a file with components of a Terraform Stack. Before version 1.13, it had another name.
pub(crate) fn is_component(name: &str) -> bool {
    !is_backup(name) && (name.ends_with(".tfcomponent.hcl") || name.ends_with(".tfstack.hcl"))
}

/// True for a file of a Terraform Stack: one with components or with deployments.
pub(crate) fn is_stack_file(name: &str) -> bool {
    is_component(name) || !is_backup(name) && name.ends_with(".tfdeploy.hcl")
}

/// True if a broken link of this name isn't an error: Terraform checks first if `terraform.tfvars` exists, and reads
/// other files of values only if an option names them.
pub(crate) fn can_lack(name: &str) -> bool {
    is_variable_values(name) && !name.ends_with(".auto.tfvars") && !name.ends_with(".auto.tfvars.json")
}

/// The name without the extensions of a configuration file.
fn base(name: &str) -> Option<&str> {
    [".tf", ".tofu", ".tf.json", ".tofu.json"].iter().find_map(|extension| name.strip_suffix(extension))
}

/// True for hidden files and backups of editors.
fn is_backup(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
}

/// The last name of a path.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// True if a file is in the JSON syntax: by its name or, for other extensions, by its first character.
pub(crate) fn is_json(file: &SourceFile) -> bool {
    let is_native = [".tf", ".tofu", ".tfvars"].iter().any(|extension| file.name.ends_with(extension));
    file.name.ends_with(".json") || !is_native && file.body().1.trim_start().starts_with('{')
}
