//! A deployment: a root template with all nested stacks.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::files::TemplateFile;
use super::library::{Exports, TemplateLibrary};
use super::needles::names_trail;
use super::rejections;
use super::resolution::UnusedFile;
use super::scope::{TemplateEvaluator, TemplateScope};
use super::search::{self, StackEntry, StackSearch};
use super::stacks::created;
use super::template::Template;
use crate::formats::{CalledCode, Context, LoadedProject, OptionValue, Project, Rejection};
use crate::model::{Resolution, Resource, SearchSubject, TrailHint, UnknownValues, UnreadPart};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::Problem;
use crate::syntax::node::Tree;
use crate::value::budget::STEPS;
use crate::value::{Budget, World};

/// The maximum number of templates that are checked in one file.
pub(super) const MAX_TEMPLATES: usize = 4_096;

/// The reason why a file with the marks of a templating tool isn't read, worded to follow the file's name.
const FILLED_IN: &str = "is filled in by a templating tool before CloudFormation reads it";

/// How to check a file that a templating tool fills in.
pub(super) fn render_advice(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or_default();
    format!("render the template and check the result (`… | trailint check --stdin-filename {name} -`)")
}

/// A file that may be a template, or one document of such a file.
pub(super) struct TemplateRoot {
    pub(super) file: FileId,
    /// The path of the file.
    pub(super) path: PathBuf,
    /// The number of the document in the file.
    pub(super) number: usize,
    /// True for the first root in its file.
    pub(super) is_first: bool,
    /// The number of the first document that is a template over the limit. It is set in the first root of a file only,
    /// so that it is reported once.
    pub(super) over_limit: Option<usize>,
    /// The name of the file, and of the document if it isn't the first.
    pub(super) name: String,
    /// The values that the template may import from others.
    pub(super) exports: Arc<Exports>,
    /// Set if other templates deploy this one. It is then a root only if they create no trail of it.
    pub(super) called: Option<CalledCode>,
}

impl Project for TemplateRoot {
    fn root(&self) -> String {
        self.name.clone()
    }

    fn called(&self) -> Option<&CalledCode> {
        self.called.as_ref()
    }

    fn template(&self) -> Option<PathBuf> {
        (self.number == 0).then(|| self.path.clone())
    }

    fn declares_trail(&self, context: Context<'_>) -> bool {
        let library = TemplateLibrary::new(context, &self.exports);
        let template = library.template(&library.files.document(self.file), self.number);
        template.is_some_and(|template| template.declares_trail())
    }

    fn place_of(&self, file: &SourceFile) -> PathBuf {
        file.path.clone()
    }

    fn open<'a>(&'a self, context: Context<'a>, budget: &Rc<Budget>) -> Box<dyn LoadedProject + 'a> {
        Box::new(LoadedStack::open(self, context, budget))
    }
}

/// A root template that has been parsed.
pub(super) struct LoadedStack<'a> {
    pub(super) library: TemplateLibrary<'a>,
    pub(super) budget: Rc<Budget>,
    document: Rc<TemplateFile>,
    /// True if this deployment reports the problems of its file; one of the deployments in a file does.
    is_first: bool,
    /// The number of the first document in the file that is over the limit.
    over_limit: Option<usize>,
    /// `None` if the document isn't a template.
    pub(super) root: Option<Rc<TemplateScope>>,
    trails: OnceCell<StackSearch>,
    surroundings: OnceCell<StackSearch>,
    log_groups: OnceCell<StackSearch>,
    /// The parameter files in the tree that aren't used, searched at the first use.
    pub(super) unused_files: OnceCell<Vec<UnusedFile>>,
}

impl<'a> LoadedStack<'a> {
    /// Recognizes the template in a document. Nested stacks are opened when they are first needed.
    pub(super) fn open(root: &TemplateRoot, context: Context<'a>, budget: &Rc<Budget>) -> Self {
        let library = TemplateLibrary::new(context, &root.exports);
        let document = library.files.document(root.file);
        let template = library.template(&document, root.number);
        let scope = template.map(|template| Rc::new(TemplateScope::new(template, String::new())));
        Self {
            library,
            budget: Rc::clone(budget),
            document,
            is_first: root.is_first,
            over_limit: root.over_limit,
            root: scope,
            trails: OnceCell::new(),
            surroundings: OnceCell::new(),
            log_groups: OnceCell::new(),
            unused_files: OnceCell::new(),
        }
    }

