//! The values that `extra_arguments` give to variables.
//!
//! Source: <https://terragrunt.gruntwork.io/docs/reference/hcl/blocks/#terraform>.

use super::lookup::ConfigurationEvaluator;
use super::reader::Reader;
use crate::formats::terraform::language::types::{Type, convert};
use crate::source::Span;
use crate::syntax::hcl::Block;
use crate::value::{Data, Known, Traced, Unknown, World};

/// The commands of a deployment.
const COMMANDS: [&str; 2] = ["apply", "plan"];

/// The values of all `extra_arguments`, in increasing precedence.
#[derive(Debug, Default)]
pub(crate) struct ExtraArguments {
    /// Those of the environment, which every file of values overrides.
    pub(crate) environment: Vec<GivenValue>,
    /// Those of the command line.
    pub(crate) command_line: Vec<GivenValue>,
    /// The blocks that have no effect on a deployment, as notes.
    pub(crate) notes: Vec<String>,
}

/// A source of values.
#[derive(Debug)]
pub(crate) struct GivenValue {
    pub(crate) kind: GivenKind,
    pub(crate) span: Span,
    /// The reason why the values are uncertain, to follow "may be set by"; `None` if they apply.
    pub(crate) doubt: Option<String>,
}

#[derive(Debug)]
pub(crate) enum GivenKind {
    /// A text that sets a variable.
    Text { name: String, text: String },
    /// A file of values; one that isn't required may be missing.
    File { path: String, is_required: bool },
    /// Unknown values of one variable, or of any.
    Unknown { name: Option<String> },
}

impl Reader<'_> {
    /// The values that `extra_arguments` give to variables.
    pub(crate) fn extra_arguments(&self, world: &World) -> ExtraArguments {
        let mut blocks: Vec<(&Block, ConfigurationEvaluator<'_>)> = Vec::new();
        let mut found = ExtraArguments::default();
        for part in self.merged_parts(&self.main).into_iter().rev() {
            let (include, part) = match part {
                Ok(part) => part,
                Err((why, span)) => {
                    let doubt = format!("an included file that isn't read: {}", why.describe());
                    found.command_line.push(GivenValue {
                        kind: GivenKind::Unknown { name: None },
                        span,
                        doubt: Some(doubt),
                    });
                    continue;
                }
            };
            let own = part.file.body.blocks("terraform").flat_map(|block| block.body.blocks("extra_arguments"));
            for block in own {
                let evaluator = self.evaluator(&self.main, include, part, world);
                match blocks.iter_mut().find(|(known, _)| label_of(known) == label_of(block)) {
                    Some(known) => *known = (block, evaluator),
                    None => blocks.push((block, evaluator)),
                }
            }
        }
        for (block, evaluator) in blocks {
            found.add(block, &evaluator);
        }
        found
    }
}

fn label_of(block: &Block) -> &str {
    block.labels.first().map(|label| label.text.as_str()).unwrap_or_default()
}

impl ExtraArguments {
    fn add(&mut self, block: &Block, evaluator: &ConfigurationEvaluator<'_>) {
        let name = format!("extra_arguments.{}", label_of(block));
        let doubt = match applying(block, evaluator) {
            Some(commands) => match COMMANDS.map(|command| commands.iter().any(|own| own == command)) {
                [true, true] => None,
                [false, false] => {
                    let commands = commands.join(", ");
                    return self.notes.push(format!("`{name}` is for {commands} only"));
                }
                [true, false] => Some(format!("`{name}`, which applies to `apply` only")),
                [false, true] => Some(format!("`{name}`, which applies to `plan` only")),
            },
            None => Some(format!("`{name}`, whose `commands` are unknown")),
        };
        let values = |attribute: &str| block.body.attribute(attribute).map(|own| evaluator.eval(&own.value));
        let given = |kind, span| GivenValue { kind, span, doubt: doubt.clone() };
        if let Some(arguments) = values("arguments") {
            self.command_line.extend(of_command_line(&arguments, evaluator, &given));
        }
        for (attribute, is_required) in [("required_var_files", true), ("optional_var_files", false)] {
            for path in values(attribute).iter().flat_map(items) {
                let span = path.origin.span();
                self.command_line.push(match path.value {
                    Known(Data::String(path)) => given(GivenKind::File { path, is_required }, span),
                    Known(_) | Unknown(_) => given(GivenKind::Unknown { name: None }, span),
                });
            }
        }
        for (name, value) in values("env_vars").iter().flat_map(fields) {
            let span = value.origin.span();
            let value = convert(value, &Type::String);
            match (name.as_deref().map(|name| name.strip_prefix("TF_VAR_")), value.value) {
                (Some(None), _) => {}
                (Some(Some(name)), Known(Data::String(text))) => {
                    self.environment.push(given(GivenKind::Text { name: name.to_owned(), text }, span));
                }
                (name, _) => {
                    let name = name.flatten().map(str::to_owned);
                    self.environment.push(given(GivenKind::Unknown { name }, span));
                }
            }
        }
    }
}

