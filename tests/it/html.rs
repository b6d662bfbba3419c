//! The page for people who audit: what is on it, what it is made of, and how a browser takes it.

mod browser;
mod contrast;
mod sha256;
mod tree;

use std::path::PathBuf;

use trailint::internal::finding::FindingTarget;
use trailint::internal::output::OutputFormat;
use trailint::internal::report::{DeploymentResult, Diagnostic, Outcome, Report, TrailResult, View};

use self::tree::Tree;
use super::support::{check, files_below, package};

/// Names and values that would act on a page, a terminal or the eye.
const HOSTILE: &str = r#"variable "m" {
  default = "</pre><script>alert(1)</script>"
}
resource "aws_cloudtrail" "t" {
  for_each              = { "<b onclick='x'>&\"`\u001b[31m\u202e" = "", "b" = "" }
  is_multi_region_trail = false # </code></pre><img src=x onerror=alert(1)> ESC[31m RLO
  enable_logging        = "<style>*{}</style>"
  event_selector {
    read_write_type = var.m
  }
}
"#;

fn demo() -> Report {
    check(files_below(&package("testdata/demo")))
}

fn hostile() -> Report {
    check([("a\"><script>'&/main.tf", HOSTILE.replace("ESC", "\u{1b}").replace("RLO", "\u{202e}"))])
}

/// Reports of many kinds, each with a name.
pub(crate) fn reports() -> Vec<(PathBuf, Report)> {
    let folders = ["broken", "clean", "cloudformation", "plan", "terraform"].map(|name| package("testdata").join(name));
    let scenarios = folders.iter().flat_map(|folder| super::support::directories_in(folder));
    let mut reports: Vec<(PathBuf, Report)> = scenarios.map(|path| (path.clone(), check(files_below(&path)))).collect();
    reports.push(("demo".into(), demo()));
    reports.push(("hostile".into(), hostile()));
    reports.push(("nothing".into(), check([("a.tf", "")])));
    reports
}

/// A view that shows the controls of a benchmark, too.
fn with_controls() -> View {
    View { benchmark: Some("cis-aws-7.0".to_owned()), ..View::default() }
}

#[test]
fn every_page_is_well_formed_and_asks_for_nothing() {
    for (name, report) in reports() {
        let tree = Tree::parse(&OutputFormat::Html.render(&report, &with_controls()))
            .unwrap_or_else(|fault| panic!("{}: {fault}", name.display()));
        for element in &tree.elements {
            let known = "html head meta title style body header main nav section article footer h1 h2 h3 h4 h5 p dl dt dd \
                         div table caption thead tbody tr th td ol ul li a code pre mark span strong wbr";
            assert!(known.split_whitespace().any(|tag| tag == element.tag), "{}: <{}>", name.display(), element.tag);
            for (attribute, value) in &element.attributes {
                let is_own = match attribute.as_str() {
                    "href" => value.strip_prefix('#').is_some_and(|id| tree.has_id(id)),
                    "style" | "src" | "action" => false,
                    _ => !attribute.starts_with("on"),
                };
                assert!(is_own, "{}: {attribute}=\"{value}\"", name.display());
            }
        }
        for (tag, count) in [("h1", 1), ("main", 1), ("header", 1), ("footer", 1), ("title", 1)] {
            assert_eq!(tree.all(tag).count(), count, "{}: <{tag}>", name.display());
        }
        assert!(tree.all("th").all(|head| head.attribute("scope").is_some()), "{}", name.display());
        assert!(tree.all("table").count() == tree.all("caption").count(), "{}", name.display());
        assert_eq!(tree.repeated_ids(), Vec::<String>::new(), "{}", name.display());
        assert_eq!(tree.skipped_headings(), Vec::<String>::new(), "{}", name.display());
        assert_eq!(tree.all("html").next().unwrap().attribute("lang"), Some("en"));
    }
}

