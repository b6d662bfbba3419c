//! The forms of a source: a local directory, or a module of a registry.

/// The path in a source that is a local directory; `//`, which separates the part that Terragrunt copies, is like `/`.
pub(super) fn local_path(source: &str) -> Option<String> {
    const HOSTS: [&str; 5] = ["github.com/", "gitlab.com/", "bitbucket.org/", "git@", "www.googleapis.com/"];
    let source = source.strip_prefix("file://").unwrap_or(source);
    let path = source.split('?').next().unwrap_or_default();
    let first = path.split('/').next().unwrap_or_default();
    let is_remote = path.contains("://") || path.contains("::") || HOSTS.iter().any(|host| path.starts_with(host));
    (!is_remote && !first.ends_with(".amazonaws.com")).then(|| path.replace('\\', "/"))
}

/// The source of a module in a registry as a call has it, with its version: `tfr:///a/b/aws//sub?version=1.0.0`.
pub(super) fn registry_source(text: &str) -> Option<(String, Option<String>)> {
    let (path, query) = text.strip_prefix("tfr://").map(|rest| rest.split_once('?').unwrap_or((rest, "")))?;
    let version = query.split('&').find_map(|parameter| parameter.strip_prefix("version="));
    Some((path.trim_start_matches('/').to_owned(), version.map(str::to_owned)))
}