/// The commands of a block; `None` if they are unknown.
fn applying(block: &Block, evaluator: &ConfigurationEvaluator<'_>) -> Option<Vec<String>> {
    let commands = evaluator.eval(&block.body.attribute("commands")?.value);
    let commands = items(&commands).into_iter().map(|command| match command.value {
        Known(Data::String(text)) => Some(text),
        Known(_) | Unknown(_) => None,
    });
    commands.collect()
}

/// The items of a list; an unknown list is one unknown item.
fn items(list: &Traced<Data>) -> Vec<Traced<Data>> {
    match &list.value {
        Known(Data::List(items)) => items.items.clone(),
        Known(Data::Null) => Vec::new(),
        Known(_) | Unknown(_) => vec![list.clone()],
    }
}

/// The fields of an object; an unknown object is one unknown field without a name.
fn fields(object: &Traced<Data>) -> Vec<(Option<String>, Traced<Data>)> {
    match &object.value {
        Known(Data::Object(object)) => {
            object.fields.iter().map(|field| (Some(field.key.clone()), field.value.clone())).collect()
        }
        Known(Data::Null) => Vec::new(),
        Known(_) | Unknown(_) => vec![(None, object.clone())],
    }
}

/// The values in arguments of the command line: `-var`, `-var-file`, each followed by `=` or by the next argument.
fn of_command_line(
    arguments: &Traced<Data>,
    evaluator: &ConfigurationEvaluator<'_>,
    given: &dyn Fn(GivenKind, Span) -> GivenValue,
) -> Vec<GivenValue> {
    let mut found = Vec::new();
    let mut flag = None;
    for item in items(arguments) {
        let span = item.origin.span();
        let Known(Data::String(text)) = &item.value else {
            // An unknown argument may be any flag, unless its text begins with a name.
            let written = evaluator.lookup.reader.context.sources.file(span.file).slice(span).to_owned();
            let name = unknown_name(written.trim_start_matches('"'), flag.take());
            found.push(given(GivenKind::Unknown { name }, span));
            continue;
        };
        let (name, value) = match flag.take() {
            Some(flag) => (flag, Some(text.as_str())),
            None => match text.split_once('=') {
                Some((name, value)) => (flag_of(name), Some(value)),
                None => (flag_of(text), None),
            },
        };
        match (name, value) {
            (Flag::Other, _) => {}
            (name, None) => flag = Some(name),
            (Flag::File, Some(path)) => {
                found.push(given(GivenKind::File { path: path.to_owned(), is_required: true }, span));
            }
            (Flag::Variable, Some(text)) => match text.split_once('=') {
                Some((name, text)) => {
                    let (name, text) = (name.trim().to_owned(), text.to_owned());
                    found.push(given(GivenKind::Text { name, text }, span));
                }
                None => found.push(given(GivenKind::Unknown { name: None }, span)),
            },
        }
    }
    found
}

/// A flag of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flag {
    Variable,
    File,
    Other,
}

fn flag_of(text: &str) -> Flag {
    match text {
        "-var" | "--var" => Flag::Variable,
        "-var-file" | "--var-file" => Flag::File,
        _ => Flag::Other,
    }
}

/// The variable that an argument with an unknown end sets, as far as its beginning shows it.
fn unknown_name(written: &str, flag: Option<Flag>) -> Option<String> {
    let assignment = match flag {
        Some(Flag::Variable) => written,
        Some(Flag::File | Flag::Other) => return None,
        None => written.strip_prefix("-var=").or_else(|| written.strip_prefix("--var="))?,
    };
    let (name, _) = assignment.split_once('=')?;
    name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).then(|| name.to_owned())
}
