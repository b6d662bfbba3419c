//! A deployment: a root template with all nested stacks, and the entries in them that may create a trail or a related
//! resource.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::document::TemplateFile;
use super::eval::TemplateEvaluator;
use super::exports::{self, Export};
use super::library::TemplateLibrary;
use super::loops::Member;
use super::macros;
use super::merged_mapping::is_loop;
use super::names_trail;
use super::path::{self, Path};
use super::rejections;
use super::roots::{MAX_TEMPLATES, TemplateRoot};
use super::scope::TemplateScope;
use super::stacks::{LANDING_ZONE, StackContent, created, is_stack};
use super::template::{Template, holds_type};
use crate::formats::{Context, LoadedProject, OptionValue, Rejection};
use crate::model::{Resource, SearchSubject, TrailHint, UnreadPart, last_name};
use crate::source::{FileId, Span};
use crate::syntax::Problem;
use crate::syntax::node::{Entry, Tree};
use crate::value::budget::{STEPS, STEPS_OF_A_RESOURCE};
use crate::value::{Budget, Reason, Traced, World};

/// Nested stacks are followed to this depth.
pub(super) const MAX_DEPTH: usize = 10;

/// The number of exporting templates that are searched for the buckets and keys that a deployment imports.
const MAX_IMPORTED: usize = 100;

/// The number of unread parts that are listed; the first is enough for the verdict.
const MAX_UNREAD: usize = 4_096;

/// A root template that has been parsed.
pub(super) struct LoadedStack<'a> {
    library: TemplateLibrary<'a>,
    budget: Rc<Budget>,
    document: Rc<TemplateFile>,
    /// True if this deployment reports the problems of its file; one of the deployments in a file does.
    is_first: bool,
    /// The number of the first document in the file that is over the limit.
    over_limit: Option<usize>,
    /// `None` if the document isn't a template.
    root: Option<Rc<TemplateScope>>,
    trails: OnceCell<StackSearch>,
    surroundings: OnceCell<StackSearch>,
}

/// An entry that may create a resource of the searched kind, with the stacks that lead to it from the root.
struct StackEntry {
    root: Rc<TemplateScope>,
    stacks: Option<Rc<Path>>,
    entry: Entry,
}

impl<'a> LoadedStack<'a> {
    /// Recognizes the template in a document. Nested stacks are opened when they are first needed.
    pub(super) fn open(root: &TemplateRoot, context: Context<'a>, budget: &Rc<Budget>) -> Self {
        let library = TemplateLibrary::importing(context, &root.exports);
        let document = library.document(root.file);
        let template = library.template(&document, root.number);
        let scope = template.map(|template| Rc::new(TemplateScope::root(template)));
        let (trails, surroundings) = (OnceCell::new(), OnceCell::new());
        let (is_first, over_limit) = (root.is_first, root.over_limit);
        Self { library, budget: Rc::clone(budget), document, is_first, over_limit, root: scope, trails, surroundings }
    }

    /// The entries that may create the resources of a subject. The search runs on the first call, with half of the
    /// remaining steps.
    fn found(&self, subject: SearchSubject) -> &StackSearch {
        let found = match subject {
            SearchSubject::Trails => &self.trails,
            SearchSubject::Related => &self.surroundings,
        };
        found.get_or_init(|| {
            let budget = self.budget.half();
            let mut search = StackSearch::new(subject, &budget);
            if let Some(root) = &self.root {
                let world = World::open(&budget);
                let evaluator = TemplateEvaluator::new(&self.library, Rc::clone(root), &world);
                search.search_template(&evaluator, root, &created(root.template.header), None);
            }
            self.budget.include(&budget);
            search
        })
    }

    /// The problem of a file with more templates than the limit.
    fn over_limit(&self) -> Option<Problem> {
        let over = self.document.tree.documents.get(self.over_limit?)?;
        let message =
            format!("a file can contain at most {MAX_TEMPLATES} templates; move the others to separate files");
        Some(Problem::syntax(over.span, message))
    }

    /// The resources that a site creates, with the decisions that the world has made so far.
    fn created_resources(&self, subject: SearchSubject, site: &StackEntry, world: &World) -> Vec<Resource> {
        let root = TemplateEvaluator::new(&self.library, Rc::clone(&site.root), world);
        let outer = created(site.root.template.header);
        let followed = path::follow(site.stacks.as_deref(), root, outer);
        if !world.has_steps() {
            let evaluator = TemplateEvaluator::new(&self.library, Rc::clone(&site.root), world);
            return vec![evaluator.over_limit_resource(subject, &site.entry, STEPS)];
        }
        let Some((evaluator, exists)) = followed else { return Vec::new() };
        evaluator.resources(subject, &site.entry, &exists)
    }
}

