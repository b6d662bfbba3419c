//! Reads the arguments of a resource body, with their defaults, conversions and source locations.

use super::argument::resembles;
use super::selectors::SelectorValues;
use super::{Booleans, Invalid, Notation, SettingRead, TrailSetting};
use crate::source::Span;
use crate::value::{Data, Field, Hop, HopKind, Known, Maybe, Object, Origin, Reason, Traced, Unknown, placeholder};

/// A reader for the arguments of one body.
pub(super) struct ArgumentReader {
    pub(super) booleans: Booleans,
    pub(super) notation: Notation,
    /// The location of arguments that are not set.
    pub(super) header: Span,
    pub(super) body: Maybe<Object>,
    /// True if a value whose evaluation fails is invalid; otherwise it is unknown.
    pub(super) is_strict: bool,
}

impl ArgumentReader {
    /// Reads a boolean argument; `absent` is its default.
    pub(super) fn flag(&self, name: &'static str, absent: SettingRead<bool>) -> TrailSetting<bool> {
        self.setting(name, absent, |data| self.booleans.convert(data))
    }

    /// Reads an argument; `absent` is its default.
    pub(super) fn setting<T>(
        &self,
        name: &'static str,
        absent: SettingRead<T>,
        convert: impl Fn(&Data) -> SettingRead<T>,
    ) -> TrailSetting<T> {
        let read = match (&self.body, self.field(name)) {
            (Unknown(why), _) => self.absent(self.unknown(why)),
            (Known(Object { rest: Some(why), .. }), None) => self.absent(self.unknown(why)),
            (Known(body), None) => Traced { hops: misspelt(body, name), ..self.absent(Known(absent)) },
            (Known(_), Some(field)) => self.convert_field(field, absent, convert),
        };
        TrailSetting { name, notation: self.notation, read }
    }

    /// Converts a reason to an unknown value, or to an invalid one if the evaluation fails and the reader is strict.
    fn unknown<T>(&self, why: &Reason) -> Maybe<SettingRead<T>> {
        if self.is_strict && why.is_failure() {
            Known(Err(Invalid::Failed { reason: why.describe() }))
        } else {
            Unknown(why.clone())
        }
    }

    fn absent<T>(&self, value: Maybe<SettingRead<T>>) -> Traced<SettingRead<T>> {
        Traced { value, origin: Origin::Absent(self.header), hops: Vec::new() }
    }

    /// Reads a list of objects or the blocks of one type; the default is an empty list.
    pub(super) fn list<T>(&self, name: &'static str, read: impl Fn(&ArgumentReader) -> T) -> TrailSetting<Vec<T>> {
        let mut setting = self.setting(name, Ok(Vec::new()), |data| match data {
            Data::List(list) => list.items.iter().map(|item| Ok(read(&self.item(item)?))).collect(),
            other => Err(invalid(other, "a list of objects")),
        });
        if let Some(why) = self.field(name).and_then(|field| nothing_known(&field.value)) {
            setting.read.value = self.unknown(why);
        }
        let key = self.key_span(name).filter(|key| key.file == self.header.file);
        if let (Some(key), Origin::Written(_)) = (key, setting.read.origin) {
            setting.read.origin = Origin::Written(key);
        }
        setting
    }

    /// Returns a reader for an item of a list.
    pub(super) fn item(&self, item: &Traced<Data>) -> SettingRead<ArgumentReader> {
        let place = item.origin.span();
        let (header, body) = match &item.with_hops_on_members().value {
            // Findings about an object from elsewhere point at its use.
            Known(Data::Object(object)) => {
                let header = if item.hops.is_empty() { object.header } else { place };
                (header, Known(Object { header, ..object.clone() }))
            }
            Known(other) => return Err(invalid(other, "an object")),
            Unknown(why) => (place, Unknown(why.clone())),
        };
        Ok(ArgumentReader { header, body, ..*self })
    }

    /// Returns a reader for an empty body at the same location.
    pub(super) fn empty(&self) -> Self {
        let body = Known(Object::new(self.header, Vec::new()));
        Self { body, ..*self }
    }

    /// The reason why there may be further arguments; `None` if all arguments are known.
    pub(super) fn unknown_arguments(&self) -> Option<&Reason> {
        match &self.body {
            Known(body) => body.rest.as_deref(),
            Unknown(why) => Some(why),
        }
    }

    /// Returns the values at the end of a path, in all items of the lists on the way. An unknown value on the way is
    /// returned in place of those below it.
    pub(super) fn leaves(&self, path: &[&str]) -> Vec<Traced<Data>> {
        let mut found = Vec::new();
        match &self.body {
            Known(body) => {
                collect(body, path, &mut found);
                let is_missing = path.first().is_some_and(|name| body.field(name).is_none());
                if let Some(why) = body.rest.as_deref().filter(|_| is_missing) {
                    let origin = Origin::Absent(self.header);
                    found.push(Traced { value: Unknown(why.clone()), origin, hops: Vec::new() });
                }
            }
            Unknown(why) => found.push(Traced {
                value: Unknown(why.clone()),
                origin: Origin::Absent(self.header),
                hops: Vec::new(),
            }),
        }
        found
    }

    /// Returns readers for the objects at the end of a path, in all items of the lists on the way.
    pub(super) fn objects(&self, path: &[&str]) -> Vec<ArgumentReader> {
        let Some((name, rest)) = path.split_first() else { return Vec::new() };
        let items = match self.field(name).map(|field| &field.value) {
            Some(Traced { value: Known(Data::List(list)), .. }) => list.items.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let objects: Vec<ArgumentReader> = items.iter().filter_map(|item| self.item(item).ok()).collect();
        if rest.is_empty() { objects } else { objects.iter().flat_map(|object| object.objects(rest)).collect() }
    }

    fn key_span(&self, name: &str) -> Option<Span> {
        self.field(name).map(|field| field.key_span)
    }

    /// Returns an argument, if it is set.
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        match &self.body {
            Known(body) => body.field(name),
            Unknown(_) => None,
        }
    }