#[test]
fn everything_that_was_found_is_on_the_page() {
    for (name, report) in reports() {
        let text = Tree::parse(&OutputFormat::Html.render(&report, &with_controls())).unwrap().text;
        let expect = |wanted: &str| {
            let wanted = inert(wanted);
            let plain = wanted.replace('`', "");
            assert!(text.contains(&wanted) || text.contains(&plain), "{}: no `{wanted}` in\n{text}", name.display());
        };
        for diagnostic in &report.findings {
            expect(&diagnostic.finding.message);
            diagnostic.finding.notes.iter().chain(&diagnostic.finding.help).for_each(|remark| expect(remark));
            let decisions = [&diagnostic.finding.blocked_by, &diagnostic.fails_when, &diagnostic.passes_when];
            decisions.into_iter().flatten().for_each(|decision| expect(decision));
            match &diagnostic.finding.place {
                FindingTarget::File(path) => expect(path),
                FindingTarget::Run => {}
                FindingTarget::Text(primary) => {
                    std::iter::once(primary).chain(&diagnostic.finding.related).for_each(|label| {
                        let file = report.sources.file(label.span.file);
                        let position = file.position(label.span.start);
                        expect(&format!("{}:{}:{}", file.name, position.line, position.column));
                        expect(&label.text);
                    })
                }
            }
        }
        for trail in report.deployments.iter().flat_map(|deployment| &deployment.trails) {
            expect(&trail.address);
            trail.rules.iter().for_each(|(rule, _)| expect(rule.id()));
            trail.evidence.iter().flat_map(|(_, labels)| labels).for_each(|label| expect(&label.text));
        }
    }
}

#[test]
fn the_picture_says_what_is_recorded_where() {
    let cells = |arguments: &str| {
        let text =
            format!("variable \"m\" {{\n  type = bool\n}}\nresource \"aws_cloudtrail\" \"t\" {{\n{arguments}\n}}\n");
        let tree = Tree::parse(&OutputFormat::Html.render(&check([("main.tf", text)]), &View::default())).unwrap();
        let kinds = ["recorded", "possible", "missing"];
        let cells = tree.all("td").filter_map(|cell| cell.attribute("class")).filter(|class| kinds.contains(class));
        cells.map(|class| class.chars().next().unwrap()).collect::<String>()
    };
    assert_eq!(cells(""), "rrrrrrmmmmmm");
    assert_eq!(cells("is_multi_region_trail = var.m"), "rrrrrrpppppp");
    assert_eq!(
        cells(
            "is_multi_region_trail = true\nevent_selector {\nexclude_management_event_sources = [\"kms.amazonaws.com\"]\n}"
        ),
        "mrrmrrmrrmrr"
    );
    assert_eq!(cells("count = 0"), "");
}

#[test]
fn instances_of_which_the_same_is_said_stand_together() {
    let text = "resource \"aws_cloudtrail\" \"t\" {\n  for_each = { a = true, b = false, c = false }\n  \
                enable_logging = each.value\n}\n";
    let tree = Tree::parse(&OutputFormat::Html.render(&check([("main.tf", text)]), &View::default())).unwrap();
    let trails = tree.all("article").filter(|article| article.attribute("class") == Some("trail")).count();
    assert_eq!(trails, 2, "{}", tree.text);
    assert!(tree.text.contains("The same applies to aws_cloudtrail.t[\"c\"]"), "{}", tree.text);
    // All of them have one Region only; it is told of the first, and the others refer to it.
    let links = tree.all("a").filter(|link| link.attribute("href").unwrap().starts_with("#finding-")).count();
    assert!(links > 0, "{}", tree.text);
}

#[test]
fn a_verdict_whose_finding_is_hidden_is_on_record() {
    let report = check([("main.tf", "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.m\n}\n")]);
    let view = View { hides_unknown: true, ..View::default() };
    let text = Tree::parse(&OutputFormat::Html.render(&report, &view)).unwrap().text;
    assert!(text.contains("Other verdicts\n\n? unknown single-region-trail blocked by var.m"), "{text}");
    assert!(!text.contains("may record one Region only"), "{text}");
}

