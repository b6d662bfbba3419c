//! What Terraform and OpenTofu make of a file by its name.
//!
//! Source: `internal/configs/parser_config_dir.go` and the pages on override and
//! variable definition files in either project's documentation.

/// Whether a file of this name is part of the module in its directory.
pub(crate) fn is_configuration(name: &str) -> bool {
    !is_backup(name) && base(name).is_some()
}

/// Whether only OpenTofu reads it.
pub(super) fn is_tofu(name: &str) -> bool {
    name.ends_with(".tofu") || name.ends_with(".tofu.json")
}

/// OpenTofu reads `x.tofu` in place of `x.tf`, and `x.tofu.json` in place of `x.tf.json`.
pub(super) fn shadowing(name: &str) -> Option<String> {
    let native = || Some(format!("{}.tofu", name.strip_suffix(".tf")?));
    name.strip_suffix(".tf.json").map(|base| format!("{base}.tofu.json")).or_else(native)
}

/// Whether its blocks change those of other files.
pub(super) fn is_override(name: &str) -> bool {
    base(name).is_some_and(|base| base == "override" || base.ends_with("_override"))
}

/// Whether it gives variables of a root module values without being asked to.
pub(super) fn is_automatic_values(name: &str) -> bool {
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}

/// Whether it holds values of variables, and nothing else.
pub(super) fn is_variable_values(name: &str) -> bool {
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// Whether nothing is wrong if it is a link that leads nowhere: Terraform looks first whether `terraform.tfvars` is there,
/// and only for that, unless it is told of others.
pub(super) fn can_lack(name: &str) -> bool {
    is_variable_values(name) && !name.ends_with(".auto.tfvars") && !name.ends_with(".auto.tfvars.json")
}

/// The name without the extensions of a configuration file.
fn base(name: &str) -> Option<&str> {
    [".tf", ".tofu", ".tf.json", ".tofu.json"].iter().find_map(|extension| name.strip_suffix(extension))
}

/// What editors leave behind, and hidden files.
fn is_backup(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
}
