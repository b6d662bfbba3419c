//! The known interface of a module that isn't installed.

use crate::value::Reason;

/// The interface of a public module in the versions that a call may select.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownInterface {
    /// The module's name in its registry.
    pub module: String,
    pub versions: Vec<&'static str>,
    /// The versions as a text: `0.17.0–0.24.0`.
    pub shown_versions: String,
    /// The address of the call without keys, or the root that the module is.
    pub call: String,
    /// Arguments that some of the versions lack.
    pub partial_arguments: Vec<&'static str>,
    /// True if the module is a root module, so that a version ignores values of variables that it lacks.
    pub is_root: bool,
    /// True if the interface has the data events of its trails.
    pub has_data_events: bool,
    /// True if the interface has the log group of its trails.
    pub has_log_group: bool,
    /// The note for findings about its trails.
    pub note: String,
    /// The advice for a value that depends on the version.
    pub advice: &'static str,
    /// The advice for a value that isn't part of the interface.
    pub code_advice: &'static str,
}

impl KnownInterface {
    /// The reason why a part of a trail that the interface doesn't have is unknown.
    pub fn lacks(&self, part: &str) -> Reason {
        Reason::Worded {
            subject: self.call.clone(),
            text: format!("the known interface of {} doesn't include {part}", self.module),
            advice: self.code_advice.into(),
        }
    }
}
