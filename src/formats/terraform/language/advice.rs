//! The reasons and the advice for values that are unknown in Terraform.

use crate::value::Reason;

/// The reason for the Region of a provider whose configuration doesn't set it.
pub(in crate::internal::formats) fn region_from_environment(provider: &str) -> Reason {
    let text = format!("provider `{provider}` takes its Region from the environment");
    Reason::FromEnvironment { setting: format!("the Region of {provider}"), text }
}

/// Describes how to make an unknown value of Terraform's code known, as one imperative sentence.
pub(in crate::internal::formats) fn advice_in_terraform(why: &Reason) -> String {
    match why.root() {
        Reason::NoValue { reference } => {
            let name = reference.strip_prefix("var.").unwrap_or(reference);
            format!("set variable `{name}` with `--var {name}=…` or `--var-file`, or add a default")
        }
        Reason::FromEnvironment { .. } => "set `region` in the provider's configuration, or pass `--region`".to_owned(),
        other => other.advice(),
    }
}