    /// Converts the value of an argument that is set; `null` may be equivalent to not setting it.
    fn convert_field<T>(
        &self,
        field: &Field,
        absent: SettingRead<T>,
        convert: impl Fn(&Data) -> SettingRead<T>,
    ) -> Traced<SettingRead<T>> {
        let value = field.value.with_hops_on_members();
        let (read, origin) = match &value.value {
            Known(Data::Null) if self.is_absence(value.origin) => (Known(absent), Origin::Null(value.origin.span())),
            Known(data) => (self.unless_placeholder(data).map(&convert), value.origin),
            Unknown(why) => (self.unknown(why), value.origin),
        };
        Traced { value: read, origin, hops: value.hops.clone() }
    }

    /// Returns the value, or unknown if another tool replaces a placeholder in it.
    fn unless_placeholder<'d>(&self, data: &'d Data) -> Maybe<&'d Data> {
        let reader = match self.notation {
            Notation::Hcl => "Terraform",
            Notation::Yaml => "CloudFormation",
            Notation::Json => match self.booleans {
                Booleans::Terraform => "Terraform",
                Booleans::CloudFormation => "CloudFormation",
            },
        };
        let why = match data {
            Data::String(text) => placeholder(text, reader),
            Data::List(list) => list.items.iter().find_map(|item| match &item.value {
                Known(Data::String(text)) => placeholder(text, reader),
                Known(_) | Unknown(_) => None,
            }),
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::Object(_) => None,
        };
        why.map_or(Known(data), Unknown)
    }

    /// CloudFormation rejects `null`; only `AWS::NoValue` is equivalent to not setting a property.
    fn is_absence(&self, null: Origin) -> bool {
        match self.booleans {
            Booleans::Terraform => true,
            Booleans::CloudFormation => matches!(null, Origin::Null(_)),
        }
    }
}

impl Booleans {
    /// Converts to a boolean as the language does.
    pub(super) fn convert(self, data: &Data) -> SettingRead<bool> {
        match (data, self) {
            (Data::Bool(value), _) => Ok(*value),
            (Data::String(text), Booleans::Terraform) => match text.as_str() {
                "true" | "1" => Ok(true),
                "false" | "0" => Ok(false),
                _ => Err(invalid(data, "a boolean")),
            },
            (Data::String(text), Booleans::CloudFormation) => match text.as_str() {
                "true" | "True" | "TRUE" => Ok(true),
                "false" | "False" | "FALSE" => Ok(false),
                _ => Err(invalid(data, "a boolean")),
            },
            (Data::Null | Data::Number(_) | Data::List(_) | Data::Object(_), _) => Err(invalid(data, "a boolean")),
        }
    }
}

/// Collects the values at the end of a path.
fn collect(body: &Object, path: &[&str], found: &mut Vec<Traced<Data>>) {
    let Some((name, rest)) = path.split_first() else { return };
    let mut pending: Vec<&Traced<Data>> = body.field(name).map(|field| &field.value).into_iter().collect();
    while let Some(value) = pending.pop() {
        match &value.value {
            Known(Data::List(list)) => pending.extend(list.items.iter().rev()),
            Known(Data::Object(object)) => collect(object, rest, found),
            Known(Data::Null) => {}
            Known(_) | Unknown(_) => found.push(value.clone()),
        }
    }
}

/// The reason why the items of a list are unknown, if all are: each of them may be omitted, so the list may be empty.
fn nothing_known(list: &Traced<Data>) -> Option<&Reason> {
    let Known(Data::List(list)) = &list.value else { return None };
    let reasons = list.items.iter().map(|item| match &item.value {
        Unknown(why) => Some(why),
        Known(_) => None,
    });
    reasons.collect::<Option<Vec<_>>>()?.into_iter().next()
}

/// The step to a key that is probably a misspelling of this argument.
fn misspelt(body: &Object, name: &'static str) -> Vec<Hop> {
    let field = body.fields.iter().find(|field| resembles(&field.key, name));
    field.map(|field| Hop { span: field.key_span, step: HopKind::Misspelt(name) }).into_iter().collect()
}

/// Converts to a string; booleans and numbers are converted as in both languages.
pub(super) fn text(data: &Data) -> SettingRead<String> {
    match data {
        Data::String(text) => Ok(text.clone()),
        Data::Bool(_) | Data::Number(_) => Ok(data.shown()),
        Data::Null | Data::List(_) | Data::Object(_) => Err(invalid(data, "a string")),
    }
}

/// Converts to a list of strings.
pub(super) fn texts(data: &Data) -> SettingRead<SelectorValues> {
    let Data::List(list) = data else { return Err(invalid(data, "a list of strings")) };
    Ok(list.items.iter().map(|item| item.clone().map(item_text)).collect())
}

fn item_text(value: Maybe<Data>) -> Maybe<SettingRead<String>> {
    match value {
        Known(data) => Known(text(&data)),
        Unknown(why) if why.is_failure() => Known(Err(Invalid::Failed { reason: why.describe() })),
        Unknown(why) => Unknown(why),
    }
}

/// Creates the error for a value that isn't of the expected kind.
pub(super) fn invalid(data: &Data, expected: &'static str) -> Invalid {
    Invalid::Value { found: data.shown(), expected }
}
