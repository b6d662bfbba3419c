//! Configurations of the Landing Zone Accelerator on AWS, a solution of AWS that deploys the accounts of an organization:
//! <https://awslabs.github.io/landing-zone-accelerator-on-aws/latest/>.
//!
//! [`settings`] finds the settings of a `global-config.yaml` that are about CloudTrail, and [`trails`] converts them to
//! the trails that the solution creates.

mod settings;
mod trails;

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use memchr::memmem::find;

use super::{CandidateFile, Context, InputFormat, LinkedFile, Links, LoadedProject, Project, Relevance};
use crate::model::{Resource, SearchSubject, UnreadPart};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::node::Tree;
use crate::syntax::{Problem, yaml};
use crate::value::{Budget, World};

pub use settings::is_setting_of_trail;

/// The format for `global-config.yaml`.
#[derive(Debug)]
pub struct LandingZoneAccelerator;

/// The name of the file with the settings.
const FILE: &str = "global-config.yaml";

/// Keys that every configuration with a trail has.
const KEYS: [&str; 2] = ["homeRegion", "logging"];

impl InputFormat for LandingZoneAccelerator {
    fn name(&self) -> &'static str {
        "landing-zone-accelerator"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["yaml"]
    }

    fn reads(&self, file_name: &str) -> bool {
        file_name == FILE
    }

    fn recognizes(&self, text: &[u8]) -> bool {
        KEYS.iter().all(|key| find(text, key.as_bytes()).is_some())
    }

    fn relevance(&self, bytes: &[u8]) -> Relevance {
        if self.recognizes(bytes) { Relevance::Trail } else { Relevance::None }
    }

    fn links(&self, _kept: CandidateFile, _context: Context<'_>) -> Links {
        Links::default()
    }

    fn projects(&self, linked: &[LinkedFile], context: Context<'_>) -> Vec<Box<dyn Project>> {
        let mut projects: Vec<Box<dyn Project>> = Vec::new();
        for file in linked.iter().map(|linked| linked.candidate.file) {
            projects.push(Box::new(Configuration { file, name: context.sources.file(file).name.clone() }));
        }
        projects
    }
}

/// A file with the settings of an organization.
struct Configuration {
    file: FileId,
    name: String,
}

impl Project for Configuration {
    fn root(&self) -> String {
        self.name.clone()
    }

    fn declares_trail(&self, _context: Context<'_>) -> bool {
        true
    }

    fn place_of(&self, file: &SourceFile) -> PathBuf {
        file.path.clone()
    }

    fn open<'a>(&'a self, context: Context<'a>, _: &Rc<Budget>) -> Box<dyn LoadedProject + 'a> {
        let tree = yaml::parse(self.file, &context.sources.file(self.file));
        let settings = tree.documents.first().and_then(settings::Settings::of);
        let trails = settings.as_ref().map(trails::trails).unwrap_or_default();
        let header = settings.map(|settings| settings.header);
        Box::new(LoadedConfiguration { file: self.file, tree: Arc::new(tree), header, trails })
    }
}

/// A configuration that has been read. Nothing in it depends on a world.
struct LoadedConfiguration {
    file: FileId,
    tree: Arc<Tree>,
    /// The place of the settings; `None` if the file is no configuration.
    header: Option<Span>,
    trails: Vec<Resource>,
}

impl LoadedProject for LoadedConfiguration {
    fn header(&self) -> Option<Span> {
        self.header
    }

    fn sites(&self, subject: SearchSubject) -> usize {
        match subject {
            SearchSubject::Trails => self.trails.len(),
            // The solution creates the bucket and the key.
            SearchSubject::Related | SearchSubject::LogGroups => 0,
        }
    }

    fn resources(&self, _: SearchSubject, site: usize, _: &World) -> Vec<Resource> {
        self.trails.get(site).cloned().into_iter().collect()
    }

    fn unread_parts(&self, _: SearchSubject) -> Vec<UnreadPart> {
        Vec::new()
    }

    fn problems(&self) -> Vec<Problem> {
        self.tree.problems.clone()
    }

    fn tree(&self, file: FileId) -> Option<Arc<Tree>> {
        (file == self.file).then(|| Arc::clone(&self.tree))
    }
}