#[test]
fn the_headline_counts_the_deployments_that_meet_the_configured_control() {
    let headline = |report: &Report, cited: &str| {
        let view = View { cited: cited.to_owned(), ..View::default() };
        let page = OutputFormat::Html.render(report, &view);
        let (_, rest) = page.split_once("<p class=\"headline\">").unwrap();
        rest.split("</p>").next().unwrap().to_owned()
    };
    let trail = |multi: &str| format!("resource \"aws_cloudtrail\" \"t\" {{\n  is_multi_region_trail = {multi}\n}}\n");
    let (good, bad) = (trail("true"), trail("false"));
    let report = check([("a/main.tf", good.as_str()), ("b/main.tf", &bad), ("c/main.tf", &trail("var.m"))]);
    assert_eq!(headline(&report, "cis-aws-3.0"), "1 of 3 deployments meets CIS AWS Foundations 3.0, 3.1");
    assert_eq!(headline(&report, "cis-aws-7.0"), "1 of 3 deployments meets CIS AWS Foundations 7.0, 4.1");
    let fsbp = "1 of 3 deployments meets AWS Foundational Security Best Practices, CloudTrail.1";
    assert_eq!(headline(&report, "fsbp"), fsbp);
    assert_eq!(headline(&report, "nist-800-53-r5"), "1 of 3 deployments meets NIST SP 800-53 Rev. 5");
    let report = check([("a/main.tf", good.as_str()), ("b/main.tf", &good)]);
    assert_eq!(headline(&report, "cis-aws-3.0"), "2 of 2 deployments meet CIS AWS Foundations 3.0, 3.1");
    let report = check([("a/main.tf", bad)]);
    assert_eq!(headline(&report, "cis-aws-3.0"), "0 of 1 deployment meets CIS AWS Foundations 3.0, 3.1");
    assert_eq!(
        headline(&check([("a.tf", "")]), "cis-aws-3.0"),
        "No CloudTrail trail found in 1 file; nothing was checked."
    );
}

#[test]
fn each_unknown_has_its_reason() {
    let text = "variable \"m\" {}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.m\n  \
                s3_bucket_name = \"elsewhere\"\n}\n";
    let report = check([("main.tf", text)]);
    let text = Tree::parse(&OutputFormat::Html.render(&report, &with_controls())).unwrap().text;
    assert_eq!(text.matches("blocked by var.m").count(), 2, "{text}");
    assert!(text.contains("? unknown · terraformblocked by var.m"), "{text}");
    let control = "single-region-trail: trail aws_cloudtrail.t may record one Region only: var.m";
    assert!(text.contains(control), "{text}");
    assert!(text.contains("4.4\n– not evaluated (declared elsewhere)\n"), "{text}");
    assert!(
        text.contains("Not evaluated (declared elsewhere)\n\n– not evaluated (declared elsewhere) bucket-policy"),
        "{text}"
    );
    assert!(!text.contains("not applicable"), "{text}");
}

#[test]
fn the_policy_allows_the_style_sheet_and_nothing_else() {
    let tree = Tree::parse(&OutputFormat::Html.render(&demo(), &View::default())).unwrap();
    let is_policy = |meta: &&tree::Element| meta.attribute("http-equiv") == Some("Content-Security-Policy");
    let policy = tree.all("meta").find(is_policy).unwrap().attribute("content").unwrap();
    let style = sha256::base64(&sha256::sha256(tree.style.as_bytes()));
    let expected = format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'");
    assert_eq!(policy, expected, "the policy holds the hash of src/output/html/style.css");
    assert!(!tree.style.contains("url(") && !tree.style.contains("@import"));
}

#[test]
fn every_colour_of_text_can_be_read() {
    let tree = Tree::parse(&OutputFormat::Html.render(&demo(), &View::default())).unwrap();
    let themes = contrast::themes(&tree.style);
    assert_eq!(themes.len(), 3, "light, dark and print");
    for theme in themes {
        for text in ["ink", "muted", "pass", "error", "warning", "note", "unknown"] {
            for ground in ["paper", "sheet"] {
                let contrast = theme.contrast(text, ground);
                assert!(contrast >= 4.5, "{text} on {ground}: {contrast:.2} in {theme:?}");
            }
        }
        // The mark, a cell that is recorded, and the stripes of one that may be.
        for (text, ground) in [("ink", "mark"), ("sheet", "pass"), ("unknown", "line")] {
            let contrast = theme.contrast(text, ground);
            assert!(contrast >= 4.5, "{text} on {ground}: {contrast:.2} in {theme:?}");
        }
    }
}

/// What a reader sees of a text in which something is active.
fn inert(text: &str) -> String {
    text.replace('\u{1b}', "\\u{1b}").replace('\u{202e}', "\\u{202e}").replace('\n', "\\u{a}")
}

