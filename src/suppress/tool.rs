//! The other tools whose comments can be accepted.

use serde::{Deserialize, Serialize};

/// Another tool whose comments can suppress findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    Checkov,
    Trivy,
    Kics,
    Tflint,
    CfnGuard,
    CfnNag,
}

impl Tool {
    /// As it calls itself.
    pub fn name(self) -> &'static str {
        match self {
            Tool::Checkov => "Checkov",
            Tool::Trivy => "Trivy",
            Tool::Kics => "KICS",
            Tool::Tflint => "TFLint",
            Tool::CfnGuard => "CloudFormation Guard",
            Tool::CfnNag => "cfn_nag",
        }
    }
}
