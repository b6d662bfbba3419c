//! A resource becomes a trail: names, conversions and defaults are applied here and nowhere else.

use super::{AdvancedNames, BasicNames, Booleans, Flag};
use crate::model::resource::resembles;
use crate::model::selectors::{AdvancedSelector, BasicSelector, FieldSelector, ReadWrite, Selectors, Texts};
use crate::model::{Invalid, Notation, Read, Resource, Setting, Trail};
use crate::source::Span;
use crate::value::{Data, Field, Hop, Known, Maybe, Object, Origin, Step, Traced, Unknown, Why};

/// The API takes no more: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html>.
const MAX_BASIC_SELECTORS: usize = 5;

/// The trail that a resource declares.
pub fn read(resource: Resource) -> Trail {
    let Resource { dialect, address, header, call, exists, body, ignored_changes, notation, macros } = resource;
    let reader = Reader { booleans: dialect.booleans, notation, header, body };
    Trail {
        address,
        kind: dialect.kind,
        is_made_by_cloudformation: dialect.is_made_by_cloudformation,
        header,
        call,
        exists,
        macros,
        is_multi_region: reader.flag(&dialect.is_multi_region),
        is_logging: reader.flag(&dialect.is_logging),
        includes_global_events: reader.flag(&dialect.includes_global_events),
        selectors: Selectors {
            basic: reader.basic_selectors(&dialect.basic),
            advanced: reader.advanced_selectors(&dialect.advanced),
        },
        validates_log_files: reader.flag(&dialect.validates_log_files),
        is_organization_trail: reader.flag(&dialect.is_organization_trail),
        ignored_changes,
        kms_key: reader.setting(dialect.kms_key, Ok(String::new()), text),
    }
}

/// Reads the arguments of one body.
struct Reader {
    booleans: Booleans,
    notation: Notation,
    header: Span,
    body: Maybe<Object>,
}

impl Reader {
    fn flag(&self, flag: &Flag) -> Setting<bool> {
        self.setting(flag.name, flag.absent.ok_or(Invalid::Missing), |data| self.boolean(data))
    }

    /// An argument, or what its absence means.
    fn setting<T>(&self, name: &'static str, absent: Read<T>, convert: impl Fn(&Data) -> Read<T>) -> Setting<T> {
        let read = match (&self.body, self.field(name)) {
            (Unknown(why), _) => self.absent(Unknown(why.clone())),
            (Known(Object { rest: Some(why), .. }), None) => self.absent(Unknown(Why::clone(why))),
            (Known(body), None) => Traced { hops: misspelt(body, name), ..self.absent(Known(absent)) },
            (Known(_), Some(field)) => self.convert_field(field, absent, convert),
        };
        Setting { name, notation: self.notation, read }
    }

    fn absent<T>(&self, value: Maybe<Read<T>>) -> Traced<Read<T>> {
        Traced { value, origin: Origin::Absent(self.header), hops: Vec::new() }
    }

    fn basic_selectors(&self, names: &BasicNames) -> Setting<Vec<BasicSelector>> {
        let mut list = self.list(names.list, |item| BasicSelector {
            header: item.header,
            read_write_type: item.setting(names.read_write_type, Ok(ReadWrite::All), read_write),
            include_management_events: item.flag(&Flag { name: names.include_management_events, absent: Some(true) }),
            excluded_sources: item.setting(names.excluded_sources, Ok(Vec::new()), texts),
        });
        if let Known(Ok(selectors)) = &list.read.value
            && selectors.len() > MAX_BASIC_SELECTORS
        {
            let invalid = Invalid::TooMany { found: selectors.len(), limit: MAX_BASIC_SELECTORS };
            list.read.value = Known(Err(invalid));
        }
        list
    }

    fn advanced_selectors(&self, names: &AdvancedNames) -> Setting<Vec<AdvancedSelector>> {
        self.list(names.list, |item| AdvancedSelector {
            header: item.header,
            list: names.list,
            fields: item.list(names.fields, |field| field.field_selector(names)),
        })
    }

    fn field_selector(&self, names: &AdvancedNames) -> FieldSelector {
        let is_written = |setting: &Setting<Texts>| !matches!(setting.value(), Known(Err(Invalid::Missing)));
        FieldSelector {
            field: self.setting(names.field, Err(Invalid::Missing), text),
            operators: names
                .operators
                .iter()
                .map(|&(operator, name)| (operator, self.setting(name, Err(Invalid::Missing), texts)))
                .filter(|(_, setting)| is_written(setting))
                .collect(),
        }
    }

