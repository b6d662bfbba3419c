//! Evaluates the paths of modules, as Terraform returns them when it runs in the root module's directory, and the last
//! names of absolute paths.

use std::path::{Component, Path, PathBuf};

use super::calls;
use super::program::ModuleEvaluator;
use super::scope::ModuleScope;
use crate::formats::terraform::files::relative;
use crate::formats::terraform::language::MAX_DEPTH;
use crate::formats::terraform::sources::is_local;
use crate::source::normalize;
use crate::syntax::hcl::{Expr, ExprKind};
use crate::value::{Data, Known};

impl ModuleEvaluator<'_> {
    /// Evaluates `path.module`. It isn't always the shortest path: Terraform appends the source of each call to the
    /// path of its caller.
    pub(super) fn module_path(&self) -> String {
        let path = self.path_of(self.lookup.scope);
        if path.as_os_str().is_empty() { ".".to_owned() } else { path.to_string_lossy().into_owned() }
    }

    /// The search for modules limits the depth of this recursion.
    fn path_of(&self, scope: &ModuleScope) -> PathBuf {
        let Some(call) = &scope.call else { return PathBuf::new() };
        let source = scope.call_block().and_then(calls::literal_source);
        match source.filter(|source| is_local(source)) {
            Some(source) => joined(&self.path_of(&call.caller), source),
            None => relative(&self.lookup.tree.root.module.directory, &scope.module.directory),
        }
    }

    /// The last name of an absolute path, if it doesn't depend on the location of the checked tree.
    pub(super) fn absolute_name(&self, path: &Expr) -> Option<String> {
        let path = self.absolute(path)?;
        let is_inside = self.lookup.tree.context.sources.is_below_root(&path);
        Some(path.file_name()?.to_str()?.to_owned()).filter(|_| is_inside)
    }

    /// An absolute path on this machine. Only its last name may become a value.
    fn absolute(&self, path: &Expr) -> Option<PathBuf> {
        self.world.enter(MAX_DEPTH).ok()?;
        let place = self.absolute_at(path);
        self.world.leave();
        place
    }

    fn absolute_at(&self, path: &Expr) -> Option<PathBuf> {
        let root = &self.lookup.tree.root.module.directory;
        match &path.kind {
            ExprKind::Call(call) => match (call.name.text.as_str(), call.arguments.as_slice()) {
                ("abspath", [path]) => match self.eval(path).value {
                    Known(Data::String(path)) => Some(normalize(&root.join(path))),
                    _ => self.absolute(path),
                },
                ("dirname", [path]) => self.absolute(path)?.parent().map(Path::to_owned),
                _ => None,
            },
            ExprKind::GetAttr(base, name) if !self.is_outside => match &base.kind {
                ExprKind::Variable(keyword) if self.named(keyword).is_none() => match keyword.as_str() {
                    "path" if name.text == "cwd" => Some(root.clone()),
                    "local" => {
                        let local = self.lookup.scope.module.local(&name.text)?;
                        self.fresh().absolute(local)
                    }
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }
}

/// A relative path appended to another one. `..` removes only a known name.
fn joined(base: &Path, path: &str) -> PathBuf {
    let mut joined = base.to_owned();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if matches!(joined.components().next_back(), Some(Component::Normal(_))) => drop(joined.pop()),
            part => joined.push(part),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_added_as_terraform_does() {
        for (base, source, path) in [
            ("", "./modules/audit", "modules/audit"),
            ("", "../../modules/audit/", "../../modules/audit"),
            ("../../modules/audit", "../other", "../../modules/other"),
            ("../modules", "../..", "../.."),
            ("", "../prod/x", "../prod/x"),
            (".terraform/modules/a", "./sub//x", ".terraform/modules/a/sub/x"),
        ] {
            assert_eq!(joined(Path::new(base), source), Path::new(path), "{base} {source}");
        }
        assert_eq!(relative(Path::new("/r/envs/prod"), Path::new("/r/m")), Path::new("../../m"));
    }
}
