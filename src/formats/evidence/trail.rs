//! Converts the documents about a trail to the resource that rules evaluate.

use std::sync::Arc;

use super::paths::{EvidencePath, TrailArn};
use super::recognition::{boolean, text_of};
use super::survey::{Account, LiveTrail, Survey, is_of_organization};
use super::values::{convert, first_line};
use crate::model::dialects::LIVE;
use crate::model::{Notation, Resource, SearchSubject, shell_quoted};
use crate::source::Span;
use crate::syntax::node::{Entry, Node};
use crate::value::{Data, Field, Hop, Known, Maybe, Object, Origin, Reason, StepKind, Traced, Unknown};

/// The step to another description of the same trail that has another value.
static OTHER_VALUE: StepKind = StepKind::declaration("the other value is here", "set it to `{value}`");

/// The reader of one trail in one account.
pub(super) struct TrailReader<'a> {
    pub(super) survey: &'a Survey,
    pub(super) account: &'a Account,
    pub(super) trail: &'a LiveTrail,
}

/// The documents from which the verdicts on a trail come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrailDocuments {
    pub description: Option<Span>,
    pub status: Option<Span>,
    pub selectors: Option<Span>,
}

/// A status, chosen from those of a trail.
enum Status<'a> {
    One(&'a Arc<Node>),
    Contradictory(&'a Node, &'a Node),
    None,
}

impl<'a> TrailReader<'a> {
    /// The address: the ARN, or the name.
    pub(super) fn address(&self) -> String {
        self.trail.arn.clone().unwrap_or_else(|| self.trail.name.clone())
    }

    /// The first words of messages: "trail `main` (us-east-1, account 111122223333)".
    pub(super) fn subject(&self) -> String {
        let owner = self.arn().map(|arn| arn.account).or(self.account.number());
        let account = owner.map(|account| format!("account {account}"));
        let place: Vec<String> = self.home_region().map(str::to_owned).into_iter().chain(account).collect();
        let place = if place.is_empty() { String::new() } else { format!(" ({})", place.join(", ")) };
        format!("trail `{}`{place}", self.trail.name)
    }

    pub(super) fn documents(&self) -> TrailDocuments {
        TrailDocuments {
            description: self.description().map(|node| node.span),
            status: match self.status() {
                Status::One(node) => Some(node.span),
                Status::Contradictory(..) | Status::None => None,
            },
            selectors: self.trail.selectors.first().map(|node| node.span),
        }
    }

    /// The resource for a search.
    pub(super) fn resource(&self, subject: SearchSubject) -> Option<Resource> {
        let kind = subject.kind(LIVE.kind)?;
        let declaration = self.declaration();
        let header = first_line(declaration);
        let fields = match subject {
            SearchSubject::Trails => self.settings(header),
            SearchSubject::Related => self.delivery(header),
            SearchSubject::LogGroups => self.log_group(),
        };
        let region = match self.home_region() {
            Some(region) => Known(region.to_owned()),
            None => Unknown(self.not_described("its home Region")),
        };
        Some(Resource {
            kind,
            address: self.address(),
            header,
            declaration: declaration.span,
            call: None,
            calls: Vec::new(),
            owners: vec![header.file],
            exists: Traced { value: Known(true), origin: Origin::Absent(header), hops: Vec::new() },
            region: Traced { value: region, origin: self.region_origin(header), hops: Vec::new() },
            account: None,
            body: Known(Object::new(header, fields)),
            ignored_changes: Vec::new(),
            notation: Notation::Json,
            macros: Vec::new(),
            contradictions: Vec::new(),
            known: None,
            is_synthesized: false,
            is_deployed: true,
            names: Vec::new(),
        })
    }

