//! Completes the evaluation of a root module with its plan, which has instances and values that the files leave
//! unknown.
//!
//! Values that the files determine remain. If the plan contradicts values that are the same in all worlds, the
//! contradiction is reported; otherwise, the world isn't the planned one and is rejected.

mod filling;
mod instances;

use std::collections::HashSet;

use super::module::Module;
use super::program::ModuleEvaluator;
use super::search::DeclarationSite;
use crate::formats::Plan;
use crate::formats::terraform::steps;
use crate::model::kinds::ResourceRole;
use crate::model::{Contradiction, Resource, ResourceKind, TrailHint, UnreadPart, dialects};
use crate::source::Span;
use crate::syntax::hcl::Block;
use crate::value::{Hop, Known, Object, Origin, Traced, World};
use filling::fill;
pub(super) use instances::{exists, instances, name, names_of_key};

/// The hop to the plan, for the arguments of a trail that the plan contains.
pub(super) fn plan_hop(
    block: &Block,
    kind: &ResourceKind,
    address: &str,
    evaluator: &ModuleEvaluator<'_>,
) -> Option<Hop> {
    let ResourceRole::Trail(_) = kind.role else { return None };
    evaluator.lookup.tree.plan?.trail(address)?;
    Some(Hop { span: block.header, step: steps::PLANNED.of(address) })
}

/// A declaration of trails.
#[derive(Clone, Copy)]
pub(super) struct TrailDeclaration<'a> {
    /// Its address without keys.
    pub(super) address: &'a str,
    pub(super) header: Span,
}

/// Fills in the unknown parts of a declaration's instances, and compares the rest with the plan.
///
/// If the plan contradicts a world, the world is rejected, unless `is_decided` is set because the instances don't
/// depend on the world.
pub(super) fn fill_from_plan(
    resources: &mut Vec<Resource>,
    site: TrailDeclaration<'_>,
    plan: &Plan,
    world: &World,
    is_decided: bool,
) {
    for resource in resources.iter_mut().filter(|resource| resource.exists.value != Known(false)) {
        match plan.trail(&resource.address) {
            Some(planned) => {
                fill(resource, &planned.resource, world);
                let own = dialects::read(resource.clone());
                resource.contradictions = own.map(|own| own.contradictions(&planned.trail)).unwrap_or_default();
            }
            None if plan.is_complete && is_certain(resource) => {
                resource.contradictions.push(Contradiction::absent(&resource.exists, resource.header));
            }
            None => {}
        }
    }
    if let Some(unseen) = unmatched_trail(resources, plan.trails_of(site.address), world) {
        if resources.is_empty() {
            resources.extend(plan.trail(unseen).map(|planned| absent(&planned.resource, site.header)));
        }
        let first = resources.first_mut().into_iter();
        first.for_each(|own| own.contradictions.push(Contradiction::present(unseen, &own.exists)));
    }
    if !is_decided && resources.iter().any(|resource| !resource.contradictions.is_empty()) {
        world.reject();
    }
}

/// The first planned trail that isn't among the instances.
fn unmatched_trail<'a>(resources: &[Resource], planned: &'a [String], world: &World) -> Option<&'a str> {
    world.charge(planned.len());
    let created = resources.iter().filter(|resource| resource.exists.value != Known(false));
    let seen: HashSet<&str> = created.map(|resource| resource.address.as_str()).collect();
    planned.iter().map(String::as_str).find(|address| !seen.contains(address))
}

/// Adds the trails of the plan whose declarations aren't here, unless the module that may contain them is already
/// listed as missing.
pub(super) fn add_undeclared(elsewhere: &mut Vec<UnreadPart>, sites: &[DeclarationSite], plan: &Plan, root: &Module) {
    let declared: HashSet<&str> = sites.iter().map(|site| site.address.as_str()).collect();
    for address in plan.declarations().filter(|address| !declared.contains(address)) {
        let call = address.strip_prefix("module.").and_then(|rest| rest.split('.').next());
        let call = call.and_then(|name| root.find("module", &[name])).map(|block| block.header);
        let Some(header) = call.or_else(|| root.header()) else { continue };
        if let Some(known) = elsewhere.iter_mut().find(|known| known.header == header) {
            // The plan has a trail in the missing module, regardless of the module's name.
            known.hint = Some(TrailHint::Content);
        } else {
            let description = format!("the planned `{address}`");
            let help = "run `terraform init` so that the code of all modules can be read, or check the plan by itself";
            let (help, reason) = (help.to_owned(), "its code isn't available".to_owned());
            elsewhere.push(UnreadPart {
                header,
                description,
                reason,
                help,
                hint: Some(TrailHint::Content),
                limit: None,
                missing: None,
            });
        }
    }
}

/// Represents a trail of the plan that the files don't create.
fn absent(planned: &Resource, header: Span) -> Resource {
    let exists = Traced { value: Known(false), origin: Origin::Absent(header), hops: Vec::new() };
    Resource { header, exists, body: Known(Object::new(header, Vec::new())), ..planned.clone() }
}

/// True if an instance is known to exist under its address.
fn is_certain(resource: &Resource) -> bool {
    resource.exists.value == Known(true) && !resource.address.contains("[*]")
}