/// Only with `TRAILINT_LONG`, because it takes long.
#[test]
fn a_page_shows_the_worst_where_not_all_fits() {
    if super::support::quick_or_long(true, false) {
        return;
    }
    let text = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = true\n}\n";
    let (mut report, bad) = (check([("main.tf", text)]), check([("main.tf", text.replace("true", "false"))]));
    let addresses: Vec<String> = (0..1_500).map(|number| format!("aws_cloudtrail.t{number}")).collect();
    let judged = report.deployments.first_mut().unwrap();
    let trail = judged.trails.first().unwrap().clone();
    judged.trails = addresses.iter().map(|address| TrailResult { address: address.clone(), ..trail.clone() }).collect();
    // Neighbours that are alike would stand together.
    judged.trails.iter_mut().step_by(2).for_each(|trail| trail.region = Some("eu-west-1".into()));
    let fails = bad.findings.iter().find(|diagnostic| diagnostic.rule.id() == "single-region-trail").unwrap();
    let findings = addresses.iter().enumerate().skip(900).map(|(number, address)| Diagnostic {
        address: Some(address.clone()),
        fingerprint: number.to_string(),
        ..fails.clone()
    });
    report.findings = findings.collect();
    let page = OutputFormat::Html.render(&report, &View::default());
    let tree = Tree::parse(&page).unwrap();
    assert!(
        tree.text.contains("500 trails aren’t on this page, which shows the most severe; --format json contains all.")
    );
    assert_eq!(tree.all("article").filter(|article| article.attribute("class") == Some("trail")).count(), 1_000);
    assert!((900..1_500).all(|number| tree.has_id(&format!("finding-{number}"))));
    let judged = report.deployments.first().unwrap().clone();
    report.findings.clear();
    report.deployments = (0..1_200)
        .map(|number| {
            let trails = judged.trails.iter().take(1).cloned().collect();
            DeploymentResult {
                root: format!("r{number}"),
                trails,
                verdict: Some(if number < 1_100 { Outcome::Pass } else { Outcome::Fail }),
                ..judged.clone()
            }
        })
        .collect();
    let tree = Tree::parse(&OutputFormat::Html.render(&report, &View::default())).unwrap();
    assert!(
        tree.text.contains("200 trails and 200 deployments aren’t on this page"),
        "{}",
        tree.text.get(..600).unwrap_or_default()
    );
    assert!(tree.text.contains("r1199") && tree.text.contains("r899") && !tree.text.contains("r900"));
}

/// The page with a benchmark states its origin, and equal inputs give equal bytes.
#[test]
fn a_page_for_an_audit_states_its_origin() {
    let code = "variable \"m\" {\n  default = true\n}\n# trailint: ignore[logs-without-kms] until=9999-12-31 <b>later\nresource \"aws_cloudtrail\" \"t\" {\n  name = \"main\"\n  \
                s3_bucket_name = \"b\"\n  is_multi_region_trail = var.m\n}\n";
    let arn = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";
    let list = format!(
        "{{\"trailList\": [{{\"Name\": \"main\", \"TrailARN\": \"{arn}\", \"HomeRegion\": \"us-east-1\", \"IsMultiRegionTrail\": false}}]}}"
    );
    let files = [("code/main.tf", code), ("evidence/111122223333/t.json", &list)];
    let scratch = super::cli::Scratch::new("audit-page", &files);
    let page = |threads: &str| {
        let output = scratch.run(&[
            "check",
            "code",
            "--evidence",
            "evidence",
            "-q",
            "-f",
            "html",
            "--compliance",
            "cis-aws-4.0.1",
            "--date",
            "2027-01-31",
            "-j",
            threads,
            "--var",
            "secret=<x>",
            "--var",
            "m=true",
        ]);
        super::cli::out(&output)
    };
    let text = page("1");
    assert_eq!(text, page("4"));
    let tree = Tree::parse(&text).unwrap();
    for expected in [
        "of 2 deployments",
        "CIS AWS Foundations 4.0.1, 3.1",
        "CIS Amazon Web Services Foundations Benchmark v4.0.1",
        "2027-01-31",
        "--var secret=… --var m=true",
        "judged from the account’s output of 1 file",
        "judged from code (terraform)",
        "Controls that aren’t judged",
        "Declared and deployed",
        "✗ differs",
        "Data events that it records",
        "<b>later",
        "9999-12-31",
    ] {
        assert!(tree.text.contains(expected), "{expected}\n{}", tree.text);
    }
    assert!(!text.contains("-j 1") && !text.contains("<x>") && !text.contains("&lt;x&gt;"), "{text}");
}