    fn arn(&self) -> Option<TrailArn<'a>> {
        self.trail.arn.as_deref().and_then(TrailArn::parse)
    }

    /// The description that represents the trail, a full one if there is one.
    fn description(&self) -> Option<&'a Arc<Node>> {
        let of_account = |file: usize| self.account.files.contains(&file);
        let descriptions = self.trail.descriptions.iter();
        descriptions.max_by_key(|one| (of_account(one.file), one.is_full)).map(|one| &one.node)
    }

    /// The document that declares the trail.
    fn declaration(&self) -> &'a Node {
        let first = self.description().or(self.trail.selectors.first());
        first.or(self.trail.statuses.first().map(|(_, node)| node)).expect("a trail has a document")
    }

    pub(super) fn home_region(&self) -> Option<&'a str> {
        let described = self.trail.descriptions.iter().find_map(|one| text_of(&one.node, "HomeRegion"));
        described.filter(|region| !region.is_empty()).or_else(|| self.arn().map(|arn| arn.region))
    }

    /// The location of the home Region, or of the ARN that contains it.
    fn region_origin(&self, header: Span) -> Origin {
        let entries = |name| self.trail.descriptions.iter().flat_map(move |one| entries_of(&one.node, name));
        match entries("HomeRegion").chain(entries("TrailARN")).next() {
            Some(entry) => Origin::Written(entry.value.span),
            None => Origin::Absent(header),
        }
    }

    fn settings(&self, header: Span) -> Vec<Field> {
        let mut fields = vec![
            self.switch("IsMultiRegionTrail", header),
            self.switch("IncludeGlobalServiceEvents", header),
            self.switch("LogFileValidationEnabled", header),
            self.is_logging(header),
        ];
        fields.extend(self.key(header));
        let is_of_organization = self.entries("IsOrganizationTrail");
        fields.extend(merge("IsOrganizationTrail", &is_of_organization, as_boolean));
        fields.extend(self.selectors(header));
        fields
    }

    /// The fields that determine where the trail delivers its logs, and if it does.
    fn delivery(&self, header: Span) -> Vec<Field> {
        let texts = ["S3BucketName", "S3KeyPrefix", "Name"];
        let mut fields: Vec<Field> =
            texts.into_iter().filter_map(|name| merge(name, &self.entries(name), as_text)).collect();
        if !fields.iter().any(|field| field.key == "Name") {
            let value = Traced::written(Data::String(self.trail.name.clone()), header);
            fields.push(Field { key: "Name".to_owned(), key_span: header, value });
        }
        fields.extend(self.key(header));
        fields.push(self.switch("IsMultiRegionTrail", header));
        fields.push(self.switch("LogFileValidationEnabled", header));
        let is_of_organization = self.entries("IsOrganizationTrail");
        fields.extend(merge("IsOrganizationTrail", &is_of_organization, as_boolean));
        if !self.is_described() {
            fields.push(unknown_field("S3BucketName", header, self.not_described("its bucket")));
        }
        if let Status::One(status) = self.status() {
            for name in ["LatestDeliveryError", "LatestDeliveryTime"] {
                fields.extend(merge(name, &entries_of(status, name), as_text));
            }
        }
        fields
    }

    /// The fields that determine if the trail delivers its logs to CloudWatch Logs.
    fn log_group(&self) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for name in ["CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn"] {
            match merge(name, &self.entries(name), as_text) {
                Some(field) => fields.push(field),
                None if self.is_described() => {}
                None => {
                    let header = first_line(self.declaration());
                    fields.push(unknown_field(name, header, self.not_described(&format!("`{name}`"))));
                }
            }
        }
        if let Status::One(status) = self.status() {
            for name in ["LatestCloudWatchLogsDeliveryError", "LatestCloudWatchLogsDeliveryTime"] {
                fields.extend(merge(name, &entries_of(status, name), as_text));
            }
        }
        fields
    }

    /// True if a description with all fields is available.
    fn is_described(&self) -> bool {
        self.trail.descriptions.iter().any(|one| one.is_full)
    }

    /// The values of a field in all descriptions.
    fn entries(&self, name: &str) -> Vec<&'a Entry> {
        self.trail.descriptions.iter().flat_map(|one| entries_of(&one.node, name)).collect()
    }

    fn switch(&self, name: &'static str, header: Span) -> Field {
        merge(name, &self.entries(name), as_boolean)
            .unwrap_or_else(|| unknown_field(name, header, self.not_described(&format!("`{name}`"))))
    }

    /// The key; nothing if the trail certainly has none.
    fn key(&self, header: Span) -> Option<Field> {
        let field = merge("KmsKeyId", &self.entries("KmsKeyId"), as_text);
        field.or_else(|| {
            (!self.is_described()).then(|| unknown_field("KmsKeyId", header, self.not_described("`KmsKeyId`")))
        })
    }

    fn is_logging(&self, header: Span) -> Field {
        const NAME: &str = "IsLogging";
        let name = self.description().and_then(|node| node.as_mapping()?.get("Name"));
        let place = name.map_or(header, |entry| entry.value.span);
        match self.status() {
            Status::One(node) => merge(NAME, &entries_of(node, NAME), as_boolean)
                .unwrap_or_else(|| unknown_field(NAME, place, self.no_output("GetTrailStatus"))),
            Status::Contradictory(one, other) => {
                let [one, other] = [one, other].map(|node| entries_of(node, NAME));
                let entries: Vec<&Entry> = one.into_iter().chain(other).collect();
                merge(NAME, &entries, as_boolean)
                    .unwrap_or_else(|| unknown_field(NAME, place, self.no_output("GetTrailStatus")))
            }
            Status::None => unknown_field(NAME, place, self.no_output("GetTrailStatus")),
        }
    }

    /// The status of the home Region; without one, any status if all are equal.
    fn status(&self) -> Status<'a> {
        let statuses = &self.trail.statuses;
        let is_home = |path: &EvidencePath| self.home_region().is_some_and(|region| path.names(region));
        let at_home =
            statuses.iter().filter(|(file, _)| self.survey.files.get(*file).is_some_and(|own| is_home(&own.path)));
        let mut chosen: Vec<&Arc<Node>> = at_home.map(|(_, node)| node).collect();
        if chosen.is_empty() {
            chosen = statuses.iter().map(|(_, node)| node).collect();
        }
        let Some((first, others)) = chosen.split_first() else { return Status::None };
        let value =
            |node: &Node| entries_of(node, "IsLogging").into_iter().map(|entry| boolean(&entry.value)).collect();
        let own: Vec<Option<bool>> = value(first);
        match others.iter().find(|other| value(other) != own) {
            Some(other) => Status::Contradictory(first, other),
            None => Status::One(first),
        }
    }

    /// The lists of event selectors. An empty list is equivalent to one that isn't set.
    pub(super) fn selectors(&self, header: Span) -> Vec<Field> {
        const LISTS: [&str; 2] = ["EventSelectors", "AdvancedEventSelectors"];
        let lists: Vec<Field> = LISTS
            .into_iter()
            .filter_map(|name| {
                let entries: Vec<&Entry> =
                    self.trail.selectors.iter().flat_map(|node| entries_of(node, name)).collect();
                merge(name, &entries, as_selectors)
            })
            .collect();
        let has_custom = merge("HasCustomEventSelectors", &self.entries("HasCustomEventSelectors"), as_boolean);
        let has_custom = has_custom.map(|field| field.value.value);
        if self.trail.selectors.is_empty() {
            return match has_custom {
                Some(Known(Data::Bool(false))) => Vec::new(),
                Some(Unknown(why)) => vec![unknown_field("EventSelectors", header, why)],
                _ => vec![unknown_field("EventSelectors", header, self.no_output("GetEventSelectors"))],
            };
        }
        let place = self.trail.selectors.first().map_or(header, |node| first_line(node));
        let is_set = |field: &&Field| !matches!(&field.value.value, Known(Data::List(list)) if list.items.is_empty());
        let set: Vec<&Field> = lists.iter().filter(is_set).collect();
        match set.as_slice() {
            [] if has_custom == Some(Known(Data::Bool(true))) => {
                let text = "this output has no selectors, but the description has `HasCustomEventSelectors`";
                vec![unknown_field("EventSelectors", place, contradiction(text))]
            }
            [] => Vec::new(),
            [_] => set.into_iter().cloned().collect(),
            [_, ..] => {
                let text = "the outputs contain both kinds of selectors, but a trail has only one kind";
                vec![unknown_field("EventSelectors", place, contradiction(text))]
            }
        }
    }

    /// The selectors, and the location that represents the trail.
    pub(super) fn known_selectors(&self) -> (Span, Vec<Field>) {
        let header = first_line(self.declaration());
        (header, self.selectors(header))
    }

    fn not_described(&self, what: &str) -> Reason {
        let command = self.command("describe-trails", "");
        let advice = match self.arn().map(|arn| arn.account) {
            Some(owner) if self.account.number() != Some(owner) && self.is_of_organization() => of_owner(owner),
            _ => format!("add the output of {command}"),
        };
        Reason::Worded {
            subject: "describe-trails".to_owned(),
            text: format!("{what} is in no description of the trail"),
            advice: advice.into(),
        }
    }

    fn is_of_organization(&self) -> bool {
        self.trail.descriptions.iter().any(|one| is_of_organization(&one.node))
    }

    /// The reason for values in the output of a command for this trail that isn't here.
    fn no_output(&self, operation: &'static str) -> Reason {
        let (command, argument, file) = match operation {
            "GetTrailStatus" => ("get-trail-status", "--name", "status"),
            _ => ("get-event-selectors", "--trail-name", "selectors"),
        };
        let denied = self.trail.denied.iter().find(|denied| denied.operation == operation);
        let shown = self.command(command, argument);
        let text = match denied {
            Some(denied) => format!("`{command}` was denied ({})", denied.error),
            None => format!("there is no output of `{command}` for this trail"),
        };
        let advice = match self.arn().map(|arn| arn.account) {
            // The management account or a delegated administrator may run these commands.
            Some(owner) if self.account.number() != Some(owner) && self.is_of_organization() => of_owner(owner),
            _ if denied.is_some() => format!("run {shown} with the permission `cloudtrail:{operation}`"),
            _ => format!("add the output of {shown} as `{file}_{}.json`", self.trail.name),
        };
        Reason::Worded { subject: command.to_owned(), text, advice: advice.into() }
    }

    /// A command of the AWS CLI for this trail, in backticks.
    fn command(&self, command: &str, argument: &str) -> String {
        let region = self.home_region().map(|region| format!(" --region {}", shell_quoted(region))).unwrap_or_default();
        let name = match argument {
            "" => String::new(),
            _ => format!(" {argument} {}", shell_quoted(&self.address())),
        };
        format!("`aws cloudtrail {command}{name}{region}`")
    }

    /// How to correct a field of the trail, as one imperative sentence. `attribute` is the path of the field.
    pub(super) fn correction(&self, attribute: &str) -> Option<String> {
        let update = |option: &str| {
            let command = self.command("update-trail", "--name");
            Some(format!("{} {option}`", command.trim_end_matches('`')))
        };
        let name = attribute.split(['[', '.']).next().unwrap_or(attribute);
        let command = match name {
            "IsMultiRegionTrail" => update("--is-multi-region-trail"),
            "IncludeGlobalServiceEvents" => update("--include-global-service-events"),
            "LogFileValidationEnabled" => update("--enable-log-file-validation"),
            "KmsKeyId" => update("--kms-key-id KEY_ARN"),
            "IsLogging" => Some(self.command("start-logging", "--name")),
            "EventSelectors" | "AdvancedEventSelectors" => {
                let command = self.command("put-event-selectors", "--trail-name");
                let selector = r#"'[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]'"#;
                Some(format!("{} --advanced-event-selectors {selector}`", command.trim_end_matches('`')))
            }
            _ => None,
        }?;
        Some(format!("change the code that declares the trail, or run {command}"))
    }
}

