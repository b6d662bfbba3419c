//! Each read fails once: what can't be read is no pass, and nothing is silent about it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use trailint::internal::config::{Config, ConfigurationRequest};
use trailint::internal::engine::{self, EngineSettings};
use trailint::internal::report::{Outcome, Report};
use trailint::internal::source::{FileVisitor, Fs, Memory, PathFilter, PathKind, ReadError, Sources};

use crate::support::everything;

/// Files of which one read fails.
struct Faulty {
    files: Memory,
    /// The reads that were tried.
    reads: AtomicUsize,
    /// The one that fails.
    fails: usize,
}

impl Faulty {
    fn fault(&self) -> Result<(), ReadError> {
        match self.reads.fetch_add(1, Ordering::Relaxed) == self.fails {
            true => Err(ReadError::Refused("the disk is broken".to_owned())),
            false => Ok(()),
        }
    }
}

impl Fs for Faulty {
    fn kind(&self, path: &Path) -> Result<PathKind, ReadError> {
        self.fault().and_then(|()| self.files.kind(path))
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.fault().and_then(|()| self.files.read(path))
    }

    fn read_inside(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.fault().and_then(|()| self.files.read_inside(path))
    }

    fn list(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        self.fault().and_then(|()| self.files.list(directory))
    }

    fn directories(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        self.fault().and_then(|()| self.files.directories(directory))
    }

    fn walk(&self, directory: &Path, wanted: PathFilter<'_>, visit: FileVisitor<'_>) {
        self.files.walk(directory, wanted, &|path, bytes| visit(path, self.fault().and(bytes)));
    }
}

/// Trails that look good as long as a certain file isn't read.
const PROJECTS: [&[(&str, &str)]; 7] = [
    &[("main.tf", "resource \"aws_cloudtrail\" \"t\" {}\n")],
    &[
        (
            "main.tf",
            "variable \"m\" {\n  default = true\n}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.m\n}\n",
        ),
        ("terraform.tfvars", "m = false\n"),
    ],
    &[
        ("main.tf", "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = true\n}\n"),
        ("z_override.tf", "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = false\n}\n"),
    ],
    &[
        ("main.tf", "module \"m\" {\n  source = \"./node_modules/m\"\n}\n"),
        ("node_modules/m/main.tf", "resource \"aws_cloudtrail\" \"t\" {}\n"),
    ],
    &[
        ("main.tf", "module \"m\" {\n  source = \"a/cloudtrail/aws\"\n}\n"),
        (
            ".terraform/modules/modules.json",
            r#"{"Modules": [{"Key": "m", "Source": "registry.terraform.io/a/cloudtrail/aws", "Dir": ".terraform/modules/m"}]}"#,
        ),
        (".terraform/modules/m/main.tf", "resource \"aws_cloudtrail\" \"t\" {}\n"),
    ],
    &[
        (
            "main.tf",
            "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = fileexists(\"no\") ? false : file(\"${path.module}/x\") == \"a\"\n}\n",
        ),
        ("x", "b"),
    ],
    &[
        (
            "a.yaml",
            "Resources:\n  CloudTrail:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: b.txt}\n",
        ),
        ("b.txt", "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties: {IsLogging: true}\n"),
    ],
];

#[test]
fn no_verdict_gets_better_when_a_read_fails() {
    for project in PROJECTS {
        let mut fails = 0;
        loop {
            let faulty = Faulty { files: Memory::new(project.iter().copied()), reads: AtomicUsize::new(0), fails };
            let report = engine::check(&faulty, &everything(), Sources::new("/".into()), &EngineSettings::default());
            let is_told = report.as_ref().map_or(true, is_told);
            assert!(is_told, "{}: nothing is said when read {fails} fails", project[0].1);
            if faulty.reads.into_inner() <= fails {
                assert!(fails > 1, "{} reads nothing", project[0].1);
                break;
            }
            fails += 1;
        }
    }
}

#[test]
fn a_configuration_is_read_whole_or_not_at_all() {
    let files = [
        ("trailint.toml", "extend = \"base.toml\"\n[[root]]\npath = \"a\"\nvar-files = [\"v.tfvars\"]\n"),
        ("base.toml", "fail-on = \"warning\"\n"),
        ("a/main.tf", "variable \"m\" {}\nresource \"aws_cloudtrail\" \"t\" {}\n"),
        ("v.tfvars", "m = true\n"),
    ];
    let root = Path::new("/");
    let mut fails = 0;
    loop {
        let faulty = Faulty { files: Memory::new(files), reads: AtomicUsize::new(0), fails };
        let sources = Sources::new(root.into());
        let request =
            ConfigurationRequest { config_arguments: &[], search: Some((root, root)), working_directory: root };
        let read = Config::load(request, &faulty, &sources)
            .and_then(|config| config.deployments(&faulty, &sources).map(|deployments| deployments.len()));
        let is_whole = read.as_ref().is_ok_and(|deployments| *deployments == 1);
        if faulty.reads.into_inner() <= fails {
            assert!(is_whole && fails > 3);
            break;
        }
        assert!(is_whole || read.is_err(), "a part is read when read {fails} fails");
        fails += 1;
    }
}

/// Whether nothing reads like a pass.
fn is_told(report: &Report) -> bool {
    let counts = report.counts();
    let has_passed = report.deployments.iter().any(|judged| judged.verdict == Some(Outcome::Pass));
    counts.errors + counts.unknown + counts.declared_elsewhere > 0 && !has_passed
}