    /// A list of objects, or the blocks of one type; none when it isn't written.
    fn list<T>(&self, name: &'static str, read: impl Fn(&Reader) -> T) -> Setting<Vec<T>> {
        let mut setting = self.setting(name, Ok(Vec::new()), |data| match data {
            Data::List(list) => list.items.iter().map(|item| Ok(read(&self.item(item)?))).collect(),
            other => Err(invalid(other, "a list of objects")),
        });
        if let Some(why) = self.field(name).and_then(|field| nothing_known(&field.value)) {
            setting.read.value = Unknown(why.clone());
        }
        if let (Some(key), Origin::Written(_)) = (self.key_span(name), setting.read.origin) {
            setting.read.origin = Origin::Written(key);
        }
        setting
    }

    /// The reader of an item of a list.
    fn item(&self, item: &Traced<Data>) -> Read<Reader> {
        let place = item.origin.span();
        let (header, body) = match &item.value {
            Known(Data::Object(object)) => (object.header, Known(object.clone())),
            Known(other) => return Err(invalid(other, "an object")),
            Unknown(why) => (place, Unknown(why.clone())),
        };
        Ok(Reader { booleans: self.booleans, notation: self.notation, header, body })
    }

    fn key_span(&self, name: &str) -> Option<Span> {
        self.field(name).map(|field| field.key_span)
    }

    fn field(&self, name: &str) -> Option<&Field> {
        match &self.body {
            Known(body) => body.field(name),
            Unknown(_) => None,
        }
    }

    /// What a written argument says; one that counts as absent leaves it at what its absence means.
    fn convert_field<T>(&self, field: &Field, absent: Read<T>, convert: impl Fn(&Data) -> Read<T>) -> Traced<Read<T>> {
        let value = &field.value;
        let (read, origin) = match &value.value {
            Known(Data::Null) if self.is_absence(value.origin) => (Known(absent), Origin::Null(value.origin.span())),
            Known(data) => (Known(convert(data)), value.origin),
            Unknown(why) => (Unknown(why.clone()), value.origin),
        };
        Traced { value: read, origin, hops: value.hops.clone() }
    }

    /// CloudFormation refuses a `null`; only `AWS::NoValue` says the same as not to write a property.
    fn is_absence(&self, null: Origin) -> bool {
        match self.booleans {
            Booleans::Terraform => true,
            Booleans::CloudFormation => matches!(null, Origin::Null(_)),
        }
    }

    fn boolean(&self, data: &Data) -> Read<bool> {
        match (data, self.booleans) {
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

/// Why none of a list's items is known: they may be left out, all of them, so the list may be empty.
fn nothing_known(list: &Traced<Data>) -> Option<&Why> {
    let Known(Data::List(list)) = &list.value else { return None };
    let reasons = list.items.iter().map(|item| match &item.value {
        Unknown(why) => Some(why),
        Known(_) => None,
    });
    reasons.collect::<Option<Vec<_>>>()?.into_iter().next()
}

/// The way to a key that isn't the one that is read, but may have been meant for it.
fn misspelt(body: &Object, name: &'static str) -> Vec<Hop> {
    let field = body.fields.iter().find(|field| resembles(&field.key, name));
    field.map(|field| Hop { span: field.key_span, step: Step::Misspelt(name) }).into_iter().collect()
}

/// The enumeration is case-sensitive in the provider and in the API.
fn read_write(data: &Data) -> Read<ReadWrite> {
    match data {
        Data::String(text) if text == "All" => Ok(ReadWrite::All),
        Data::String(text) if text == "ReadOnly" => Ok(ReadWrite::ReadOnly),
        Data::String(text) if text == "WriteOnly" => Ok(ReadWrite::WriteOnly),
        other => Err(invalid(other, "`All`, `ReadOnly` or `WriteOnly`")),
    }
}

/// A string; booleans and numbers convert to one, as in both languages.
fn text(data: &Data) -> Read<String> {
    match data {
        Data::String(text) => Ok(text.clone()),
        Data::Bool(_) | Data::Number(_) => Ok(data.shown()),
        Data::Null | Data::List(_) | Data::Object(_) => Err(invalid(data, "a string")),
    }
}

fn texts(data: &Data) -> Read<Texts> {
    let Data::List(list) = data else { return Err(invalid(data, "a list of strings")) };
    let convert = |item: &Traced<Data>| item.clone().map(|value| value.map(|data| text(&data)));
    Ok(list.items.iter().map(convert).collect())
}

fn invalid(data: &Data, expected: &'static str) -> Invalid {
    Invalid::Value { found: data.shown(), expected }
}
