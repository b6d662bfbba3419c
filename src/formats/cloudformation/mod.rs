//! CloudFormation: a template is recognised by what it holds, not by its name.

mod intrinsics;
mod template;

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::{Context, Format, Interest, Kept, Opened, Project};
use crate::model::{Notation, dialects};
use crate::source::FileId;
use crate::syntax::{json, yaml};
use template::Templates;

/// The format.
#[derive(Debug)]
pub struct CloudFormation;

static TRAIL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(dialects::CLOUDFORMATION.kind));

impl Format for CloudFormation {
    fn name(&self) -> &'static str {
        "cloudformation"
    }

    fn reads(&self, file_name: &str) -> bool {
        [".yaml", ".yml", ".json", ".template"].iter().any(|extension| file_name.ends_with(extension))
    }

    fn recognizes(&self, text: &[u8]) -> bool {
        Finder::new("Resources").find(text).is_some()
    }

    fn interest(&self, bytes: &[u8]) -> Interest {
        if TRAIL.find(bytes).is_some() { Interest::Mentions } else { Interest::None }
    }

    fn projects(&self, kept: &[Kept], context: Context<'_>) -> Vec<Box<dyn Project>> {
        let mentioning = kept.iter().filter(|kept| kept.interest == Interest::Mentions);
        let template = |kept: &Kept| {
            let name = context.sources.file(kept.file).name.clone();
            Box::new(TemplateFile { file: kept.file, name }) as Box<dyn Project>
        };
        mentioning.map(template).collect()
    }
}

/// A file that may be a template.
struct TemplateFile {
    file: FileId,
    name: String,
}

impl Project for TemplateFile {
    fn root(&self) -> String {
        self.name.clone()
    }

    fn open<'a>(&'a self, context: Context<'a>) -> Box<dyn Opened + 'a> {
        let file = context.sources.file(self.file);
        // A template is JSON when it begins like an object, whatever its name.
        if file.body().1.trim_start().starts_with('{') {
            Box::new(Templates { tree: json::parse(self.file, &file), notation: Notation::Json })
        } else {
            Box::new(Templates { tree: yaml::parse(self.file, &file), notation: Notation::Yaml })
        }
    }
}
