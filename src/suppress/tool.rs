//! The other tools whose suppressions can be respected.

use serde::{Deserialize, Serialize};

/// Another tool whose comments can suppress findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OtherTool {
    Checkov,
    Trivy,
    Kics,
    Tflint,
    CfnGuard,
    CfnNag,
}

impl OtherTool {
    /// The tool's name in its own spelling.
    pub fn name(self) -> &'static str {
        match self {
            OtherTool::Checkov => "Checkov",
            OtherTool::Trivy => "Trivy",
            OtherTool::Kics => "KICS",
            OtherTool::Tflint => "TFLint",
            OtherTool::CfnGuard => "CloudFormation Guard",
            OtherTool::CfnNag => "cfn_nag",
        }
    }
}
