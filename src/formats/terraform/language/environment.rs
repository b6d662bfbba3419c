//! The reasons for values that the environment of Terraform sets.

use crate::value::Reason;

/// The reason for the Region of a provider whose configuration doesn't set it.
pub(in crate::internal::formats) fn region_from_environment(provider: &str) -> Reason {
    let text = format!("provider `{provider}` takes its Region from the environment");
    Reason::FromEnvironment { setting: format!("the Region of {provider}"), text }
}