impl LoadedProject for LoadedStack<'_> {
    fn header(&self) -> Option<Span> {
        self.root.as_ref().map(|root| root.template.header)
    }

    fn option_values(&self) -> Vec<OptionValue> {
        let Some(root) = &self.root else { return Vec::new() };
        let world = World::open(&self.budget);
        TemplateEvaluator::new(&self.library, Rc::clone(root), &world).received()
    }

    fn declared(&self) -> Vec<String> {
        self.root.iter().flat_map(|root| root.template.parameters.names()).map(str::to_owned).collect()
    }

    fn rejections(&self) -> Vec<Rejection> {
        let Some(root) = &self.root else { return Vec::new() };
        rejections::rejected(&self.library, root, &World::open(&self.budget))
    }

    fn unread(&self) -> Option<String> {
        let says_why = !self.document.tree.problems.is_empty() || !self.is_first;
        let is_read = self.root.is_some() || says_why;
        let file = self.library.context.sources.file(self.document.file);
        let is_unread = !is_read && names_trail(file.text.as_bytes());
        is_unread.then(|| "mentions a trail but is no template".to_owned())
    }

    fn unread_file(&self) -> Option<FileId> {
        Some(self.document.file)
    }

    fn sites(&self, subject: SearchSubject) -> usize {
        self.found(subject).sites.len()
    }

    /// Evaluates a site again until the evaluation decides nothing further in the world: a late decision may affect a
    /// value that was used before. This ends, because each decision takes steps of the budget.
    fn resources(&self, subject: SearchSubject, site: usize, world: &World) -> Vec<Resource> {
        let site = self.found(subject).sites.get(site).expect("the engine asks for the sites that were counted");
        loop {
            let decided = world.decision_count();
            let resources = self.created_resources(subject, site, world);
            if world.decision_count() == decided {
                return resources;
            }
        }
    }

    fn unread_parts(&self, subject: SearchSubject) -> Vec<UnreadPart> {
        self.found(subject).elsewhere.clone()
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.over_limit().into_iter().collect();
        let included = self.library.included();
        for document in
            self.library.read_documents().iter().filter(|document| document.mentions_trail || document.is_cut())
        {
            let is_own = Rc::ptr_eq(document, &self.document);
            let is_included = included.contains(&document.file);
            let templates: Vec<Rc<Template>> = if is_own {
                self.root.iter().map(|root| Rc::clone(&root.template)).collect()
            } else if is_included {
                Vec::new()
            } else {
                self.library.templates(document).map(|(_, template)| template).collect()
            };
            if self.is_first || !is_own {
                // A file without a template may have duplicate keys.
                let is_read = is_included || !templates.is_empty();
                let found = document.tree.problems.iter();
                problems.extend(found.filter(|problem| is_read || problem.kind.loses_text()).cloned());
            }
            problems.extend(templates.iter().flat_map(|template| template.problems.iter().cloned()));
        }
        problems
    }

    fn tree(&self, file: FileId) -> Option<Arc<Tree>> {
        Some(Arc::clone(&self.library.known(file)?.tree))
    }
}

/// The search through a template and its nested stacks, and its results.
struct StackSearch {
    subject: SearchSubject,
    sites: Vec<StackEntry>,
    /// The parts of the deployment that can't be read.
    elsewhere: Vec<UnreadPart>,
    /// The exports that were followed.
    imported: HashSet<Export>,
    /// Half of the deployment's remaining steps; the other half is for the evaluation of the sites.
    budget: Rc<Budget>,
}

impl StackSearch {
    fn new(subject: SearchSubject, budget: &Rc<Budget>) -> Self {
        let budget = Rc::clone(budget);
        Self { subject, sites: Vec::new(), elsewhere: Vec::new(), imported: HashSet::new(), budget }
    }

    fn is_wanted(&self, kind: &str) -> bool {
        self.subject.kind(kind).is_some()
    }

    fn search_template(
        &mut self,
        evaluator: &TemplateEvaluator<'_>,
        root: &Rc<TemplateScope>,
        exists: &Traced<bool>,
        stacks: Option<&Rc<Path>>,
    ) {
        let template = Rc::clone(&evaluator.scope.template);
        let flat = &template.resources.flat;
        let subject = self.subject;
        for entry in flat.entries.iter().chain(&flat.loops) {
            let kind = entry.value.as_mapping().and_then(|mapping| super::merged_mapping::text(mapping, "Type"));
            let is_site = match kind {
                Some(kind) if !is_loop(entry) => self.is_wanted(kind),
                // A loop may also generate the type.
                _ => is_loop(entry) && holds_type(&entry.value, &|kind| may_be_site(kind, subject)),
            };
            if is_loop(entry) && subject == SearchSubject::Trails {
                let depth = stacks.map_or(0, |stacks| stacks.length);
                self.add_unread_parts(evaluator, entry, exists, depth);
            }
            if is_site {
                self.note(root, stacks, entry);
            } else if kind.is_some_and(is_stack) {
                self.search_stack(evaluator, root, exists, stacks, entry);
            } else if kind == Some(LANDING_ZONE) && subject == SearchSubject::Trails {
                self.add_unread_part(|| evaluator.landing_zone(&evaluator.member(entry), exists));
            } else if kind.is_none() {
                self.add_unread_part(|| {
                    unread_stacks(evaluator, &evaluator.member(entry)).filter(|part| is_relevant(part, subject))
                });
            }
        }
        self.add_unread_part(|| macro_part(&template).filter(|part| is_relevant(part, subject)));
        if self.subject == SearchSubject::Related {
            self.search_exporting(evaluator);
        }
    }