fn of_owner(owner: &str) -> String {
    format!("add the evidence of account {owner}, in which the organization's trail is configured")
}

fn contradiction(text: &str) -> Reason {
    Reason::Worded {
        subject: "contradictory evidence".to_owned(),
        text: format!("contradictory evidence: {text}"),
        advice: "run the commands again, and remove the older outputs".into(),
    }
}

/// The entries of a key that aren't null, including repeated ones.
fn entries_of<'n>(node: &'n Node, key: &str) -> Vec<&'n Entry> {
    let entries = node.as_mapping().map(|mapping| mapping.entries.as_slice()).unwrap_or_default();
    let own = entries.iter().filter(|entry| entry.key.as_text() == Some(key));
    own.filter(|entry| convert(&entry.value).value != Known(Data::Null)).collect()
}

fn unknown_field(name: &str, place: Span, why: Reason) -> Field {
    let value = Traced { value: Unknown(why), origin: Origin::Absent(place), hops: Vec::new() };
    Field { key: name.to_owned(), key_span: place, value }
}

/// Combines the values of a field in several documents; `None` if none has it.
fn merge(name: &str, entries: &[&Entry], convert: fn(&Node) -> Traced<Data>) -> Option<Field> {
    let (first, others) = entries.split_first()?;
    let mut value = convert(&first.value);
    let other = others.iter().find(|other| !is_same(&convert(&other.value).value, &value.value));
    if let Some(other) = other {
        value.hops.push(Hop { span: other.value.span, step: OTHER_VALUE.of(name) });
        value.value = Unknown(contradiction(&format!("two outputs differ in `{name}`")));
    }
    Some(Field { key: name.to_owned(), key_span: first.key.span, value })
}

