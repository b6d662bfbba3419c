//! Units of Terragrunt: the root module that a unit deploys, and the values of its variables.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::library::ModuleLibrary;
use super::module::{Module, listed_in_all};
use super::values::{InputLayer, RootValues, UnitFiles};
use crate::formats::Context;
use crate::formats::terraform::known::KnownCode;
use crate::formats::terraform::names;
use crate::formats::terraform::terragrunt::{
    GeneratedFile, IfExists, Reader, StackGap, Unit, UnitPlace, UnitSource, is_own,
};
use crate::model::{TrailHint, UnreadPart, last_name};
use crate::source::{ReadError, Span};
use crate::syntax::Problem;
use crate::value::{Budget, Data, Known, Reason, Traced, World};

/// A unit that has been read.
pub(super) struct LoadedUnit<'a> {
    reader: Reader<'a>,
    source: UnitSource,
    place: &'a UnitPlace,
    /// The paths of the generated files, each below that of the configuration.
    generated: Vec<PathBuf>,
    /// Generated files that can't be read, or that Terragrunt refuses to write.
    refused: Vec<UnreadPart>,
    /// The contents of generated files of values that are unknown.
    unknown_values: Vec<Span>,
    /// The reason why everything about the resources is unknown, if there is one.
    doubt: Option<Reason>,
}

/// The help for a generated file that isn't known.
const SET_CONTENTS: &str = "set `contents` to text that can be evaluated, and `if_exists` to `overwrite`";

impl<'a> LoadedUnit<'a> {
    /// Reads the configuration of a unit.
    ///
    /// # Errors
    ///
    /// The configuration can't be read.
    pub(super) fn open(
        place: &'a UnitPlace,
        library: &'a ModuleLibrary,
        context: Context<'a>,
        budget: &Rc<Budget>,
    ) -> Result<Self, ReadError> {
        let reader = Reader::open(place, context, &library.configurations, budget)?;
        if place.is_excluded {
            return Ok(Self::new(reader, UnitSource::Own, place));
        }
        if let Some(gap) = place.gap.as_ref().filter(|gap| !gap.is_here) {
            return Ok(Self::of_gap(gap, reader, place, context));
        }
        let world = World::open(budget);
        let source = Unit { reader: &reader }.source(&world);
        let files = reader.generated(&world);
        let mut unit = Self::new(reader, source, place);
        if !files.is_empty() {
            unit.generate(files, context);
        }
        Ok(unit)
    }

    /// A unit or a stack that a stack generates and that isn't read.
    fn of_gap(gap: &StackGap, reader: Reader<'a>, place: &'a UnitPlace, context: Context<'a>) -> Self {
        let span = reader.block_header().unwrap_or_else(|| reader.start());
        let part = unread_source(gap.text.as_deref(), &gap.reason, span, (&place.directory, &gap.label), context);
        let hint = if gap.limit.is_some() { Some(TrailHint::Content) } else { part.hint };
        let refused = vec![UnreadPart { hint, limit: gap.limit, ..part }];
        Self { refused, ..Self::new(reader, UnitSource::Own, place) }
    }

    fn new(reader: Reader<'a>, source: UnitSource, place: &'a UnitPlace) -> Self {
        let (generated, refused, unknown_values) = (Vec::new(), Vec::new(), Vec::new());
        Self { reader, source, place, generated, refused, unknown_values, doubt: None }
    }

    /// Adds the generated files, as far as those of the same name allow it.
    fn generate(&mut self, files: Vec<GeneratedFile>, context: Context<'_>) {
        let beside = listed_in_all(&self.directories(), context).unwrap_or_default();
        for file in files {
            let existing = beside.get(&file.name);
            let is_own_file = || {
                let id = existing.and_then(|path| context.sources.load(context.fs, path).ok());
                id.is_some_and(|id| is_own(&context.sources.file(id).text))
            };
            let rejection = match file.if_exists {
                IfExists::Skip if existing.is_some() => continue,
                IfExists::Error if existing.is_some() => Some("Terragrunt refuses this: a file of this name exists"),
                IfExists::OverwriteOwn if existing.is_some() && !is_own_file() => {
                    Some("Terragrunt refuses this: a file of this name exists that it hasn't generated")
                }
                IfExists::Invalid => Some("Terragrunt refuses this value of `if_exists`"),
                IfExists::Unknown if existing.is_some() => {
                    Some("`if_exists` is unknown, and a file of this name exists")
                }
                IfExists::Overwrite | IfExists::OverwriteOwn | IfExists::Skip | IfExists::Error | IfExists::Unknown => {
                    file.doubt
                }
            };
            if let Some(reason) = rejection {
                self.doubt(&file, &format!("generated file `{}`: {reason}", file.name));
            }
            // Trails in a file that may stay are unknown, like all others.
            if rejection.is_none() || existing.is_none() {
                self.add_generated(file, context);
            }
        }
    }

