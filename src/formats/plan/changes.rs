//! Evaluates a plan to the resources that will exist after it is applied.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::configuration::{Arguments, PlannedConfiguration};
use super::policies::Policies;
use super::raw::{JsonPart, PlanText, PlannedResource, RawChange, RawPlan};
use super::values::{ValueReader, drop_empty, is_empty};
use crate::formats::{LoadedProject, PolicyDocument};
use crate::model::{
    Holds, Notation, Resolution, ResolvingStep, Resource, ResourceKind, SearchSubject, UnknownValues, UnreadPart,
};
use crate::source::Span;
use crate::syntax::Problem;
use crate::syntax::node::{Entry, Node};
use crate::value::{Data, Field, Known, Object, Origin, Reason, Traced, Unknown, World};

/// A plan that is checked on its own, without the code.
pub(super) struct StandalonePlan {
    header: Span,
    resources: Vec<(SearchSubject, Resource)>,
    problems: Vec<Problem>,
}

/// A resource may be relevant to each of these subjects.
const SUBJECTS: [SearchSubject; 3] = [SearchSubject::Trails, SearchSubject::Related, SearchSubject::LogGroups];

/// A resource that exists, or may exist, after apply, or a data source that is read during apply.
pub(super) struct Planned {
    pub(super) address: String,
    /// The place of the address.
    pub(super) header: Span,
    /// The reason why its existence is unknown.
    unknown_existence: Option<Reason>,
    pub(super) after: Arc<Node>,
    pub(super) after_unknown: Option<Arc<Node>>,
    /// True if the plan omits arguments with unknown values without listing them.
    omits_unknown: bool,
}

impl StandalonePlan {
    /// Reads a plan. Errors become problems.
    pub(super) fn read(text: PlanText<'_>, region: Option<&str>) -> Self {
        let mut changes = Self { header: text.beginning(), resources: Vec::new(), problems: Vec::new() };
        match text.document() {
            Ok(document) => changes.add_all(text, &document, region),
            Err(problem) => changes.problems.push(problem),
        }
        changes
    }

    fn add_all(&mut self, text: PlanText<'_>, document: &RawPlan<'_>, region: Option<&str>) {
        self.problems.extend(document.check_version(text).err());
        let mut found = Found { text, seen: HashSet::new(), resources: Vec::new(), policies: Vec::new() };
        let changes = document.resource_changes.map(|part| (part, text.read::<Vec<JsonPart<'_>>>(part)));
        if let Some((part, changes)) = changes {
            self.header = text.key("resource_changes", part);
            match changes {
                Ok(changes) => changes.into_iter().for_each(|part| found.add(part, None, &mut self.problems)),
                Err(problem) => self.problems.push(problem),
            }
        }
        for deferred in document.deferred_changes.iter().flatten() {
            found.add(deferred.resource_change, Some(deferred.reason()), &mut self.problems);
        }
        found.add_values(document, &mut self.problems);
        let configuration = PlannedConfiguration::of(text, document.configuration.as_ref(), region);
        let policies = Policies::of(found.policies, &configuration);
        for (kind, planned) in found.resources {
            for subject in SUBJECTS {
                let Some(kind) = subject.kind(&kind) else { continue };
                let resource = planned.resource(kind, &configuration, Some(&policies));
                self.resources.extend(resource.map(|resource| (subject, resource)));
            }
        }
    }
}

/// The relevant parts of a plan.
struct Found<'a> {
    text: PlanText<'a>,
    /// The addresses of the resources found so far.
    seen: HashSet<String>,
    /// The resources, each with its type.
    resources: Vec<(String, Planned)>,
    /// The policy documents that Terraform reads during apply.
    policies: Vec<Planned>,
}

impl<'a> Found<'a> {
    fn add(&mut self, part: JsonPart<'a>, deferred: Option<&str>, problems: &mut Vec<Problem>) {
        let change = match self.text.read::<RawChange<'_>>(part) {
            Ok(change) => change,
            Err(problem) => return problems.push(problem),
        };
        if is_supported(&change.mode, &change.kind) {
            self.seen.extend(self.text.string(change.address).map(|address| address.into_owned()));
            self.resources.extend(Planned::of_change(self.text, &change, deferred, problems));
        } else if change.mode == "data" && change.kind == PolicyDocument::KIND {
            let source = Planned::of_change(self.text, &change, deferred, problems);
            self.policies.extend(source.map(|(_, source)| source));
        }
    }

