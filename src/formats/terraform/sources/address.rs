//! Normalizes the source of a module to the form in which `terraform init` records it.
//!
//! Source: the tests of `internal/getmodules/moduleaddrs` in Terraform, whose shorthands OpenTofu shares, and
//! `terraform get`.

use std::borrow::Cow;
use std::fmt;

/// The registry hosts that a source may omit.
const DEFAULT_HOSTS: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// The hosts that can't have a registry, because a shorthand begins with their names.
const SHORTHANDS: [&str; 2] = ["github.com", "bitbucket.org"];

/// A source of a module that isn't a local path. Equal addresses refer to the same code.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Address {
    /// The package, preceded by the protocol that fetches it.
    package: String,
    /// The directory within the package.
    directory: String,
    /// The parameters, such as `ref`, sorted.
    parameters: Vec<String>,
    /// True if the package is the name of a module in a registry.
    is_registry: bool,
}

impl Address {
    /// Parses a source in the form of a call or of the manifest of installed modules.
    pub(in super::super) fn parse(source: &str) -> Self {
        let (rest, query) = source.split_once('?').unwrap_or((source, ""));
        let (package, directory) = split_directory(rest);
        let mut parameters: Vec<String> =
            query.split('&').filter(|part| !part.is_empty()).map(|part| decoded(part, true)).collect();
        parameters.sort_unstable();
        if let Some(package) = registry(package) {
            return Self { package, directory: clean(directory), parameters, is_registry: true };
        }
        let (protocol, url) = forced(package);
        let shorthand = if has_scheme(url) { None } else { expanded(url) };
        let (package, inner) = match shorthand {
            Some(ExpandedSource { protocol: own, url, directory }) => {
                let protocol = if protocol.is_empty() { own } else { protocol };
                (format!("{protocol}::{url}"), directory)
            }
            None => (format!("{protocol}::{url}"), ""),
        };
        let directory = clean(&format!("{}/{}", decoded(inner, false), decoded(directory, false)));
        Self { package: decoded(&package, false), directory, parameters, is_registry: false }
    }

    /// The package in a registry or on a host of repositories; `None` for other sources.
    pub(in super::super) fn package(&self) -> Option<Package> {
        if self.is_registry {
            let (name, directory) = (self.package.clone(), self.directory.clone());
            return Some(Package { name, directory, reference: None, is_registry: true });
        }
        let (protocol, url) = self.package.split_once("::")?;
        let (scheme, rest) = url.split_once("://")?;
        let (authority, path) = rest.split_once('/')?;
        let host = authority.rsplit('@').next()?.split(':').next()?;
        let mut parts = path.trim_matches('/').splitn(4, '/');
        let (owner, name) = (parts.next()?, parts.next()?);
        match (protocol, parts.next(), parts.next()) {
            ("git", None, None) => {
                let name = format!("{host}/{owner}/{}", name.strip_suffix(".git").unwrap_or(name));
                let reference = self.parameters.iter().find_map(|parameter| parameter.strip_prefix("ref="));
                let directory = self.directory.clone();
                Some(Package { name, directory, reference: reference.map(str::to_owned), is_registry: false })
            }
            // An archive has one directory, which is named after the repository.
            ("", Some("archive"), Some(file)) if matches!(scheme, "http" | "https") => {
                let reference = file.strip_suffix(".zip").or_else(|| file.strip_suffix(".tar.gz"))?;
                let directory = self.directory.split_once('/').map(|(_, inner)| inner.to_owned()).unwrap_or_default();
                let name = format!("{host}/{owner}/{name}");
                Some(Package { name, directory, reference: Some(reference.to_owned()), is_registry: false })
            }
            _ => None,
        }
    }

    /// The most descriptive name of the code: of the directory, of the module in a registry, or of the repository.
    pub(in super::super) fn last_name(&self) -> &str {
        let path = if self.directory.is_empty() { self.package.trim_end_matches('/') } else { &self.directory };
        let path = match path.rsplit_once('/') {
            // The provider follows the name.
            Some((module, _)) if self.is_registry && self.directory.is_empty() => module,
            _ => path.strip_suffix(".git").unwrap_or(path),
        };
        path.rsplit('/').next().unwrap_or_default()
    }
}

/// A package in a registry or on a host of repositories, regardless of the protocol.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Package {
    /// `a/b/aws` in a registry, `github.com/a/b` on a host.
    pub(in super::super) name: String,
    /// The directory within the package.
    pub(in super::super) directory: String,
    /// The tag, the branch or the commit, if the source names one.
    pub(in super::super) reference: Option<String>,
    pub(in super::super) is_registry: bool,
}