    /// Searches the templates that export imported names, which may declare the buckets and keys.
    fn search_exporting(&mut self, evaluator: &TemplateEvaluator<'_>) {
        let mut names = Vec::new();
        let template = Rc::clone(&evaluator.scope.template);
        let flat = &template.resources.flat;
        flat.entries.iter().chain(&flat.loops).for_each(|entry| exports::imports_in(&entry.value, &mut names));
        for name in names {
            let Some((exporting, export)) = evaluator.exporting(name) else { continue };
            if !self.imported.contains(&export) && self.imported.len() >= MAX_IMPORTED {
                return self.add_limit(template.header, "templates that are searched for exports");
            }
            if self.imported.insert(export) {
                let root = Rc::clone(&exporting.scope);
                let exists = created(root.template.header);
                self.search_template(&exporting, &root, &exists, None);
            }
        }
    }

    fn note(&mut self, root: &Rc<TemplateScope>, stacks: Option<&Rc<Path>>, entry: &Entry) {
        if self.budget.charge_ahead(STEPS_OF_A_RESOURCE) {
            self.sites.push(StackEntry { root: Rc::clone(root), stacks: stacks.cloned(), entry: entry.clone() });
        } else {
            self.add_limit(entry.key.span, STEPS);
        }
    }

    fn search_stack(
        &mut self,
        evaluator: &TemplateEvaluator<'_>,
        root: &Rc<TemplateScope>,
        exists: &Traced<bool>,
        stacks: Option<&Rc<Path>>,
        entry: &Entry,
    ) {
        let member = evaluator.member(entry);
        if stacks.is_some_and(|stacks| stacks.length >= MAX_DEPTH) {
            return self.add_limit(entry.key.span, "nested stacks");
        }
        if !self.budget.charge_ahead(STEPS_OF_A_RESOURCE) {
            return self.add_limit(entry.key.span, STEPS);
        }
        let entered = evaluator.enter(&member, exists);
        let is_elsewhere = entered.is_empty();
        for (file, inner, exists) in entered {
            self.search_template(&inner, root, &exists, Some(&Path::into(stacks, entry, file)));
        }
        match self.subject {
            SearchSubject::Related if is_elsewhere => self.note(root, stacks, entry),
            SearchSubject::Trails if is_elsewhere => self.add_unread_part(|| evaluator.unread_part(&member, exists)),
            SearchSubject::Related | SearchSubject::Trails => {}
        }
    }

    /// Adds the unread parts among the resources that a loop generates, and in the nested stacks among them.
    fn add_unread_parts(
        &mut self,
        evaluator: &TemplateEvaluator<'_>,
        entry: &Entry,
        exists: &Traced<bool>,
        depth: usize,
    ) {
        if !holds_type(&entry.value, &may_be_unread) && evaluator.library.macro_within(&entry.value).is_none() {
            return;
        }
        let members = match evaluator.iterate(entry) {
            Ok(members) => members.all,
            Err(why) => evaluator.unknown_iteration(entry, &why),
        };
        for member in &members {
            if !self.budget.charge_ahead(STEPS_OF_A_RESOURCE) {
                return self.add_limit(entry.key.span, STEPS);
            }
            self.note_unread(&evaluator.with(member.names.clone()), member, exists, depth);
        }
    }

    fn note_unread(&mut self, evaluator: &TemplateEvaluator<'_>, member: &Member, exists: &Traced<bool>, depth: usize) {
        let kind = member.value.as_mapping().and_then(|mapping| super::merged_mapping::text(mapping, "Type"));
        match kind.map(|kind| evaluator.filled(kind)) {
            Some(kind) if is_stack(&kind) => {
                let entered = evaluator.enter(member, exists);
                if entered.is_empty() {
                    return self.add_unread_part(|| evaluator.unread_part(member, exists));
                }
                if depth >= MAX_DEPTH {
                    return self.add_limit(member.key_span, "nested stacks");
                }
                for (_, inner, exists) in entered {
                    self.note_unread_in(&inner, &exists, depth.saturating_add(1));
                }
            }
            Some(kind) if kind == LANDING_ZONE => self.add_unread_part(|| evaluator.landing_zone(member, exists)),
            Some(_) => {}
            None => self.add_unread_part(|| unread_stacks(evaluator, member)),
        }
    }