    /// Adds planned resources for which the plan has no change.
    fn add_values(&mut self, document: &RawPlan<'a>, problems: &mut Vec<Problem>) {
        for planned in document.planned().into_iter().filter(|planned| is_supported(&planned.mode, &planned.kind)) {
            let address = self.text.string(planned.address).unwrap_or_default().into_owned();
            if self.seen.insert(address) {
                self.resources.extend(Planned::of_values(self.text, planned, problems));
            }
        }
    }
}

impl LoadedProject for StandalonePlan {
    fn header(&self) -> Option<Span> {
        Some(self.header)
    }

    fn resolution(&self, unknown: &UnknownValues<'_>) -> Resolution {
        const REGION: &str = "--region";
        match unknown.cause.map(Reason::root) {
            Some(Reason::FromEnvironment { .. }) => Resolution {
                help: Some(format!("pass the Region of the provider, for example `{REGION} us-east-1`")),
                steps: vec![ResolvingStep::option(REGION, "us-east-1")],
            },
            Some(Reason::AtDeployment { .. } | Reason::NotEvaluated { .. } | Reason::AwsKey { .. }) => Resolution {
                help: Some("check the code together with this plan (`--plan`)".to_owned()),
                steps: Vec::new(),
            },
            Some(other) => Resolution { help: other.advice(), steps: Vec::new() },
            None => Resolution::default(),
        }
    }

    fn sites(&self, _: SearchSubject) -> usize {
        // The resources don't depend on a world, so one site is sufficient.
        1
    }

    fn resources(&self, subject: SearchSubject, _: usize, _: &World) -> Vec<Resource> {
        let resources = self.resources.iter().filter(|(own, _)| *own == subject);
        resources.map(|(_, resource)| resource.clone()).collect()
    }

    fn unread_parts(&self, _: SearchSubject) -> Vec<UnreadPart> {
        Vec::new()
    }

    fn problems(&self) -> Vec<Problem> {
        self.problems.clone()
    }
}

/// True for a managed resource of a supported type. `mode` and `kind` are in the plan's terms.
fn is_supported(mode: &str, kind: &str) -> bool {
    mode == "managed" && SUBJECTS.into_iter().any(|subject| subject.kind(kind).is_some())
}