    fn add_generated(&mut self, file: GeneratedFile, context: Context<'_>) {
        if file.text.is_none() {
            if names::is_override(&file.name) {
                self.doubt(&file, &format!("the content of the generated file `{}` is unknown", file.name));
            }
            self.refuse(&file, "its content is unknown");
        }
        // An unknown content also replaces a file of the same name.
        let text = match (&file.text, file.name.ends_with(".json")) {
            (Some(text), _) => text.as_str(),
            (None, true) => "{}",
            (None, false) => "",
        };
        // No file can have a path below that of another file.
        let path = self.place.key().join(&file.name);
        let name = context.sources.name(&path);
        context.sources.add_lines_within(&path, name, text, file.place, file.lines);
        self.generated.push(path);
    }

    /// Notes that everything about the resources is unknown because of a generated file.
    fn doubt(&mut self, file: &GeneratedFile, reason: &str) {
        let (subject, text) = (file.name.clone(), reason.to_owned());
        self.doubt.get_or_insert(Reason::Worded { subject, text, advice: SET_CONTENTS.into() });
    }

    fn refuse(&mut self, file: &GeneratedFile, reason: &str) {
        if names::is_automatic_values(&file.name) {
            self.unknown_values.push(file.place);
        }
        let mentions = file.may_mention_trail(|text| text.contains("cloudtrail"));
        self.refused.push(UnreadPart {
            header: file.place,
            description: format!("generated file `{}`", file.name),
            reason: reason.to_owned(),
            help: SET_CONTENTS.to_owned(),
            hint: mentions.then_some(TrailHint::Content),
            limit: None,
            missing: None,
        });
    }

    /// The directories whose files make up the root module. The files of the unit replace those of the code that it
    /// deploys.
    fn directories(&self) -> Vec<PathBuf> {
        let own = self.place.files_directory();
        match &self.source {
            _ if self.is_missing() => Vec::new(),
            UnitSource::Own | UnitSource::Known { .. } | UnitSource::Unread { .. } => vec![own],
            UnitSource::Local(directory) => vec![directory.clone(), own],
        }
    }

    /// True if it deploys nothing, or if a stack generates it from code that isn't here.
    fn is_missing(&self) -> bool {
        self.place.is_excluded || self.place.gap.as_ref().is_some_and(|gap| !gap.is_here)
    }

    /// True if Terragrunt excludes it from `apply`.
    pub(super) fn is_excluded(&self) -> bool {
        self.place.is_excluded
    }

    /// The module that it deploys: its directory or its source.
    pub(super) fn code(&self, context: Context<'_>) -> Option<String> {
        match &self.source {
            // It is listed as a part that isn't read.
            UnitSource::Own | UnitSource::Unread { .. } => None,
            UnitSource::Local(directory) => Some(context.sources.name(directory)),
            UnitSource::Known { code, .. } => Some(code.module.name()),
        }
    }

    /// Parts of the configuration that have no effect on the verdicts.
    pub(super) fn notes(&self) -> Vec<String> {
        match self.is_excluded() {
            true => vec!["excluded".to_owned()],
            false => Unit { reader: &self.reader }.notes(&self.reader.open_world()),
        }
    }

    /// The reason why everything about its resources is unknown: the block of its stack isn't evaluated, or a generated
    /// file may change them, or Terragrunt refuses to write it.
    pub(super) fn doubt_of_resources(&self) -> Option<Reason> {
        if let Some(doubt) = &self.doubt {
            return Some(doubt.clone());
        }
        let gap = self.place.gap.as_ref().filter(|gap| gap.is_here)?;
        let advice = "check the units that Terragrunt generates: run `terragrunt stack generate` and remove the stack";
        Some(Reason::Worded { subject: gap.label.clone(), text: gap.reason.clone(), advice: advice.into() })
    }