/// Formats the source as `terraform init` records it, without the parameters.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.package.trim_start_matches("::"))?;
        if self.directory.is_empty() { Ok(()) } else { write!(f, "//{}", self.directory) }
    }
}

/// The URL that a shorthand expands to.
struct ExpandedSource<'a> {
    protocol: &'a str,
    url: String,
    directory: &'a str,
}

/// Splits off the directory within a package, which follows a `//` outside of the scheme.
fn split_directory(source: &str) -> (&str, &str) {
    let start = source.find("://").map_or(0, |at| at.saturating_add(3));
    let split = source.get(start..).and_then(|rest| rest.find("//"));
    let split = split.and_then(|at| source.split_at_checked(start.saturating_add(at)));
    split.map_or((source, ""), |(package, rest)| (package, rest.get(2..).unwrap_or_default()))
}

/// The name of a module in a registry, without a default host; `None` if the package isn't one.
fn registry(package: &str) -> Option<String> {
    let parts: Vec<&str> = package.split('/').collect();
    let (host, names) = match parts.as_slice() {
        names @ [_, _, _] => (None, names),
        [host, names @ ..] if names.len() == 3 && host.contains('.') && !host.contains('@') => {
            (Some(host.to_ascii_lowercase()), names)
        }
        _ => return None,
    };
    if !names.iter().all(|name| is_name(name)) || host.as_deref().is_some_and(|host| SHORTHANDS.contains(&host)) {
        return None;
    }
    let host = host.filter(|host| !DEFAULT_HOSTS.contains(&host.as_str()));
    Some(host.into_iter().chain(names.iter().map(|name| (*name).to_owned())).collect::<Vec<_>>().join("/"))
}

fn is_name(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The protocol before `::`, or an empty text, and the rest.
fn forced(package: &str) -> (&str, &str) {
    match package.split_once("::") {
        Some((protocol, url)) if !protocol.is_empty() && protocol.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            (protocol, url)
        }
        _ => ("", package),
    }
}

/// True if a URL begins with a scheme.
fn has_scheme(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    })
}

fn expanded(url: &str) -> Option<ExpandedSource<'_>> {
    github(url).or_else(|| ssh(url)).or_else(|| bitbucket(url)).or_else(|| bucket(url)).or_else(|| path(url))
}

fn repository(url: &str) -> Cow<'_, str> {
    if url.ends_with(".git") { Cow::Borrowed(url) } else { Cow::Owned(format!("{url}.git")) }
}

/// `github.com/owner/name`, optionally followed by a directory.
fn github(url: &str) -> Option<ExpandedSource<'_>> {
    let mut parts = url.strip_prefix("github.com/")?.splitn(3, '/');
    let (owner, name) = (parts.next()?, parts.next()?);
    let url = format!("https://github.com/{owner}/{}", repository(name));
    Some(ExpandedSource { protocol: "git", url, directory: parts.next().unwrap_or_default() })
}

/// `bitbucket.org/owner/name`.
fn bitbucket(url: &str) -> Option<ExpandedSource<'_>> {
    url.strip_prefix("bitbucket.org/")?;
    Some(ExpandedSource { protocol: "git", url: format!("https://{}", repository(url)), directory: "" })
}

/// `git@host:path`.
fn ssh(url: &str) -> Option<ExpandedSource<'_>> {
    let (host, path) = url.strip_prefix("git@")?.split_once(':')?;
    let path = path.strip_prefix('/').unwrap_or(path);
    let is_such = !host.is_empty() && !path.is_empty();
    is_such.then(|| ExpandedSource { protocol: "git", url: format!("ssh://git@{host}/{path}"), directory: "" })
}

/// An object in an S3 or Google Cloud Storage bucket.
fn bucket(url: &str) -> Option<ExpandedSource<'_>> {
    let (host, object) = url.split_once('/')?;
    if host == "www.googleapis.com" {
        return Some(ExpandedSource { protocol: "gcs", url: format!("https://{url}"), directory: "" });
    }
    let hosts: Vec<&str> = host.strip_suffix(".amazonaws.com")?.split('.').collect();
    let url = match hosts.as_slice() {
        [region] => format!("https://{region}.amazonaws.com/{object}"),
        [bucket, region] => format!("https://{region}.amazonaws.com/{bucket}/{object}"),
        [bucket, "s3", region] => format!("https://s3.{region}.amazonaws.com/{bucket}/{object}"),
        _ => return None,
    };
    Some(ExpandedSource { protocol: "s3", url, directory: "" })
}

