//! Regions: where trails lie, and whether those of single Regions record all that are asked for.

mod generated;

use trailint::internal::engine::{self, EngineSettings};
use trailint::internal::report::View;
use trailint::internal::scan::{Input, ScanInputs};
use trailint::internal::source::{Memory, Sources};

use super::scenarios::concise;
use super::support::{cases_in, check_with, expect_file, files_below, projects_in, word};

/// The verdict on one text for some Regions.
fn verdict(text: &str, regions: &[&str]) -> &'static str {
    let report = check_with([("main.tf", text)], asking_for(regions));
    report.deployments[0].verdict.map_or("none", word)
}

fn asking_for(regions: &[&str]) -> EngineSettings {
    let mut settings = EngineSettings::default();
    settings.policy.regions = regions.iter().map(|region| (*region).to_owned()).collect();
    settings
}

#[test]
fn trails_lie_where_their_providers_and_stacks_say() {
    let mut different = String::new();
    for (name, mut files) in projects_in("testdata/regions.txt") {
        let (_, expected) = files.pop().unwrap();
        for line in expected.lines() {
            let split = line.find(": ").map_or(line, |end| &line[..end]).rfind(' ').unwrap();
            let (address, expected) = (&line[..split], &line[split + 1..]);
            let said = ask(&files, &format!("{address}.region"));
            if said != expected {
                different.push_str(&format!("{name}: {address} {expected}, and we say {said}\n"));
            }
        }
    }
    assert!(different.is_empty(), "{different}");
}

/// What a trace of a Region says: the Regions that it may be, or why it isn't known.
fn ask(files: &[(String, String)], question: &str) -> String {
    let files = files.iter().map(|(path, text)| (path, text.clone()));
    let inputs = ScanInputs { paths: vec![Input { given: "/".into(), path: "/".into() }], ..ScanInputs::default() };
    let (files, sources) = (Memory::new(files), Sources::new("/".into()));
    let trace = match engine::trace(&files, &inputs, sources, &EngineSettings::default(), question) {
        Ok(trace) => trace,
        Err(error) => return error.to_string(),
    };
    let ways = trace.arguments.iter().flat_map(|argument| &argument.paths);
    let ways = ways.map(|way| match way.outcome.strip_prefix("is `\"").and_then(|rest| rest.strip_suffix("\"`")) {
        Some(region) => region.to_owned(),
        None => format!("unknown: {}", way.steps[0].text),
    });
    ways.collect::<Vec<_>>().join("|")
}

/// Each trail is its Region and what is said of it; `?` is the Region of a provider that doesn't say it, `*` one that
/// no other trail has.
#[rustfmt::skip]
const TABLE: &[(&str, &str, &str)] = &[
    // Trails, the Regions that are asked for, the verdict.
    ("us-east-1", "", "fail"),
    ("us-east-1", "us-east-1", "pass"),
    ("us-east-1, eu-west-1", "us-east-1 eu-west-1", "pass"),
    ("us-east-1, eu-west-1, sa-east-1", "us-east-1 eu-west-1", "pass"),
    ("us-east-1, eu-west-1", "us-east-1 eu-west-1 ap-south-1", "fail"),
    // A trail for all Regions is as good as ever, wherever it lies.
    ("eu-west-1 all", "us-east-1 eu-west-1", "pass"),
    ("? all", "us-east-1 eu-west-1", "pass"),
    ("eu-west-1 maybe-all", "us-east-1 eu-west-1", "unknown"),
    ("us-east-1 maybe-all", "us-east-1", "pass"),
    // What a trail has to do in its Region.
    ("us-east-1, eu-west-1 stopped", "us-east-1 eu-west-1", "fail"),
    ("us-east-1, eu-west-1 writes", "us-east-1 eu-west-1", "fail"),
    ("us-east-1, eu-west-1 without-kms", "us-east-1 eu-west-1", "fail"),
    ("us-east-1, eu-west-1 stopped, eu-west-1", "us-east-1 eu-west-1", "pass"),
    ("us-east-1, eu-west-1 writes, eu-west-1 stopped", "us-east-1 eu-west-1", "fail"),
    ("us-east-1, eu-west-1 invalid", "us-east-1 eu-west-1", "fail"),
    ("us-east-1, eu-west-1 maybe-logging", "us-east-1 eu-west-1", "unknown"),
    ("us-east-1, eu-west-1 maybe-there", "us-east-1 eu-west-1", "unknown"),
    // Whichever of two there is, there is one.
    ("us-east-1, eu-west-1 maybe-there, eu-west-1 maybe-not-there", "us-east-1 eu-west-1", "pass"),
    ("us-east-1, eu-west-1 maybe-there, us-east-1 maybe-not-there all", "us-east-1 eu-west-1", "pass"),
    // Global services leave their events in the leader Region of the partition.
    ("us-east-1 no-global, eu-west-1", "us-east-1 eu-west-1", "fail"),
    ("us-east-1, eu-west-1 no-global", "us-east-1 eu-west-1", "pass"),
    ("us-east-1 maybe-global, eu-west-1", "us-east-1 eu-west-1", "unknown"),
    ("us-east-1 no-global, us-east-1, eu-west-1", "us-east-1 eu-west-1", "pass"),
    ("us-east-1 stopped, us-east-1 no-global, eu-west-1", "us-east-1 eu-west-1", "fail"),
    ("eu-west-1", "eu-west-1", "fail"),
    ("eu-west-1, us-east-1", "eu-west-1", "pass"),
    ("us-gov-west-1, us-gov-east-1", "us-gov-east-1 us-gov-west-1", "pass"),
    ("us-gov-west-1 no-global, us-gov-east-1", "us-gov-east-1 us-gov-west-1", "fail"),
    ("cn-north-1, cn-northwest-1 no-global", "cn-north-1 cn-northwest-1", "pass"),
    // CloudTrail rejects a trail for all Regions without global services.
    ("us-east-1, eu-west-1 all no-global", "us-east-1 eu-west-1", "fail"),
    ("us-east-1, eu-west-1 maybe-all no-global", "us-east-1 eu-west-1", "unknown"),
    // A Region that isn't known is one Region.
    ("?", "us-east-1", "unknown"),
    ("us-east-1, ?", "us-east-1 eu-west-1", "unknown"),
    ("?", "us-east-1 eu-west-1", "fail"),
    ("us-east-1, ?", "us-east-1 eu-west-1 ap-south-1", "fail"),
    ("us-east-1, ?, ?", "us-east-1 eu-west-1 ap-south-1", "fail"),
    ("us-east-1, ?, *", "us-east-1 eu-west-1 ap-south-1", "unknown"),
    ("us-east-1, *, *", "us-east-1 eu-west-1 ap-south-1", "unknown"),
    ("us-east-1, ? stopped", "us-east-1 eu-west-1", "fail"),
    ("eu-west-1, ? no-global", "us-east-1 eu-west-1", "fail"),
    ("us-east-1 no-global, eu-west-1, ?", "us-east-1 eu-west-1", "unknown"),
    ("us-east-1 no-global, *, ?", "us-east-1 eu-west-1", "unknown"),
    ("us-east-1 no-global, ? no-global, *", "us-east-1 eu-west-1", "unknown"),
    ("us-east-1 no-global, ?", "us-east-1 eu-west-1", "fail"),
    ("us-east-1, eu-west-1, ? stopped", "us-east-1 eu-west-1", "pass"),
    // One that stands for several may lie in several.
    ("each", "us-east-1 eu-west-1 ap-south-1", "unknown"),
    ("counted", "us-east-1 eu-west-1 ap-south-1", "unknown"),
    ("us-east-1, each stopped", "us-east-1 eu-west-1", "fail"),
    ("each no-global", "us-east-1 eu-west-1", "fail"),
];