    pub(super) fn module(&self, context: Context<'_>) -> Module {
        if self.is_missing() {
            return Module::of_files(&self.place.directory, &[], context);
        }
        Module::load_all(&self.directories(), &self.generated, context)
    }

    pub(super) fn values(&self, library: &ModuleLibrary, context: Context<'_>) -> RootValues {
        let arguments = self.reader.extra_arguments(&self.reader.open_world());
        let files = UnitFiles {
            directories: &self.directories(),
            generated: &self.generated,
            unknown: &self.unknown_values,
            is_copied: !matches!(self.source, UnitSource::Own),
        };
        RootValues::read_unit(files, &arguments, &library.options, context)
    }

    /// True if the root module is complete, so that a name that isn't declared in it is an error.
    pub(super) fn is_read(&self) -> bool {
        !self.is_missing() && !matches!(self.source, UnitSource::Known { .. } | UnitSource::Unread { .. })
    }

    /// The code of which only the interface is known, with the place of the source.
    pub(super) fn known(&self) -> Option<(&KnownCode, Span)> {
        match &self.source {
            UnitSource::Known { code, span } => Some((code, *span)),
            UnitSource::Own | UnitSource::Local(_) | UnitSource::Unread { .. } => None,
        }
    }

    /// The value that the inputs of a layer give to a variable.
    pub(super) fn input(&self, layer: InputLayer, name: &str, world: &World) -> Option<Traced<Data>> {
        let value = Unit { reader: &self.reader }.input(name, world)?;
        let is_null = value.value == Known(Data::Null);
        (is_null == (layer == InputLayer::Null)).then_some(value)
    }

    /// The code that isn't read.
    pub(super) fn unread(&self, context: Context<'_>) -> Vec<UnreadPart> {
        let mut parts = self.refused.clone();
        if let UnitSource::Unread { text, reason, has_trail, span } = &self.source {
            let reason = format!("{reason}{}", self.shown_settings());
            let directory = &self.place.directory;
            let label = directory.file_name().unwrap_or_default().to_string_lossy();
            let part = unread_source(text.as_deref(), &reason, *span, (directory, &label), context);
            parts.push(UnreadPart { hint: if *has_trail { Some(TrailHint::Content) } else { part.hint }, ..part });
        }
        parts
    }

    /// The inputs that have names of a trail's settings, worded to follow a reason.
    fn shown_settings(&self) -> String {
        const SHOWN: usize = 4;
        let mut settings = Unit { reader: &self.reader }.settings(&self.reader.open_world());
        settings.truncate(SHOWN);
        if settings.is_empty() { String::new() } else { format!("; the inputs set {}", settings.join(", ")) }
    }

    /// The location for findings about the whole unit.
    pub(super) fn header(&self) -> Span {
        self.reader.start()
    }

    /// The directory of its configuration.
    pub(super) fn directory(&self) -> &Path {
        &self.place.directory
    }

    /// The errors in the configurations that it reads.
    pub(super) fn problems(&self) -> Vec<Problem> {
        self.reader.problems()
    }

    pub(super) fn enter_world(&self) {
        self.reader.enter_world();
    }
}

/// The source of a unit in a directory, with a label, as a part that isn't read.
pub(super) fn unread_source(
    text: Option<&str>,
    reason: &str,
    span: Span,
    (directory, label): (&Path, &str),
    context: Context<'_>,
) -> UnreadPart {
    let name = text.map(|text| module_name(text).to_owned());
    let description = match text {
        Some(text) => format!("source `{text}`"),
        None => format!("the source of `{}`", context.sources.name(directory)),
    };
    UnreadPart {
        header: span,
        description,
        reason: reason.to_owned(),
        help: "check the module's repository, or set `[[module]]` in the configuration to a copy of it".to_owned(),
        hint: TrailHint::of(name.iter().map(String::as_str), label),
        limit: None,
        missing: None,
    }
}

/// The name in a source that says most about the code: the last one of its path, or of a registry the module's.
fn module_name(source: &str) -> &str {
    let path = source.split('?').next().unwrap_or_default();
    let Some(module) = path.strip_prefix("tfr://") else { return last_name(source) };
    // The host, which may be empty, the namespace, the name and the provider; then the directory.
    match module.split_once("//") {
        Some((_, sub)) if !sub.is_empty() => last_name(sub),
        found => found.map_or(module, |(module, _)| module).split('/').nth(2).unwrap_or_default(),
    }
}
