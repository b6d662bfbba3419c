//! The functions that Terragrunt adds to Terraform's.
//!
//! A function that runs a program, asks AWS or decrypts a file has an unknown result. Source:
//! <https://terragrunt.gruntwork.io/docs/reference/hcl/functions/>.

use std::path::Path;

use super::lookup::{ConfigurationEvaluator, ConfigurationLookup};
use super::{merge, names};
use crate::formats::terraform::files::values::read_values;
use crate::formats::terraform::files::{self, FileAccess, absolute_text, path_of_text, relative};
use crate::formats::terraform::language::functions::json;
use crate::formats::terraform::language::types::{Type, convert};
use crate::formats::terraform::language::unknowns::wholly_known;
use crate::formats::terraform::language::{
    ValuePath, at_use, computed, failed, function_name, symbol, symbols, with_hop,
};
use crate::formats::terraform::version;
use crate::source::{ReadError, Span, normalize};
use crate::syntax::hcl::{ExprKind, FunctionCall};
use crate::value::{Data, Field, Hop, HopKind, Known, Maybe, Object, Reason, Traced, Unknown};

/// The commands that `get_terraform_commands_that_need_vars` and the like return.
const NEED_VARS: &[&str] = &["apply", "console", "destroy", "import", "plan", "push", "refresh"];
const NEED_LOCKING: &[&str] = &["apply", "destroy", "import", "plan", "refresh", "taint", "untaint"];
const NEED_INPUT: &[&str] = &["apply", "import", "init", "plan", "refresh"];
const NEED_PARALLELISM: &[&str] = &["apply", "plan", "destroy"];

/// Functions whose result is known only when Terragrunt runs.
const AT_RUN_TIME: [&str; 11] = [
    "get_aws_account_alias",
    "get_aws_account_id",
    "get_aws_caller_identity_arn",
    "get_aws_caller_identity_user_id",
    "get_default_retryable_errors",
    "get_platform",
    "get_terraform_cli_args",
    "get_terragrunt_source_cli_flag",
    "get_working_dir",
    "run_cmd",
    "sops_decrypt_file",
];

/// Functions of later versions of Terraform and of OpenTofu, which Terragrunt doesn't have.
const LATER: [&str; 8] = [
    "base64gunzip",
    "cidrcontains",
    "ephemeralasnull",
    "issensitive",
    "plantimestamp",
    "strrev_unicode",
    "templatestring",
    "urldecode",
];

/// The result of a function of Terragrunt; `None` for one that Terraform has, too.
pub(super) fn call(evaluator: &ConfigurationEvaluator<'_>, call: &FunctionCall, span: Span) -> Option<ValuePath> {
    let (name, lookup) = (function_name(call), evaluator.lookup);
    if files::is_function(name) {
        let (context, directory) = (lookup.reader.context, &lookup.part.directory);
        let files = FileAccess { context, directory, copied: Some(&lookup.reader.copied) };
        return Some(files.call(evaluator, call, span));
    }
    if name == "jsondecode"
        && let [argument] = call.arguments.as_slice()
        && let ExprKind::Call(inner) = &argument.kind
        && function_name(inner) == "read_tfvars_file"
    {
        return Some(tfvars(evaluator, inner, span));
    }
    if !is_own(name) {
        return None;
    }
    let arguments = match evaluator.arguments(call) {
        Ok(arguments) => arguments,
        Err(why) => return Some(at_use(Unknown(why))),
    };
    Some(OwnCall { evaluator, lookup, name, arguments, span }.value(call))
}

fn is_own(name: &str) -> bool {
    const OWN: [&str; 20] = [
        "constraint_check",
        "deep_merge",
        "find_in_parent_folders",
        "get_env",
        "get_original_terragrunt_dir",
        "get_parent_terragrunt_dir",
        "get_path_from_repo_root",
        "get_path_to_repo_root",
        "get_repo_root",
        "get_terraform_command",
        "get_terraform_commands_that_need_input",
        "get_terraform_commands_that_need_locking",
        "get_terraform_commands_that_need_parallelism",
        "get_terraform_commands_that_need_vars",
        "get_terragrunt_dir",
        "mark_as_read",
        "mark_glob_as_read",
        "path_relative_from_include",
        "path_relative_to_include",
        "read_terragrunt_config",
    ];
    OWN.contains(&name) || name == "read_tfvars_file" || AT_RUN_TIME.contains(&name) || LATER.contains(&name)
}