    /// The entries that may create the resources of a subject. The search runs on the first call, with half of the
    /// remaining steps.
    fn found(&self, subject: SearchSubject) -> &StackSearch {
        let found = match subject {
            SearchSubject::Trails => &self.trails,
            SearchSubject::Related => &self.surroundings,
            SearchSubject::LogGroups => &self.log_groups,
        };
        found.get_or_init(|| {
            let budget = self.budget.half();
            let mut search = StackSearch::new(subject, &budget);
            if let Some(root) = &self.root {
                let world = World::open(&budget);
                let evaluator = TemplateEvaluator::of_root(&self.library, root, &world);
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
        Some(Problem::limit(over.span, message))
    }

    /// The resources that a site creates, with the decisions that the world has made so far.
    fn created_resources(&self, subject: SearchSubject, site: &StackEntry, world: &World) -> Vec<Resource> {
        let root = TemplateEvaluator::of_root(&self.library, &site.root, world);
        let outer = created(site.root.template.header);
        let followed = search::follow(site.stacks.as_deref(), root, outer);
        if !world.has_steps() {
            let evaluator = TemplateEvaluator::of_root(&self.library, &site.root, world);
            return vec![evaluator.over_limit_resource(subject, &site.entry, STEPS)];
        }
        let Some((evaluator, exists)) = followed else { return Vec::new() };
        evaluator.resources(subject, &site.entry, &exists)
    }
}

impl LoadedProject for LoadedStack<'_> {
    fn header(&self) -> Option<Span> {
        self.root.as_ref().map(|root| root.template.header).or(self.document.unfilled)
    }

    fn resolution(&self, unknown: &UnknownValues<'_>) -> Resolution {
        self.find_resolution(unknown)
    }

    fn option_values(&self) -> Vec<OptionValue> {
        let Some(root) = &self.root else { return Vec::new() };
        let world = World::open(&self.budget);
        TemplateEvaluator::of_root(&self.library, root, &world).received()
    }

    fn declared(&self) -> Vec<String> {
        self.root.iter().flat_map(|root| root.template.declared.parameters.names()).map(str::to_owned).collect()
    }

    fn rejections(&self) -> Vec<Rejection> {
        let Some(root) = &self.root else { return Vec::new() };
        rejections::rejected(&self.library, root, &World::open(&self.budget))
    }

    fn unread(&self) -> Option<String> {
        let says_why = !self.document.tree.problems.is_empty() || !self.is_first;
        let is_read = self.root.is_some() || says_why;
        let file = self.library.files.context.sources.file(self.document.file);
        let is_unread = !is_read && names_trail(file.text.as_bytes());
        is_unread.then(|| match self.document.unfilled {
            Some(_) => FILLED_IN.to_owned(),
            None => "mentions a trail but is no template".to_owned(),
        })
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
        let mut parts = self.found(subject).elsewhere.clone();
        if let Some(header) = self.document.unfilled {
            let name = self.library.files.context.sources.file(self.document.file).name.clone();
            parts.push(UnreadPart {
                header,
                description: format!("`{name}`"),
                reason: format!("the file {FILLED_IN}"),
                help: render_advice(&name),
                hint: Some(TrailHint::Content),
                limit: None,
                missing: None,
            });
        }
        parts
    }

    fn notes(&self) -> Vec<String> {
        let Some(template) = self.root.as_ref().map(|root| &root.template) else { return Vec::new() };
        template.bindings.as_ref().map(|bindings| bindings.notes(&template.declared.resources)).unwrap_or_default()
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.over_limit().into_iter().collect();
        let included = self.library.files.included();
        for document in
            self.library.files.read_documents().iter().filter(|document| document.mentions_trail || document.is_cut())
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
        Some(Arc::clone(&self.library.files.known(file)?.tree))
    }
}
