//! Converts a resource to a trail: this module applies all names, conversions and defaults.

use super::attributes::{Attributes, REGION};
use super::{AdvancedNames, BasicNames, Dialect, landing_zone};
use crate::model::kinds::ResourceRole;
use crate::model::reader::{ArgumentReader, invalid, text, texts};
use crate::model::selectors::{
    AdvancedSelector, BasicSelector, DataResource, FieldSelector, ReadWrite, SelectorValues, Selectors,
};
use crate::model::{Invalid, Resource, SettingRead, Trail, TrailSetting};
use crate::value::{Data, Known, Maybe, Reason, Traced, Unknown};

/// The limit of the API: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html>.
const MAX_BASIC_SELECTORS: usize = 5;

/// Converts a resource to a trail, if it is one.
pub fn read(resource: Resource) -> Option<Trail> {
    let dialect = match resource.kind.role {
        ResourceRole::Trail(dialect) => dialect,
        ResourceRole::LandingZone(zone) => return Some(landing_zone::read(resource, zone)),
        _ => return None,
    };
    let region = region(&resource);
    let Resource {
        address,
        header,
        declaration,
        call,
        calls,
        known,
        owners,
        exists,
        account,
        body,
        ignored_changes,
        notation,
        macros,
        contradictions,
        is_synthesized,
        is_deployed,
        ..
    } = resource;
    let reader = ArgumentReader { booleans: dialect.booleans, notation, header, body, is_strict: true };
    Some(Trail {
        address,
        kind: dialect.kind,
        manager: None,
        uses_cloudformation_handler: dialect.uses_cloudformation_handler,
        header,
        declaration,
        call,
        calls,
        known,
        owners,
        exists,
        region,
        account,
        macros,
        contradictions,
        is_synthesized,
        is_deployed,
        attributes: Attributes::read(&reader, dialect.attributes),
        selectors: Selectors {
            basic: basic_selectors(&reader, dialect),
            advanced: advanced_selectors(&reader, &dialect.advanced),
        },
        ignored_changes,
    })
}

/// The Region in which a resource is created: the one of its own argument, otherwise the one of its provider or stack.
pub fn region(resource: &Resource) -> Traced<String> {
    let takes_one = resource.kind.shape.iter().any(|argument| argument.name == REGION);
    let field = match &resource.body {
        Known(body) => body.field(REGION),
        Unknown(why) if takes_one => return resource.region.clone().map(|_| Unknown(why.clone())),
        Unknown(_) => None,
    };
    let Some(field) = field else { return resource.region.clone() };
    match &field.value.value {
        Known(Data::Null) => resource.region.clone(),
        Known(Data::String(text)) if text.is_empty() => resource.region.clone(),
        Known(_) | Unknown(_) => field.value.clone().map(|value| value.and_then(|data| of_region(&data))),
    }
}

/// Converts a value to a Region.
pub(crate) fn of_region(data: &Data) -> Maybe<String> {
    match text(data) {
        Ok(region) => Known(region),
        Err(invalid) => Unknown(Reason::Failed { message: invalid.describe() }),
    }
}

fn basic_selectors(reader: &ArgumentReader, dialect: &Dialect) -> TrailSetting<Vec<BasicSelector>> {
    let names = &dialect.basic;
    let sources = if dialect.uses_cloudformation_handler { texts } else { set_texts };
    let mut list = reader.list(names.list, |item| BasicSelector {
        header: item.header,
        read_write_type: item.setting(names.read_write_type, Ok(ReadWrite::All), read_write),
        include_management_events: item.flag(names.include_management_events, Ok(true)),
        excluded_sources: item.setting(names.excluded_sources, Ok(Vec::new()), sources),
        data_resources: item.list(names.data_resources, |resource| data_resource(resource, names)),
    });
    if let Known(Ok(selectors)) = &list.read.value
        && selectors.len() > MAX_BASIC_SELECTORS
    {
        let invalid = Invalid::TooMany { found: selectors.len(), limit: MAX_BASIC_SELECTORS };
        list.read.value = Known(Err(invalid));
    }
    list
}

fn advanced_selectors(reader: &ArgumentReader, names: &AdvancedNames) -> TrailSetting<Vec<AdvancedSelector>> {
    reader.list(names.list, |item| AdvancedSelector {
        header: item.header,
        names: names.of_management(),
        fields: item.list(names.fields, |field| field_selector(field, names)),
    })
}

fn field_selector(reader: &ArgumentReader, names: &AdvancedNames) -> FieldSelector {
    FieldSelector {
        field: reader.setting(names.field, Err(Invalid::Missing), text),
        operators: names
            .operators
            .iter()
            .map(|&(operator, name)| (operator, reader.setting(name, Err(Invalid::Missing), texts)))
            .filter(|(_, setting)| !matches!(setting.value(), Known(Err(Invalid::Missing))))
            .collect(),
    }
}

fn data_resource(reader: &ArgumentReader, names: &BasicNames) -> DataResource {
    DataResource {
        kind: reader.setting(names.data_type, Err(Invalid::Missing), text),
        values: reader.setting(names.data_values, Err(Invalid::Missing), texts),
    }
}

/// Converts to a list of strings without empty ones, which the provider doesn't send (`flex.ExpandStringValueSet`).
fn set_texts(data: &Data) -> SettingRead<SelectorValues> {
    let mut texts = texts(data)?;
    texts.retain(|text| !matches!(&text.value, Known(Ok(text)) if text.is_empty()));
    Ok(texts)
}

/// The enumeration is case-sensitive in the provider and in the API.
fn read_write(data: &Data) -> SettingRead<ReadWrite> {
    match data {
        Data::String(text) if text == "All" => Ok(ReadWrite::All),
        Data::String(text) if text == "ReadOnly" => Ok(ReadWrite::ReadOnly),
        Data::String(text) if text == "WriteOnly" => Ok(ReadWrite::WriteOnly),
        other => Err(invalid(other, "`All`, `ReadOnly` or `WriteOnly`")),
    }
}
