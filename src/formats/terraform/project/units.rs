//! Units of Terragrunt: the root module that a unit deploys, and the values of its variables.

use std::path::Path;
use std::rc::Rc;

use super::library::ModuleLibrary;
use super::module::Module;
use super::values::{InputLayer, RootValues};
use crate::formats::Context;
use crate::formats::terraform::terragrunt::{Reader, Unit, UnitPlace, UnitSource};
use crate::model::{TrailHint, UnreadPart, last_name};
use crate::source::{ReadError, Span};
use crate::value::{Budget, Data, Known, Traced, World};

/// A unit that has been read.
pub(super) struct LoadedUnit<'a> {
    reader: Reader<'a>,
    source: UnitSource,
    place: &'a UnitPlace,
}

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
        let source = Unit { reader: &reader }.source(&World::open(budget));
        Ok(Self { reader, source, place })
    }

    /// The directories whose files make up the root module. The files of the unit replace those of the code that it
    /// deploys.
    fn directories(&self) -> Vec<&Path> {
        match &self.source {
            UnitSource::Own | UnitSource::Unread { .. } => vec![&self.place.directory],
            UnitSource::Local(directory) => vec![directory, &self.place.directory],
        }
    }

    pub(super) fn module(&self, context: Context<'_>) -> Module {
        Module::load_all(&self.directories(), context)
    }

    pub(super) fn values(&self, library: &ModuleLibrary, context: Context<'_>) -> RootValues {
        let arguments = self.reader.extra_arguments(&self.reader.open_world());
        RootValues::read_unit(&self.directories(), &arguments, &library.options, context)
    }

    /// True if the root module is complete, so that a name that isn't declared in it is an error.
    pub(super) fn is_read(&self) -> bool {
        !matches!(self.source, UnitSource::Unread { .. })
    }

    /// The value that the inputs of a layer give to a variable.
    pub(super) fn input(&self, layer: InputLayer, name: &str, world: &World) -> Option<Traced<Data>> {
        let value = Unit { reader: &self.reader }.input(name, world)?;
        let is_null = value.value == Known(Data::Null);
        (is_null == (layer == InputLayer::Null)).then_some(value)
    }

    /// The code that isn't read.
    pub(super) fn unread(&self, context: Context<'_>) -> Option<UnreadPart> {
        let UnitSource::Unread { text, reason, span } = &self.source else { return None };
        Some(unread_source(text.as_deref(), reason, *span, &self.place.directory, context))
    }

    /// The location for findings about the whole unit.
    pub(super) fn header(&self) -> Span {
        self.reader.start()
    }

    pub(super) fn enter_world(&self) {
        self.reader.enter_world();
    }
}

/// The source of a unit as a part that isn't read. The name of the unit's directory is its label.
pub(super) fn unread_source(
    text: Option<&str>,
    reason: &str,
    span: Span,
    directory: &Path,
    context: Context<'_>,
) -> UnreadPart {
    let label = directory.file_name().unwrap_or_default().to_string_lossy();
    let name = text.map(|text| module_name(text).to_owned());
    let description = match text {
        Some(text) => format!("source `{text}`"),
        None => format!("the source of `{}`", context.sources.name(directory)),
    };
    UnreadPart {
        header: span,
        description,
        reason: reason.to_owned(),
        help: "check the module's repository, or a copy of it in this tree".to_owned(),
        hint: TrailHint::of(name.iter().map(String::as_str), &label),
        limit: None,
        missing: None,
    }
}

/// The name in a source that says most about the code: the last one of its path, or of a registry the module's.
fn module_name(source: &str) -> &str {
    let path = source.split('?').next().unwrap_or_default();
    let Some(module) = path.strip_prefix("tfr://") else { return last_name(source) };
    match module.split_once("//") {
        Some((_, sub)) => last_name(sub),
        // The host, the namespace, the name and the provider.
        None => module.split('/').nth(2).unwrap_or_default(),
    }
}
