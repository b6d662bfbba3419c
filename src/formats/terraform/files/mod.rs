//! Functions that read files or list directories, for each language that calls them.

mod copied;
mod fileset;
pub(crate) mod values;

use std::path::{Path, PathBuf};

pub(crate) use copied::CopiedDirectories;

use crate::formats::Context;
use crate::formats::terraform::language::lookup::Lookup;
use crate::formats::terraform::language::{Evaluator, ValuePath, at_use, computed, failed, function_name, symbols};
use crate::source::{FileId, Sources, Span, normalize};
use crate::syntax::hcl::FunctionCall;
use crate::value::{Data, Hop, HopKind, Known, Reason, Traced, Unknown};

/// The text in front of an absolute path of the checked tree, so that no value depends on the location of the tree.
const CHECKOUT: &str = "/checked-tree";

/// The absolute path of a file or directory, as a value.
pub(crate) fn absolute_text(path: &Path, sources: &Sources) -> String {
    match path.strip_prefix(sources.path_of(".")) {
        Ok(below) if below.as_os_str().is_empty() => CHECKOUT.to_owned(),
        Ok(below) => format!("{CHECKOUT}/{}", below.to_string_lossy()),
        Err(_) => path.to_string_lossy().into_owned(),
    }
}

/// The path that a text means in a directory.
pub(crate) fn path_of_text(text: &str, directory: &Path, sources: &Sources) -> PathBuf {
    let below = text.strip_prefix(CHECKOUT).filter(|below| below.is_empty() || below.starts_with('/'));
    let path = match below {
        Some(below) => sources.path_of(".").join(below.trim_start_matches('/')),
        None => directory.join(text),
    };
    normalize(&path)
}

/// The path from one directory to another.
pub(crate) fn relative(from: &Path, to: &Path) -> PathBuf {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| std::path::Component::ParentDir);
    up.chain(to.components().skip(shared)).collect()
}

/// True if a function reads a file or lists a directory.
pub(crate) fn is_function(name: &str) -> bool {
    matches!(
        name,
        "file"
            | "fileexists"
            | "templatefile"
            | "filebase64"
            | "filemd5"
            | "filesha1"
            | "filesha256"
            | "filesha512"
            | "filebase64sha256"
            | "filebase64sha512"
            | "fileset"
    )
}

/// The files of the checked tree, with paths relative to a directory.
#[derive(Clone, Copy)]
pub(crate) struct FileAccess<'a> {
    pub(crate) context: Context<'a>,
    pub(crate) directory: &'a Path,
    /// The generated directories, whose files are elsewhere.
    pub(crate) copied: Option<&'a CopiedDirectories>,
}

impl FileAccess<'_> {
    /// Evaluates one of these functions.
    pub(crate) fn call<L: Lookup>(self, evaluator: &Evaluator<'_, L>, call: &FunctionCall, span: Span) -> ValuePath {
        if function_name(call) == "fileset" {
            return at_use(self.fileset(evaluator, call, span));
        }
        match evaluator.arguments(call) {
            Ok(arguments) => self.read(evaluator, function_name(call), &arguments, span),
            Err(why) => at_use(Unknown(why)),
        }
    }

    /// The file at a path, if it may be read.
    pub(crate) fn load(self, path: &str) -> Option<FileId> {
        let path = self.path(path);
        let sources = self.context.sources;
        let id = sources.load(self.context.fs, &path).ok().filter(|_| sources.may_read(&path))?;
        sources.file(id).replaced.is_empty().then_some(id)
    }

    fn path(self, text: &str) -> PathBuf {
        let path = path_of_text(text, self.directory, self.context.sources);
        self.copied.map_or_else(|| path.clone(), |copied| copied.original(&path))
    }

    fn read<L: Lookup>(
        self,
        evaluator: &Evaluator<'_, L>,
        name: &str,
        arguments: &[Traced<Data>],
        span: Span,
    ) -> ValuePath {
        let path = match arguments.first().map(|argument| &argument.value) {
            Some(Known(Data::String(path))) => path.clone(),
            Some(Unknown(why)) => return at_use(computed(format!("{name}({})", why.symbol()), why, None)),
            Some(Known(_)) | None => return at_use(failed(format!("`{name}` takes a path"))),
        };
        let (context, path) = (self.context, self.path(&path));
        if !context.sources.may_read(&path) {
            return unavailable(name, arguments);
        }
        match (name, context.sources.load(context.fs, &path)) {
            ("fileexists", Ok(_)) => at_use(Known(Data::Bool(true))),
            ("file", Ok(id)) => {
                let file = context.sources.file(id);
                let whole = Hop { span: Span::new(id, 0, file.text.len()), step: HopKind::File };
                let is_text = file.replaced.is_empty();
                if is_text {
                    (Known(Data::String(file.text.clone())), vec![whole])
                } else {
                    unavailable(name, arguments)
                }
            }
            ("templatefile", Ok(id)) => {
                let file = context.sources.file(id);
                let variables = arguments.get(1).map(|argument| &argument.value);
                at_use(evaluator.render(&file.text, variables, |range| Span::new(id, range.start, range.end)))
            }
            // The digest or the Base64 of the file's content.
            (name, Ok(id)) => {
                let file = context.sources.file(id);
                let function =
                    name.strip_prefix("file").map(|name| if name == "base64" { "base64encode" } else { name });
                let text = Traced::written(Data::String(file.text.clone()), span);
                match function.filter(|_| file.replaced.is_empty()) {
                    Some(function) => evaluator.pure(function, &[text], span),
                    None => unavailable(name, arguments),
                }
            }
            // A file that is missing here may exist when Terraform runs.
            _ => unavailable(name, arguments),
        }
    }
}

/// The value of a function whose file isn't available.
fn unavailable(name: &str, arguments: &[Traced<Data>]) -> ValuePath {
    let why = Reason::NotEvaluated { construct: format!("the function `{name}` on an unavailable file") };
    at_use(computed(format!("{name}({})", symbols(arguments)), &why, None))
}