fn path(url: &str) -> Option<ExpandedSource<'_>> {
    url.starts_with('/').then(|| ExpandedSource { protocol: "", url: format!("file://{url}"), directory: "" })
}

/// A path without empty parts, `.` and `..`.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Decodes percent-encoded text; in a query, `+` is a space.
fn decoded(text: &str, is_query: bool) -> String {
    let mut rest = text.as_bytes();
    let mut bytes = Vec::with_capacity(rest.len());
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let escaped = after.get(..2).filter(|_| *first == b'%').and_then(hex);
        if escaped.is_some() {
            rest = after.get(2..).unwrap_or_default();
        }
        bytes.push(escaped.unwrap_or(if is_query && *first == b'+' { b' ' } else { *first }));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn what_terraform_records_is_the_same_address() {
        let cases = [
            ("github.com/a/b", "git::https://github.com/a/b.git"),
            ("github.com/a/b.git//x/y?ref=v1", "git::https://github.com/a/b.git//x/y?ref=v1"),
            ("github.com/a/b/x//y", "git::https://github.com/a/b.git//x/y"),
            ("git::github.com/a/b", "git::https://github.com/a/b.git"),
            ("git@github.com:a/b.git", "git::ssh://git@github.com/a/b.git"),
            ("git::git@github.com:a/b.git//x?ref=f/x", "git::ssh://git@github.com/a/b.git//x?ref=f%2Fx"),
            ("git@host.example:/srv/b?depth=1&ref=v1", "git::ssh://git@host.example/srv/b?ref=v1&depth=1"),
            ("bitbucket.org/a/b", "git::https://bitbucket.org/a/b.git"),
            ("bitbucket.org/a/b//x", "git::https://bitbucket.org/a/b.git//x"),
            ("/opt/a//./x/", "file:///opt/a//x"),
            ("/opt/a", "file:///opt/a"),
            ("git::https://h.example/a.git//./x/", "git::https://h.example/a.git//x"),
            ("s3-eu-west-1.amazonaws.com/b/a.zip", "s3::https://s3-eu-west-1.amazonaws.com/b/a.zip"),
            ("b.s3.eu-west-1.amazonaws.com/a.zip", "s3::https://s3.eu-west-1.amazonaws.com/b/a.zip"),
            ("www.googleapis.com/storage/v1/b/a", "gcs::https://www.googleapis.com/storage/v1/b/a"),
            ("a/b/aws", "registry.terraform.io/a/b/aws"),
            ("a/b/aws//x/", "registry.opentofu.org/a/b/aws//x"),
            ("App.Terraform.io/a/b/aws", "app.terraform.io/a/b/aws"),
            ("a/b/aws", "a/b/aws"),
        ];
        for (written, recorded) in cases {
            assert_eq!(Address::parse(written), Address::parse(recorded), "{written}");
        }
    }

    #[test]
    fn other_code_is_another_address() {
        let cases = [
            ("github.com/a/b?ref=v1", "git::https://github.com/a/b.git?ref=v2"),
            ("github.com/a/b//x", "git::https://github.com/a/b.git//y"),
            ("a/b/aws", "app.terraform.io/a/b/aws"),
            ("git::https://h.example/a.git", "https://h.example/a.git"),
            ("gitlab.com/a/b", "git::https://gitlab.com/a/b.git"),
        ];
        for (written, recorded) in cases {
            assert_ne!(Address::parse(written), Address::parse(recorded), "{written}");
        }
    }

    #[test]
    fn the_last_name_says_most() {
        let cases = [
            ("terraform-aws-modules/s3-bucket/aws", "s3-bucket"),
            ("app.terraform.io/a/cloudtrail/aws", "cloudtrail"),
            ("a/secure-baseline/aws//modules/vpc-baseline", "vpc-baseline"),
            ("github.com/a/terraform-aws-cloudtrail?ref=x/y", "terraform-aws-cloudtrail"),
            ("git::ssh://git@h.example/p/cloudtrail.git", "cloudtrail"),
            ("https://h.example/modules/cloudtrail.zip", "cloudtrail.zip"),
            ("../modules/cloudtrail/", "cloudtrail"),
        ];
        for (source, name) in cases {
            assert_eq!(Address::parse(source).last_name(), name, "{source}");
        }
    }
}