/// A call of one of these functions.
struct OwnCall<'c, 'a> {
    evaluator: &'c ConfigurationEvaluator<'a>,
    lookup: ConfigurationLookup<'a>,
    name: &'c str,
    arguments: Vec<Traced<Data>>,
    span: Span,
}

impl OwnCall<'_, '_> {
    fn value(&self, call: &FunctionCall) -> ValuePath {
        let directory = &self.lookup.configuration.directory;
        match self.name {
            "deep_merge" => return self.merged(),
            "get_env" => return self.environment(),
            "read_terragrunt_config" => return self.read(),
            "read_tfvars_file" => {
                let (value, _) = tfvars(self.evaluator, call, self.span);
                return at_use(self.as_json(value));
            }
            "mark_as_read" => {
                return match self.arguments.as_slice() {
                    [path] => (path.value.clone(), path.hops.clone()),
                    _ => at_use(failed("`mark_as_read` takes a path")),
                };
            }
            _ => {}
        }
        at_use(match self.name {
            "find_in_parent_folders" => self.find_in_parent_folders(),
            "get_terragrunt_dir" => self.path(directory),
            "get_original_terragrunt_dir" => self.path(&self.lookup.reader.directory),
            "get_parent_terragrunt_dir" => self.included(|included| self.path(included)),
            "path_relative_to_include" => self.included(|included| path_text(&relative(included, directory))),
            "path_relative_from_include" => self.included(|included| path_text(&relative(directory, included))),
            "get_repo_root" => self.repository(|root| self.path(root)),
            "get_path_from_repo_root" => self.repository(|root| path_text(&relative(root, directory))),
            "get_path_to_repo_root" => self.repository(|root| path_text(&relative(directory, root))),
            "get_terraform_command" => text("apply"),
            "get_terraform_commands_that_need_vars" => self.list(NEED_VARS),
            "get_terraform_commands_that_need_locking" => self.list(NEED_LOCKING),
            "get_terraform_commands_that_need_input" => self.list(NEED_INPUT),
            "get_terraform_commands_that_need_parallelism" => self.list(NEED_PARALLELISM),
            "constraint_check" => self.constraint(),
            name if LATER.contains(&name) => self.not_evaluated(),
            _ => Unknown(Reason::AtDeployment { reference: self.symbol(), is_set: false }),
        })
    }

    /// The call as it appears in code, with its arguments evaluated.
    fn symbol(&self) -> String {
        format!("{}({})", self.name, symbols(&self.arguments))
    }

    fn not_evaluated(&self) -> Maybe<Data> {
        let why = Reason::NotEvaluated { construct: format!("the function `{}`", self.name) };
        computed(self.symbol(), &why, None)
    }

    fn path(&self, path: &Path) -> Maybe<Data> {
        Known(Data::String(absolute_text(path, self.lookup.reader.context.sources)))
    }

    fn list(&self, items: &[&str]) -> Maybe<Data> {
        let items = items.iter().map(|item| Traced::written(Data::String((*item).to_owned()), self.span));
        Known(Data::tuple(items.collect()))
    }

    /// The texts of the arguments, or the result if one isn't a known text. Other primitives are converted.
    fn texts(&self) -> Result<Vec<String>, Maybe<Data>> {
        let mut texts = Vec::new();
        for argument in &self.arguments {
            match convert(argument.clone(), &Type::String).value {
                Known(Data::String(text)) => texts.push(text),
                Known(_) => return Err(failed(format!("`{}` takes strings", self.name))),
                Unknown(why) if why.is_failure() => return Err(failed(format!("`{}` takes strings", self.name))),
                Unknown(why) => return Err(computed(self.symbol(), &why, None)),
            }
        }
        Ok(texts)
    }