#[test]
fn a_trail_in_each_region_is_as_good_as_one_for_all() {
    let mut different = String::new();
    for (trails, regions, expected) in TABLE {
        let regions: Vec<&str> = regions.split_whitespace().collect();
        let said = verdict(&written(trails), &regions);
        if said != *expected {
            different.push_str(&format!("{trails} for {regions:?}: {expected}, and we say {said}\n"));
        }
    }
    assert!(different.is_empty(), "{different}");
}

fn written(trails: &str) -> String {
    let types = [("b", "bool"), ("s", "any"), ("regions", "set(string)"), ("list", "list(string)")];
    let variable = |(name, ty)| format!("variable \"{name}\" {{\n  type = {ty}\n  nullable = false\n}}\n");
    let mut text: String = types.into_iter().map(variable).collect();
    for (index, trail) in trails.split(", ").enumerate() {
        let mut words = trail.split_whitespace();
        let region = match words.next().unwrap() {
            "?" => String::new(),
            "*" => {
                text.push_str(&format!("variable \"r{index}\" {{\n}}\n"));
                format!("region = var.r{index}")
            }
            "each" => "for_each = var.regions\n  region = each.key".to_owned(),
            "counted" => "count = length(var.list)\n  region = var.list[count.index]".to_owned(),
            region => format!("region = \"{region}\""),
        };
        let arguments = words.map(|word| match word {
            "all" => "is_multi_region_trail = true",
            "maybe-all" => "is_multi_region_trail = var.b",
            "invalid" => "is_multi_region_trail = \"perhaps\"",
            "stopped" => "enable_logging = false",
            "maybe-logging" => "enable_logging = var.s",
            "writes" => "event_selector {\n    read_write_type = \"WriteOnly\"\n  }",
            "without-kms" => "event_selector {\n    exclude_management_event_sources = [\"kms.amazonaws.com\"]\n  }",
            "no-global" => "include_global_service_events = false",
            "maybe-global" => "include_global_service_events = var.b",
            "maybe-there" => "count = var.b ? 1 : 0",
            "maybe-not-there" => "count = var.b ? 0 : 1",
            other => panic!("what is `{other}`?"),
        });
        let lines: String = arguments.chain([region.as_str()]).map(|line| format!("  {line}\n")).collect();
        text.push_str(&format!("resource \"aws_cloudtrail\" \"t{index}\" {{\n{lines}}}\n"));
    }
    text
}

/// The options of a scenario are in `options.txt`, as on a command line.
#[test]
fn scenarios_with_regions_read_as_expected() {
    let scenarios = cases_in("testdata/regions");
    for scenario in scenarios {
        let options = std::fs::read_to_string(scenario.join("options.txt")).unwrap();
        let option = |name: &str| {
            let mut words = options.split_whitespace().skip_while(|word| *word != name);
            words.nth(1)
        };
        let regions: Vec<&str> = option("--regions").into_iter().flat_map(|regions| regions.split(',')).collect();
        let mut settings = asking_for(&regions);
        settings.evaluation.region = option("--region").map(str::to_owned);
        settings.policy.every_trail = options.contains("every-trail=true");
        let files = files_below(&scenario);
        let files = files.into_iter().filter(|(name, _)| name.extension().is_none_or(|kind| kind != "txt"));
        let view = View { benchmark: option("--compliance").map(str::to_owned), ..View::default() };
        expect_file(&scenario.join("expected.txt"), &concise(&check_with(files, settings), &view));
    }
}
