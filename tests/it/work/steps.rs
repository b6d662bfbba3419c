//! The steps of a run stay within what its files are worth, and a deployment for which they don't suffice is unknown.

use std::sync::Arc;

use trailint::internal::engine::EngineSettings;
use trailint::internal::progress::Progress;
use trailint::internal::report::{Outcome, Report};
use trailint::internal::value::Budget;

use super::super::support::check_with;

/// A name, and files.
type Files = Vec<(String, String)>;

/// A hostile tree, by its name.
type Tree = (&'static str, Files);

/// The part of the steps by which the last ones of deployments may exceed them: each may copy a large value.
const OVERSHOOT: usize = 20;

fn numbered(count: usize, write: impl Fn(usize) -> String) -> String {
    (0..count).map(write).collect()
}

/// So many directories with the same module.
fn directories(count: usize, text: &str) -> Files {
    (0..count).map(|number| (format!("m{number}/main.tf"), text.to_owned())).collect()
}

fn trail(is_multi_region: &str) -> String {
    format!(
        "resource \"aws_cloudtrail\" \"t\" {{\n  name = \"t\"\n  s3_bucket_name = \"b\"\n  is_multi_region_trail = {is_multi_region}\n}}\n"
    )
}

/// A chain of locals, each made of the one before.
fn chain(length: usize, first: &str, next: impl Fn(usize) -> String) -> String {
    let locals = numbered(length, |n| format!("  l{} = {}\n", n + 1, next(n)));
    format!("locals {{\n  l0 = {first}\n{locals}}}\n")
}

fn terraform() -> Vec<Tree> {
    let variables = |count| numbered(count, |n| format!("variable \"v{n}\" {{\n  type = bool\n}}\n"));
    let conditions = chain(100, "var.v0", |n| format!("var.v{} ? local.l{n} : !local.l{n}", (n + 1) % 20));
    let nested = chain(18, "[1, 2]", |n| format!("[for x in local.l{n} : [local.l{n}, x]]"));
    let product = trail("length(setproduct(range(180), range(180))) > 3");
    let expensive = format!("{}{conditions}{}", variables(20), trail("local.l100"));
    let given = numbered(20, |n| format!("  v{n} = var.v{n}\n"));
    let caller = format!("{}module \"m\" {{\n  source = \"../called\"\n{given}}}\n", variables(20));
    let root = |n| (format!("r{n}/main.tf"), caller.clone());
    let counted = "resource \"aws_cloudtrail\" \"t\" {\n  count = 1024\n  name = \"t${count.index}\"\n  s3_bucket_name = \"b\"\n}\n";
    let repeated = "module \"m\" {\n  source = \"../called\"\n  for_each = toset([for n in range(1000) : tostring(n)])\n  name = each.key\n}\n";
    let named = format!("variable \"name\" {{}}\n{}", trail("var.name != \"x\""));
    let dynamic = "variable \"w\" {}\nresource \"aws_cloudtrail\" \"t\" {\n  count = 1024\n  name = \"t\"\n  s3_bucket_name = \"b\"\n  dynamic \"event_selector\" {\n    for_each = range(1000)\n    content {\n      read_write_type = var.w ? \"All\" : \"ReadOnly\"\n    }\n  }\n}\n";
    let call = |level| numbered(4, |n| format!("module \"m{n}\" {{\n  source = \"../m{}\"\n}}\n", level + 1));
    let mut fan_out: Files = (0..9).map(|level| (format!("m{level}/main.tf"), call(level))).collect();
    fan_out.push(("m9/main.tf".to_owned(), trail("false")));
    let around = "resource \"aws_s3_bucket\" \"b⟨n⟩\" {\n}\n";
    let buckets = numbered(9_000, |n| around.replace("⟨n⟩", &n.to_string()));
    let attributes = numbered(40, |n| format!("a{n} = optional(string), "));
    let converted =
        "module \"m\" {\n  source = \"../called\"\n  count  = 500\n  v      = [for i in range(100) : { a1 = i }]\n}\n";
    let declared =
        format!("variable \"v\" {{\n  type = list(object({{ {attributes}}}))\n}}\n{}", trail("var.v[3].a1 == \"3\""));
    let allowed = numbered(40, |n| {
        format!(
            "    {{ Effect = \"Allow\", Principal = {{ AWS = \"1234567890{}\" }}, Action = [\"s3:Put*\", \"s3:Del*\"], Resource = \"arn:aws:s3:::b/AWSLogs/*/CloudTrail/*/????/??/??/*_{n}\" }},\n",
            n + 10
        )
    });
    let denied = numbered(40, |n| {
        format!(
            "    {{ Effect = \"Deny\", Principal = \"*\", NotAction = \"s3:G*\", NotResource = \"arn:aws:s3:::b/*A*W*S*L*o*g*s*{n}*\" }},\n"
        )
    });
    let bucket = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\n";
    let with_policy = format!(
        "resource \"aws_s3_bucket_policy\" \"b\" {{\n  bucket = \"b\"\n  policy = jsonencode({{ Statement = [\n{allowed}{denied}  ] }})\n}}\n"
    );
    let trails = numbered(60, |n| trail("true").replace("\"t\" {", &format!("\"t{n}\" {{")));
    let policies = format!("{bucket}{with_policy}{trails}");
    let delivering = trail("true").replace("\"b\"", "aws_s3_bucket.last.id");
    let last = around.replace("b⟨n⟩", "last");
    let large = "variable \"v\" {\n}\nlocals {\n  m = { for p in setproduct(range(100), range(100)) : \"${p[0]}-${p[1]}\" => true }\n}\n";
    let undecided = numbered(300, |n| trail("local.m[var.v]").replace("\"t\" {", &format!("\"t{n}\" {{")));
    let with_callee = |callee: &str, roots: Files| -> Files {
        roots.into_iter().chain([("called/main.tf".to_owned(), callee.to_owned())]).collect()
    };
    let callers = |count, text: &str| (0..count).map(|n| (format!("r{n}/main.tf"), text.to_owned())).collect();
    vec![
        ("conditions in 40 modules", directories(40, &expensive)),
        ("lists within lists in 40 modules", directories(40, &format!("{nested}{}", trail("length(local.l18) > 3")))),
        ("products in 100 modules", directories(100, &product)),
        ("1,000 callers of an expensive module", with_callee(&expensive, (0..1_000).map(root).collect())),
        ("counts in 100 modules", directories(100, counted)),
        ("callers that repeat a module", with_callee(&named, callers(30, repeated))),
        ("dynamic blocks in 20 modules", directories(20, dynamic)),
        ("modules that fan out", fan_out),
        ("conversions to many attributes", with_callee(&declared, callers(4, converted))),
        ("undecided keys of a large map", directories(1, &format!("{large}{undecided}"))),
        ("policies that others may use", directories(4, &policies)),
        ("buckets before the one that matters", vec![("main.tf".to_owned(), format!("{delivering}{buckets}{last}"))]),
        ("buckets before the trail", vec![("main.tf".to_owned(), format!("{last}{buckets}{delivering}"))]),
    ]
}

/// Loops within each other around the template of a resource.
fn loops(depth: usize, items: &str, body: &str) -> String {
    let open = numbered(depth, |n| format!("{{\"Fn::ForEach::L{n}\": [\"V{n}\", [{items}], "));
    format!("{open}{body}{}", "]}".repeat(depth))
}

fn template(resources: &str) -> String {
    format!("Transform: AWS::LanguageExtensions\nResources: {resources}\n")
}

fn cloudformation() -> Vec<Tree> {
    let body =
        |name: &str| format!("{{\"{name}\": {{Type: AWS::CloudTrail::Trail, Properties: {{IsLogging: true}}}}}}");
    let one = |text: String| vec![("t.yaml".to_owned(), text)];
    let looped = template(&loops(4, "a, b, c, d, e, f", &body("T${V0}${V1}${V2}${V3}")));
    let names = numbered(9, |n| format!("${{V{n}}}"));
    let deep = template(&loops(9, "a, b, c", &body(&format!("T{names}"))));
    let parameters = numbered(120, |n| format!("  P{n}: {{Type: String}}\n"));
    let next = |n| {
        let (before, after) = (n, n + 1);
        format!(
            "  C{after}: !Or [!And [!Condition C{before}, !Equals [!Ref P{after}, a]], !And [!Condition C{before}, !Not [!Equals [!Ref P{after}, b]]]]\n"
        )
    };
    let conditions = numbered(119, next);
    let trails = numbered(8, |n| {
        let properties = "Properties: {IsLogging: true, IsMultiRegionTrail: !If [C100, true, false]}";
        format!("  T{n}: {{Type: AWS::CloudTrail::Trail, Condition: C{}, {properties}}}\n", 119 - n)
    });
    let chained =
        format!("Parameters:\n{parameters}Conditions:\n  C0: !Equals [!Ref P0, a]\n{conditions}Resources:\n{trails}");
    let stacks = |level| {
        let stack = |n| {
            format!("  S{n}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: s{}.yaml}}}}\n", level + 1)
        };
        format!("Resources:\n{}", numbered(4, stack))
    };
    let mut fan_out: Files = (0..9).map(|level| (format!("s{level}.yaml"), stacks(level))).collect();
    fan_out.push(("s9.yaml".to_owned(), template(&body("T"))));
    let delivering = "  T: {Type: AWS::CloudTrail::Trail, Properties: {IsLogging: true, IsMultiRegionTrail: true, S3BucketName: !Ref Last}}\n";
    let buckets = numbered(34_000, |n| format!("  B{n}: {{Type: AWS::S3::Bucket}}\n"));
    let last = "  Last: {Type: AWS::S3::Bucket}\n";
    vec![
        ("loops in 150 documents", one(vec![looped; 150].join("---\n"))),
        ("deep loops in 30 documents", one(vec![deep; 30].join("---\n"))),
        ("conditions", one(chained)),
        ("stacks that fan out", fan_out),
        ("buckets before the one that matters", one(format!("Resources:\n{delivering}{buckets}{last}"))),
        ("buckets before the trail", one(format!("Resources:\n{last}{buckets}{delivering}"))),
    ]
}

/// True if it is unknown for want of steps what becomes of a deployment.
fn is_over_limit(report: &Report, root: &str) -> bool {
    let of_root = report.findings.iter().filter(|diagnostic| diagnostic.deployment.as_deref() == Some(root));
    of_root.filter(|diagnostic| diagnostic.outcome == Outcome::Unknown).any(|diagnostic| {
        diagnostic.finding.blocked_by.iter().any(|blocker| blocker == "evaluation steps")
            || format!("{:?}", diagnostic.finding.place).contains("exceeds the limit for evaluation steps")
    })
}

/// What is wrong with the run on a tree, and the number of deployments for which the steps didn't suffice.
fn run(files: &Files) -> (Vec<String>, usize) {
    let progress = Arc::new(Progress::default());
    let settings = EngineSettings { progress: Arc::clone(&progress), ..EngineSettings::default() };
    let report = check_with(files.clone(), settings);
    let most = Budget::steps_for(files.iter().map(|(_, text)| text.len()).sum());
    let mut wrong = Vec::new();
    if progress.steps() > most + most / OVERSHOOT {
        wrong.push(format!("{} steps, and at most {most} are allowed", progress.steps()));
    }
    let cuts = progress.cuts();
    wrong
        .extend(cuts.iter().filter(|root| !is_over_limit(&report, root)).map(|root| format!("{root} is cut silently")));
    (wrong, cuts.len())
}

#[test]
fn a_run_takes_no_more_steps_than_its_files_are_worth() {
    let trees = [terraform(), cloudformation()].concat();
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = trees.iter().map(|(_, files)| scope.spawn(|| run(files))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let wrong: Vec<_> = trees.iter().zip(&outcomes).filter(|(_, (wrong, _))| !wrong.is_empty()).collect();
    let wrong: Vec<String> = wrong.into_iter().map(|((name, _), (wrong, _))| format!("{name}: {wrong:#?}")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let uncut: Vec<&str> =
        trees.iter().zip(&outcomes).filter(|(_, (_, cuts))| *cuts == 0).map(|((name, _), _)| *name).collect();
    assert!(uncut.is_empty(), "these have steps enough: {uncut:?}");
}

#[test]
fn a_deployment_that_needs_most_of_the_steps_gets_them() {
    let expensive = format!(
        "module \"m\" {{\n  source = \"./m\"\n}}\n{}",
        trail("length([for i in range(1000) : [for k in range(35) : i + k]]) > 3")
    );
    let files = [("main.tf", expensive), ("m/main.tf", trail("true"))];
    let (wrong, cuts) = run(&files.map(|(name, text)| (name.to_owned(), text)).to_vec());
    assert_eq!((wrong, cuts), (Vec::new(), 0));
}