/// True if two values are known and equal, wherever they are.
fn is_same(one: &Maybe<Data>, other: &Maybe<Data>) -> bool {
    let (Known(one), Known(other)) = (one, other) else { return false };
    match (one, other) {
        (Data::List(one), Data::List(other)) => {
            one.items.len() == other.items.len()
                && one.items.iter().zip(&other.items).all(|(one, other)| is_same(&one.value, &other.value))
        }
        (Data::Object(one), Data::Object(other)) => {
            one.fields.len() == other.fields.len()
                && one.fields.iter().all(|field| {
                    other.field(&field.key).is_some_and(|other| is_same(&field.value.value, &other.value.value))
                })
        }
        (one, other) => one == other,
    }
}

fn as_boolean(node: &Node) -> Traced<Data> {
    let value = match boolean(node) {
        Some(value) => Known(Data::Bool(value)),
        None => Unknown(unexpected("a boolean")),
    };
    Traced { value, ..Traced::written(Data::Null, node.span) }
}

fn as_text(node: &Node) -> Traced<Data> {
    match node.as_text() {
        Some(text) => Traced::written(Data::String(text.to_owned()), node.span),
        None => Traced { value: Unknown(unexpected("a string")), ..Traced::written(Data::Null, node.span) },
    }
}

fn unexpected(expected: &str) -> Reason {
    Reason::Worded {
        subject: "unexpected value".to_owned(),
        text: format!("this isn't {expected}"),
        advice: "run the command again, and replace this output".into(),
    }
}