impl Planned {
    /// The planned resource of a change, with its type; `None` if the resource won't exist.
    pub(super) fn of_change<'a>(
        text: PlanText<'a>,
        change: &RawChange<'a>,
        deferred: Option<&str>,
        problems: &mut Vec<Problem>,
    ) -> Option<(String, Self)> {
        let after = text.tree(change.change.after?, problems)?;
        let address = text.string(change.address)?.into_owned();
        let after_unknown = change.change.after_unknown.and_then(|part| text.tree(part, problems));
        // The plan has evaluated the arguments, so a finding about them is certain wherever the resource exists.
        let unknown_existence = deferred.map(|reason| {
            let cause = Reason::NotEvaluated { construct: format!("`{address}`, which the plan defers ({reason}),") };
            Reason::Computed { expression: format!("the existence of {address}"), cause: Box::new(cause), atom: None }
        });
        let header = text.span(change.address);
        Some((
            change.kind.to_string(),
            Self { address, header, unknown_existence, after, after_unknown, omits_unknown: false },
        ))
    }

    /// The planned resource of an entry in `planned_values`, with its type.
    fn of_values<'a>(
        text: PlanText<'a>,
        planned: &PlannedResource<'a>,
        problems: &mut Vec<Problem>,
    ) -> Option<(String, Self)> {
        let after = text.tree(planned.values?, problems)?;
        let address = text.string(planned.address)?.into_owned();
        let header = text.span(planned.address);
        let planned_resource =
            Self { address, header, unknown_existence: None, after, after_unknown: None, omits_unknown: true };
        Some((planned.kind.to_string(), planned_resource))
    }

    /// Returns the resource with its arguments; `None` if these aren't an object.
    pub(super) fn resource(
        &self,
        kind: &'static ResourceKind,
        configuration: &PlannedConfiguration<'_>,
        policies: Option<&Policies<'_, '_>>,
    ) -> Option<Resource> {
        let after = self.after.as_mapping()?;
        let arguments = configuration.arguments(&self.address);
        let unknown = self.after_unknown.as_ref().and_then(|unknown| unknown.as_mapping());
        let fields = kind.shape.iter().filter_map(|argument| {
            let reference = format!("{}.{}", self.address, argument.name);
            let is_open = self.omits_unknown
                && match argument.holds {
                    Holds::Blocks(_) => arguments.may_make_unknown(argument.name),
                    Holds::Value | Holds::Texts | Holds::Document | Holds::Json => {
                        arguments.may_be_unknown(argument.name)
                    }
                };
            let reading = ValueReader { holder: self.header, is_open };
            let unknown = unknown.and_then(|unknown| unknown.get(argument.name)).map(|entry| &*entry.value);
            let field = reading.field(argument.name, after.get(argument.name), unknown, &reference);
            let mut field = field.or_else(|| is_open.then(|| self.unknown(argument.name, &reference)))?;
            drop_empty(&mut field.value);
            name_reference(&mut field, argument.name, &reference, &arguments);
            let is_absent = match argument.holds {
                // A plan contains an empty list for blocks that aren't set.
                Holds::Blocks(_) => is_empty(&field.value),
                // A value that the provider chooses is treated as in the code: as not set.
                Holds::Value | Holds::Texts | Holds::Document | Holds::Json => {
                    matches!(field.value.value, Unknown(_)) && arguments.is_unset(argument.name)
                }
            };
            if matches!((&argument.holds, &field.value.value), (Holds::Document | Holds::Json, Unknown(_))) {
                policies.into_iter().for_each(|policies| policies.fill(&mut field.value, argument.name, &arguments));
            }
            (!is_absent).then_some(field)
        });
        let body = Object::new(self.header, fields.collect());
        Some(Resource {
            kind,
            address: self.address.clone(),
            header: self.header,
            declaration: self.header,
            call: None,
            calls: Vec::new(),
            owners: vec![self.header.file],
            exists: Traced {
                value: self.unknown_existence.clone().map_or(Known(true), Unknown),
                origin: Origin::Absent(self.header),
                hops: Vec::new(),
            },
            region: configuration.region(self.header, &self.address, after),
            account: None,
            body: Known(body),
            ignored_changes: Vec::new(),
            // Fixes refer to the code, not to the plan.
            notation: Notation::Hcl,
            macros: Vec::new(),
            contradictions: Vec::new(),
            known: None,
            is_synthesized: false,
            is_deployed: false,
            names: Vec::new(),
        })
    }

    /// An argument that the plan omits because its value is unknown.
    fn unknown(&self, name: &str, reference: &str) -> Field {
        let why = Reason::AtDeployment { reference: reference.to_owned(), is_set: false };
        let value = Traced { value: Unknown(why), origin: Origin::Absent(self.header), hops: Vec::new() };
        Field { key: name.to_owned(), key_span: self.header, value }
    }
}

/// Replaces the reason of an unknown argument by one that names the reference in the code.
fn name_reference(field: &mut Field, name: &str, reference: &str, arguments: &Arguments<'_, '_>) {
    if let Unknown(why) = &mut field.value.value {
        *why = arguments.why(name, reference);
    }
}

/// The values of a plan's variables by name.
pub(super) fn variables<'a>(text: PlanText<'a>, part: JsonPart<'a>) -> Result<HashMap<String, Traced<Data>>, Problem> {
    let mut problems = Vec::new();
    let tree = text.tree(part, &mut problems);
    if let Some(problem) = problems.into_iter().next() {
        return Err(problem);
    }
    let Some(entries) = tree.as_deref().and_then(Node::as_mapping) else {
        return Err(Problem::syntax(text.span(part), "this isn't a valid part of a plan"));
    };
    Ok(entries.entries.iter().filter_map(variable).collect())
}

fn variable(entry: &Entry) -> Option<(String, Traced<Data>)> {
    let name = entry.key.as_text()?;
    let given = &entry.value.as_mapping()?.get("value")?.value;
    let reading = ValueReader { holder: given.span, is_open: false };
    Some((name.to_owned(), reading.value(given, None, name)))
}