    fn note_unread_in(&mut self, evaluator: &TemplateEvaluator<'_>, exists: &Traced<bool>, depth: usize) {
        let template = Rc::clone(&evaluator.scope.template);
        for entry in &template.resources.flat.entries {
            if !self.budget.charge_ahead(STEPS_OF_A_RESOURCE) {
                return self.add_limit(entry.key.span, STEPS);
            }
            self.note_unread(evaluator, &evaluator.member(entry), exists, depth);
        }
        for entry in &template.resources.flat.loops {
            self.add_unread_parts(evaluator, entry, exists, depth);
        }
        self.add_unread_part(|| macro_part(&template));
    }

    /// Adds an unread part for a limit that ended the search, once for each limit.
    fn add_limit(&mut self, header: Span, limit: &'static str) {
        if self.elsewhere.iter().any(|part| part.limit == Some(limit)) {
            return;
        }
        let description = format!("a part of the deployment beyond the limit for {limit}");
        let help = "check the templates of this deployment separately".to_owned();
        let (reason, hint) = (Reason::OverLimit { limit }.describe(), Some(TrailHint::Content));
        self.elsewhere.push(UnreadPart { header, description, reason, help, hint, limit: Some(limit), missing: None });
    }

    fn add_unread_part(&mut self, find: impl FnOnce() -> Option<UnreadPart>) {
        if self.elsewhere.len() < MAX_UNREAD {
            self.elsewhere.extend(find());
        }
    }
}

fn may_be_site(kind: &str, subject: SearchSubject) -> bool {
    subject.kind(kind).is_some() || is_stack(kind) || kind.contains("${")
}

fn is_relevant(part: &UnreadPart, subject: SearchSubject) -> bool {
    subject == SearchSubject::Trails || part.hint.is_some()
}

fn may_be_unread(kind: &str) -> bool {
    is_stack(kind) || kind == LANDING_ZONE || kind.contains("${")
}

/// The unread part for a macro that may add resources. The names in the call determine the hint that they include a
/// trail.
fn macro_part(template: &Template) -> Option<UnreadPart> {
    let flat = &template.resources.flat;
    let found = flat.macros.first()?;
    let hint = TrailHint::of(flat.words.split_whitespace().rev().map(last_name), "");
    let help = "include a local file so that it can be read".to_owned();
    let reason = "its text isn't here".to_owned();
    Some(UnreadPart {
        header: found.span,
        description: format!("the macro `{}`", found.name),
        reason,
        help,
        hint,
        limit: None,
        missing: None,
    })
}

/// The unread part for a resource that a macro generates as a whole. The logical ID and the names in the call determine
/// the hint that it is a trail.
fn unread_stacks(evaluator: &TemplateEvaluator<'_>, member: &Member) -> Option<UnreadPart> {
    let transform = member.value.as_mapping()?.get(macros::KEY)?;
    let found = macros::calls(&transform.value).into_iter().next()?;
    let name = member.key.as_str();
    let words = found.words(evaluator.library);
    let hint = TrailHint::of(words.split_whitespace().rev().map(last_name), name);
    let description = format!("resource `{}`", evaluator.scope.qualify(name));
    let help = "include a local file so that it can be read".to_owned();
    let reason = "its text isn't here".to_owned();
    Some(UnreadPart { header: member.key_span, description, reason, help, hint, limit: None, missing: None })
}

/// The files that the nested stacks of a template deploy, including stacks that loops generate.
pub(super) fn called(library: &TemplateLibrary<'_>, template: &Rc<Template>, budget: &Rc<Budget>) -> Vec<FileId> {
    let world = World::open(budget);
    let evaluator = TemplateEvaluator::new(library, Rc::new(TemplateScope::root(Rc::clone(template))), &world);
    let flat = &template.resources.flat;
    let looped = flat.loops.iter().flat_map(|entry| evaluator.unknown_iteration(entry, &Reason::Unreadable));
    let members = flat.entries.iter().map(|entry| evaluator.member(entry)).chain(looped);
    members
        .filter_map(|member| Some(evaluator.deployed(&member)?.0))
        .flat_map(|deployed| match deployed {
            StackContent::Template(template) => vec![template.file],
            StackContent::OneOf { templates, .. } => templates.iter().map(|template| template.file).collect(),
            // The address doesn't lead to one local file, so a file that is named in it remains a deployment of its
            // own.
            StackContent::Unread { .. } => Vec::new(),
        })
        .collect()
}