/// Converts a list of selectors: operators without values aren't set, and fields have the types of the API.
fn as_selectors(node: &Node) -> Traced<Data> {
    let mut value = convert(node);
    if let Known(Data::List(list)) = &mut value.value {
        list.items.iter_mut().for_each(tidy_selector);
    } else {
        value.value = Unknown(unexpected("a list of selectors"));
    }
    value
}

fn tidy_selector(selector: &mut Traced<Data>) {
    let Known(Data::Object(object)) = &mut selector.value else {
        selector.value = Unknown(unexpected("a selector"));
        return;
    };
    object.fields.retain(|field| field.value.value != Known(Data::Null));
    for field in &mut object.fields {
        let value = &mut field.value.value;
        match (field.key.as_str(), &*value) {
            ("IncludeManagementEvents", Known(Data::String(text))) => {
                *value = match text.as_str() {
                    "true" | "True" | "TRUE" | "1" => Known(Data::Bool(true)),
                    "false" | "False" | "FALSE" | "0" => Known(Data::Bool(false)),
                    _ => Unknown(unexpected("a boolean")),
                }
            }
            ("IncludeManagementEvents", Known(Data::Bool(_))) => {}
            ("IncludeManagementEvents", _) => *value = Unknown(unexpected("a boolean")),
            ("ReadWriteType", Known(Data::String(text)))
                if ["All", "ReadOnly", "WriteOnly"].contains(&text.as_str()) => {}
            ("ReadWriteType", _) => *value = Unknown(unexpected("`All`, `ReadOnly` or `WriteOnly`")),
            ("FieldSelectors", Known(Data::List(_))) => tidy_fields(value),
            (_, Known(Data::List(_))) | (_, Known(Data::String(_))) => {}
            (_, _) => *value = Unknown(unexpected("a list")),
        }
    }
}

/// Removes the operators of field selectors that have no values.
fn tidy_fields(fields: &mut Maybe<Data>) {
    let Known(Data::List(list)) = fields else { return };
    for item in &mut list.items {
        let Known(Data::Object(selector)) = &mut item.value else {
            item.value = Unknown(unexpected("a field selector"));
            continue;
        };
        let is_unset = |value: &Maybe<Data>| match value {
            Known(Data::Null) => true,
            Known(Data::List(list)) => list.items.is_empty(),
            Known(_) | Unknown(_) => false,
        };
        selector.fields.retain(|field| !is_unset(&field.value.value));
    }
}
