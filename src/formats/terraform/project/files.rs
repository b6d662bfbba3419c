//! Functions that read files or declarations.

use super::program::ModuleEvaluator;
use crate::formats::terraform::files::{self, FileAccess};
use crate::formats::terraform::language::types::{Type, convert};
use crate::formats::terraform::language::{ValuePath, at_use, computed, failed, function_name, picked, symbol};
use crate::source::Span;
use crate::syntax::hcl::{Expr, ExprKind, FunctionCall};
use crate::value::{Data, Known, Maybe, Reason, Traced, Unknown};

impl ModuleEvaluator<'_> {
    /// The result of such a function; `None` for another one.
    pub(crate) fn call_with_files(&self, call: &FunctionCall, span: Span) -> Option<ValuePath> {
        match (function_name(call), call.arguments.as_slice()) {
            ("basename", [path]) => Some(at_use(Known(Data::String(self.absolute_name(path)?)))),
            (name, _) if files::is_function(name) => Some(self.files().call(self, call, span)),
            ("issensitive", _) => Some(at_use(self.is_sensitive(call))),
            ("base64gunzip", _) => Some(self.unzipped(call)),
            ("ephemeralasnull", _) if self.may_be_ephemeral() => Some(at_use(Unknown(Reason::NotEvaluated {
                construct: "`ephemeralasnull` beside ephemeral values".to_owned(),
            }))),
            _ => None,
        }
    }

    /// The files that functions read, relative to the root module's directory.
    pub(super) fn files(&self) -> FileAccess<'_> {
        FileAccess {
            context: self.lookup.tree.context,
            directory: &self.lookup.tree.root.module.directory,
            copied: None,
        }
    }

    /// Evaluates `issensitive`, if the expression itself or a variable or local of the module determines the result.
    fn is_sensitive(&self, call: &FunctionCall) -> Maybe<Data> {
        let [argument] = call.arguments.as_slice() else { return failed("`issensitive` takes one argument") };
        match self.sensitivity(argument, MAX_REFERENCES) {
            Some(is_sensitive) => Known(Data::Bool(is_sensitive)),
            None => {
                let why = Reason::NotEvaluated { construct: "`issensitive` of such a value".to_owned() };
                computed(format!("issensitive({})", symbol(&self.eval(argument).value)), &why, None)
            }
        }
    }

    /// True if an expression is marked as sensitive, false if its value is known and not sensitive, `None` if neither
    /// is certain.
    fn sensitivity(&self, expr: &Expr, depth: usize) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        match &expr.kind {
            ExprKind::Call(call) => match (function_name(call), call.arguments.as_slice()) {
                ("sensitive", [_]) => Some(true),
                ("nonsensitive", [_]) => Some(false),
                _ => None,
            },
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => Some(false),
            ExprKind::GetAttr(root, name) if !self.is_outside => match &root.kind {
                ExprKind::Variable(root) if self.named(root).is_some() => None,
                ExprKind::Variable(root) if root == "local" => {
                    let local = self.lookup.scope.module.local(&name.text)?;
                    self.fresh().sensitivity(local, depth)
                }
                ExprKind::Variable(root) if root == "var" => self.is_sensitive_variable(&name.text, expr),
                _ => None,
            },
            _ => None,
        }
    }

    /// Like [`Self::sensitivity`], for a variable. Unless the variable is declared as sensitive, it is as sensitive as
    /// the value that the call of its module passes.
    fn is_sensitive_variable(&self, name: &str, expr: &Expr) -> Option<bool> {
        let block = self.lookup.scope.module.find("variable", &[name])?;
        match block.body.attribute("sensitive").map(|attribute| &attribute.value.kind) {
            Some(ExprKind::Bool(true)) => Some(true),
            Some(ExprKind::Bool(false)) | None => {
                let is_known =
                    matches!(self.eval(expr).value, Known(data) if !matches!(data, Data::List(_) | Data::Object(_)));
                (is_known && self.lookup.scope.address.is_empty()).then_some(false)
            }
            Some(_) => None,
        }
    }

    /// Evaluates OpenTofu's `base64gunzip` if its argument is the result of `base64gzip`.
    fn unzipped(&self, call: &FunctionCall) -> ValuePath {
        let zipped = match call.arguments.as_slice() {
            [argument] if !call.expand_last => self.zipped(argument, MAX_REFERENCES),
            _ => None,
        };
        match zipped.map(|text| convert(text, &Type::String)) {
            Some(Traced { value: Known(Data::Null), .. }) => at_use(failed("`base64gzip` doesn't take null")),
            Some(text) => picked(text),
            None => at_use(self.unevaluated_text(call, 1)),
        }
    }

    /// Returns the text that an expression compresses with `base64gzip`, directly or in a local of the module.
    fn zipped(&self, expr: &Expr, depth: usize) -> Option<Traced<Data>> {
        let depth = depth.checked_sub(1)?;
        match &expr.kind {
            ExprKind::Call(call) if function_name(call) == "base64gzip" && !call.expand_last => {
                match call.arguments.as_slice() {
                    [text] => Some(self.eval(text)),
                    _ => None,
                }
            }
            ExprKind::GetAttr(root, name) if self.is_local(root) => {
                let local = self.lookup.scope.module.local(&name.text)?;
                self.fresh().zipped(local, depth)
            }
            _ => None,
        }
    }

    /// True if a value of this module may be ephemeral: that of a variable, a resource, or another module.
    fn may_be_ephemeral(&self) -> bool {
        let module = &self.lookup.scope.module;
        let mut variables = module.blocks("variable").filter_map(|id| module.block(id));
        variables.any(|variable| variable.body.attribute("ephemeral").is_some())
            || ["ephemeral", "module"].into_iter().any(|keyword| module.blocks(keyword).next().is_some())
    }
}

/// The limit of consecutive references that `issensitive` and `base64gunzip` follow.
const MAX_REFERENCES: usize = 16;