    /// Searches the directories above that of the configuration, up to the checked tree's root.
    fn find_in_parent_folders(&self) -> Maybe<Data> {
        let texts = match self.texts() {
            Ok(texts) => texts,
            Err(unknown) => return unknown,
        };
        let context = self.lookup.reader.context;
        let wanted = texts.first().map_or_else(|| names::UNIT.to_vec(), |name| vec![name.as_str()]);
        let mut directory = self.lookup.configuration.directory.parent();
        while let Some(above) = directory.filter(|above| context.sources.may_read(above)) {
            for name in &wanted {
                self.evaluator.world.charge(1);
                let path = normalize(&above.join(name));
                let original = self.lookup.reader.copied.original(&path);
                if context.sources.may_read(&original) && context.fs.kind(&original).is_ok() {
                    return self.path(&path);
                }
            }
            directory = above.parent();
        }
        match texts.get(1) {
            Some(fallback) => text(fallback),
            None => {
                let name = wanted.first().copied().unwrap_or_default();
                let part = format!("`{name}` in the parent folders of `{}`", self.directory_name());
                let help = format!("check a directory that contains `{name}` as well");
                computed(self.symbol(), &Reason::NotHere { name: name.to_owned(), part, help }, None)
            }
        }
    }

    fn directory_name(&self) -> String {
        self.lookup.reader.context.sources.name(&self.lookup.configuration.directory)
    }

    /// A result that depends on the directory of the included file that the argument names: without includes, the
    /// directory of the unit.
    fn included(&self, result: impl Fn(&Path) -> Maybe<Data>) -> Maybe<Data> {
        let ConfigurationLookup { reader, configuration, part, include, is_early } = self.lookup;
        if include.is_some() {
            return result(&part.directory);
        }
        let includes = if is_early { &[] } else { reader.includes(configuration) };
        let texts = match self.texts() {
            Ok(texts) => texts,
            Err(unknown) => return unknown,
        };
        let chosen = match (includes, texts.first()) {
            ([], _) => return result(&configuration.directory),
            ([only], _) => only,
            (_, Some(label)) => match includes.iter().find(|include| include.label == *label) {
                Some(include) => include,
                None => return failed(format!("there is no `include` with the label `{label}`")),
            },
            (_, None) => return failed(format!("`{}` needs the label of an `include`", self.name)),
        };
        match &chosen.part {
            Ok(part) => result(&part.directory),
            Err(why) => computed(self.symbol(), why, None),
        }
    }

    /// A result that depends on the root of the repository.
    fn repository(&self, result: impl Fn(&Path) -> Maybe<Data>) -> Maybe<Data> {
        let context = self.lookup.reader.context;
        let mut above = self.lookup.configuration.directory.ancestors();
        let readable = above.by_ref().take_while(|directory| context.sources.may_read(directory));
        match readable.into_iter().find(|directory| context.fs.is_repository(directory)) {
            Some(root) => result(root),
            None => Unknown(Reason::AtDeployment { reference: self.symbol(), is_set: true }),
        }
    }

    /// Evaluates `get_env`: the variable's value, if the environment is read, otherwise the default.
    fn environment(&self) -> ValuePath {
        let texts = match self.texts() {
            Ok(texts) => texts,
            Err(unknown) => return at_use(unknown),
        };
        let options = &self.lookup.reader.context.options;
        let set = texts.first().and_then(|name| options.environment_variable(name));
        match (set, self.arguments.get(1)) {
            (Some(value), _) => at_use(text(value)),
            (None, Some(default)) if options.uses_defaults() => {
                let span = default.origin.span();
                with_hop(convert(default.clone(), &Type::String), Hop { span, step: HopKind::Argument })
            }
            (None, _) => at_use(Unknown(Reason::AtDeployment { reference: self.symbol(), is_set: false })),
        }
    }

    fn constraint(&self) -> Maybe<Data> {
        let texts = match self.texts() {
            Ok(texts) => texts,
            Err(unknown) => return unknown,
        };
        let [version, constraint] = texts.as_slice() else {
            return failed("`constraint_check` takes a version and a constraint");
        };
        version::meets(version, constraint).map_or_else(|| self.not_evaluated(), |meets| Known(Data::Bool(meets)))
    }

