//! Landing zones of AWS Control Tower, which creates the organization's trail for them.
//!
//! With `centralizedLogging` in the manifest, it creates a trail in the management account that records all events of
//! all accounts. Sources: <https://docs.aws.amazon.com/controltower/latest/userguide/about-logging.html>, and `…/lz-manifest-file.html`
//! and `…/landing-zone-schemas.html` there.

use super::{Attributes, LandingZone};
use crate::model::policy;
use crate::model::{Invalid, Notation, Resource, Selectors, SettingRead, Trail, TrailSetting};
use crate::source::Span;
use crate::value::{Data, Field, Hop, Known, Maybe, Object, Origin, Reason, Traced, Unknown};

/// The service that creates the trail.
const MANAGER: &str = "AWS Control Tower";

/// The section of the manifest that enables the trail.
const SECTION: &str = "centralizedLogging";

/// The switch in that section.
const SWITCH: &str = "enabled";

/// The version since which an absent section means that there is no trail.
const OPTIONAL_SINCE: u32 = 4;

/// The version since which the manifest decides if there is a trail.
const DECIDED_SINCE: u32 = 3;

/// The part of a manifest that is about the trail.
struct Logging {
    /// True if the trail is created, with the place that decides.
    is_enabled: Traced<bool>,
    /// The KMS key; empty if there is none.
    key: Traced<SettingRead<String>>,
}

/// Converts a landing zone to the trail that AWS Control Tower creates for it.
pub(super) fn read(resource: Resource, zone: &LandingZone) -> Trail {
    let Logging { is_enabled, key } = zone.logging(&resource);
    let place = Traced { value: Known(()), origin: is_enabled.origin, hops: is_enabled.hops.clone() };
    let exists = match (&resource.exists.value, &is_enabled.value) {
        (Known(false), _) | (Unknown(_), Known(true)) => resource.exists.clone(),
        (Known(true) | Unknown(_), Known(false) | Unknown(_)) => is_enabled,
        // Its own key shows that it is created.
        (Known(true), Known(true)) => resource.exists.clone(),
    };
    let notation = resource.notation;
    let switch = |value: bool| setting(SWITCH, notation, place.clone().map(|_| Known(Ok(value))));
    let Resource { address, header, declaration, call, calls, known, owners, region, macros, contradictions, .. } =
        resource;
    Trail {
        address,
        kind: zone.kind,
        manager: Some(MANAGER),
        uses_cloudformation_handler: false,
        header,
        declaration,
        call,
        calls,
        known,
        owners,
        exists,
        region,
        account: None,
        macros,
        contradictions,
        is_synthesized: false,
        is_deployed: false,
        attributes: Attributes {
            is_multi_region: switch(true),
            is_logging: switch(true),
            includes_global_events: switch(true),
            validates_log_files: switch(true),
            is_organization_trail: switch(true),
            kms_key: setting("kmsKeyArn", notation, key),
        },
        selectors: Selectors {
            basic: setting("eventSelectors", notation, absent(header, Vec::new())),
            advanced: setting("advancedEventSelectors", notation, absent(header, Vec::new())),
        },
        ignored_changes: Vec::new(),
    }
}

fn setting<T>(name: &'static str, notation: Notation, read: Traced<SettingRead<T>>) -> TrailSetting<T> {
    TrailSetting { name, notation, read }
}

impl LandingZone {
    fn logging(&self, resource: &Resource) -> Logging {
        let header = resource.header;
        let body = match &resource.body {
            Known(body) => body,
            Unknown(why) => return Logging::unknown(why.clone(), header, Vec::new()),
        };
        let version = body.field(self.version).and_then(|field| major(&field.value.value));
        let Some(manifest) = body.field(self.manifest) else {
            return Logging::unknown(
                body.rest.as_deref().cloned().unwrap_or_else(|| undecided("manifest")),
                header,
                Vec::new(),
            );
        };
        let place = manifest.value.origin.span();
        if version.is_some_and(|version| version < DECIDED_SINCE) {
            return Logging::unknown(undecided("version"), place, Vec::new());
        }
        let value = manifest.value.with_hops_on_members();
        let parsed;
        let object = match &value.value {
            Known(Data::Object(object)) => object,
            Known(Data::String(text)) => match policy::parse_json(text.clone(), place) {
                Ok(Data::Object(object)) => {
                    parsed = object;
                    &parsed
                }
                Ok(_) => return Logging::unknown(undecided("manifest"), place, value.hops.clone()),
                Err(why) => return Logging::unknown(why, place, value.hops.clone()),
            },
            Known(_) => return Logging::unknown(undecided("manifest"), place, value.hops.clone()),
            Unknown(why) => return Logging::unknown(why.clone(), place, value.hops.clone()),
        };
        match (set(object, SECTION), &object.rest) {
            (Some(section), _) => self.section(section),
            (None, Some(why)) => Logging::unknown((**why).clone(), place, Vec::new()),
            (None, None) if version.is_some_and(|version| version >= OPTIONAL_SINCE) => Logging {
                is_enabled: Traced { value: Known(false), origin: Origin::Absent(header), hops: Vec::new() },
                key: absent(header, String::new()),
            },
            (None, None) => Logging::unknown(undecided(SECTION), place, Vec::new()),
        }
    }

