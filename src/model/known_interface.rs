//! The known interface of a module that isn't installed.

/// The interface of a public module in the versions that a call may select.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownInterface {
    /// The module's name in its registry.
    pub module: String,
    pub versions: Vec<&'static str>,
    /// The versions as a text: `0.17.0–0.24.0`.
    pub shown_versions: String,
    /// The address of the call without keys.
    pub call: String,
    /// Arguments that some of the versions lack.
    pub partial_arguments: Vec<&'static str>,
    /// The note for findings about its trails.
    pub note: String,
    /// The advice for a value that depends on the version.
    pub advice: &'static str,
}
