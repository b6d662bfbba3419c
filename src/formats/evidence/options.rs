//! The option that names evidence.

use std::path::PathBuf;

use clap::Args;

/// The options on the command line.
#[derive(Debug, Args)]
pub struct EvidenceArgs {
    /// Also check the accounts whose saved output of AWS CLI commands is in this file or directory; `-` is standard input.
    #[arg(long, value_name = "PATH", help_heading = "Input", env = "TRAILINT_EVIDENCE")]
    pub evidence: Vec<PathBuf>,
}