    fn section(&self, section: &Field) -> Logging {
        let value = section.value.with_hops_on_members();
        let place = value.origin.span();
        let object = match &value.value {
            Known(Data::Object(object)) => object,
            Known(_) => return Logging::unknown(undecided(SECTION), place, value.hops.clone()),
            Unknown(why) => return Logging::unknown(why.clone(), place, value.hops.clone()),
        };
        let key = key_of(object, section.key_span);
        let Some(switch) = set(object, SWITCH) else {
            let why = object.rest.as_deref().cloned().unwrap_or_else(|| undecided("centralizedLogging.enabled"));
            return Logging { key, ..Logging::unknown(why, section.key_span, Vec::new()) };
        };
        let is_enabled = switch.value.clone().map(|value| value.and_then(|data| self.boolean(&data)));
        Logging { is_enabled, key }
    }

    fn boolean(&self, data: &Data) -> Maybe<bool> {
        match (data, self.booleans) {
            (Data::Bool(value), _) => Known(*value),
            (other, Some(booleans)) => match booleans.convert(other) {
                Ok(value) => Known(value),
                Err(_) => Unknown(undecided("centralizedLogging.enabled")),
            },
            (_, None) => Unknown(undecided("centralizedLogging.enabled")),
        }
    }
}

impl Logging {
    /// The settings if it is unknown whether the trail is created.
    fn unknown(why: Reason, place: Span, hops: Vec<Hop>) -> Self {
        let key = Traced { value: Unknown(why.clone()), origin: Origin::Written(place), hops: hops.clone() };
        Self { is_enabled: Traced { value: Unknown(why), origin: Origin::Written(place), hops }, key }
    }
}

/// The key of the section's configurations. If it is written, it is set in any case.
fn key_of(section: &Object, key: Span) -> Traced<SettingRead<String>> {
    let Some(configurations) = set(section, "configurations") else { return absent(key, String::new()) };
    let value = configurations.value.with_hops_on_members();
    let object = match &value.value {
        Known(Data::Object(object)) => object,
        Known(_) => return absent(key, String::new()),
        Unknown(why) => return value.clone().into_owned().map(|_| Unknown(why.clone())),
    };
    let Some(arn) = set(object, "kmsKeyArn") else {
        return match &object.rest {
            Some(why) => Traced { value: Unknown((**why).clone()), origin: Origin::Written(key), hops: Vec::new() },
            None => absent(key, String::new()),
        };
    };
    arn.value.clone().map(|value| match value {
        Known(Data::String(text)) => Known(Ok(text)),
        Known(other) => Known(Err(Invalid::Value { found: other.shown(), expected: "a string" })),
        Unknown(why) => Unknown(Reason::Composed { reference: why.symbol(), cause: Box::new(why) }),
    })
}

/// The setting that applies if the code sets none.
fn absent<T>(place: Span, value: T) -> Traced<SettingRead<T>> {
    Traced { value: Known(Ok(value)), origin: Origin::Absent(place), hops: Vec::new() }
}

/// A field that isn't null.
fn set<'o>(object: &'o Object, key: &str) -> Option<&'o Field> {
    object.field(key).filter(|field| field.value.value != Known(Data::Null))
}

/// The number before the first dot of a version.
fn major(version: &Maybe<Data>) -> Option<u32> {
    let text = match version {
        Known(Data::String(text)) => text.clone(),
        Known(number @ Data::Number(_)) => number.shown(),
        Known(_) | Unknown(_) => return None,
    };
    text.split('.').next()?.trim().parse().ok()
}

/// The reason why it is unknown if there is a trail.
fn undecided(part: &str) -> Reason {
    Reason::NotEvaluated { construct: format!("the trail of AWS Control Tower without a valid `{part}`") }
}