    fn merged(&self) -> ValuePath {
        let mut arguments = self.arguments.iter();
        let Some(first) = arguments.next() else { return at_use(failed("`deep_merge` takes objects")) };
        let merged = arguments.fold(first.clone(), |parent, child| merge::deep(&parent, child));
        (merged.value, merged.hops)
    }

    /// Evaluates `read_terragrunt_config`: the settings of another configuration as an object.
    fn read(&self) -> ValuePath {
        let path = match self.arguments.first().map(|path| &path.value) {
            Some(Known(Data::String(path))) => path,
            Some(Unknown(why)) => return at_use(computed(self.symbol(), why, None)),
            Some(Known(_)) | None => return at_use(failed("`read_terragrunt_config` takes a path")),
        };
        let ConfigurationLookup { reader, configuration, .. } = self.lookup;
        let place = path_of_text(path, &configuration.directory, reader.context.sources);
        let world = self.evaluator.world;
        match (reader.configuration(&place, configuration.depth), self.arguments.get(1)) {
            (Ok(Some(read)), _) => {
                let lookup = reader.evaluator(&read, None, &read.main, world).lookup;
                let value = reader.part_value(lookup, world);
                (value.0.clone(), value.1.clone())
            }
            (Ok(None), Some(default)) => (default.value.clone(), default.hops.clone()),
            (Ok(None), None) => at_use(computed(self.symbol(), &reader.not_here(&place, &ReadError::Missing), None)),
            (Err(why), _) => at_use(computed(self.symbol(), &why, None)),
        }
    }

    fn as_json(&self, value: Maybe<Data>) -> Maybe<Data> {
        match wholly_known(&Traced { value, ..Traced::written(Data::Null, self.span) }) {
            Known(data) => Known(Data::String(json::template(data))),
            Unknown(why) => computed(self.symbol(), &why, None),
        }
    }
}

/// The values of a variable definitions file as an object. Its path is relative to the unit.
fn tfvars(evaluator: &ConfigurationEvaluator<'_>, call: &FunctionCall, span: Span) -> ValuePath {
    let lookup = evaluator.lookup;
    let context = lookup.reader.context;
    let path = match call.arguments.first().map(|path| evaluator.eval(path).value) {
        Some(Known(Data::String(path))) => {
            let path = path_of_text(&path, &lookup.configuration.directory, context.sources);
            lookup.reader.copied.original(&path)
        }
        Some(Unknown(why)) => return at_use(computed(format!("read_tfvars_file({})", why.symbol()), &why, None)),
        Some(other) => return at_use(failed(format!("`read_tfvars_file` takes a path, not {}", symbol(&other)))),
        None => return at_use(failed("`read_tfvars_file` takes a path")),
    };
    let loaded = match context.sources.may_read(&path) {
        true => context.sources.load(context.fs, &path),
        false => Err(ReadError::OutsideTree),
    };
    let file = match loaded {
        Ok(file) => file,
        Err(error) => return at_use(Unknown(lookup.reader.not_here(&path, &error))),
    };
    let (attributes, problems) = read_values(file, &context.sources.file(file));
    if problems.iter().any(|problem| problem.kind.loses_text()) {
        return at_use(Unknown(Reason::Unreadable));
    }
    let outside = evaluator.outside();
    let fields = attributes.into_iter().map(|attribute| Field {
        value: outside.eval(&attribute.value),
        key_span: attribute.name.span,
        key: attribute.name.text,
    });
    let fields: Vec<Field> = fields.collect();
    let _ = span;
    at_use(Known(Data::Object(Object::new(Span::new(file, 0, 0), fields))))
}

fn text(text: &str) -> Maybe<Data> {
    Known(Data::String(text.to_owned()))
}

/// A relative path as a value; the same directory is `.`.
fn path_text(path: &Path) -> Maybe<Data> {
    if path.as_os_str().is_empty() { text(".") } else { Known(Data::String(path.to_string_lossy().into_owned())) }
}
