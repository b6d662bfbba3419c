//! Trails with the verdicts on them, each in another way of writing it.

use super::random::Random;
use super::{Expected, Unit, filler};

const PASS: &str = "pass";
const FAIL: &str = "fail";
const UNKNOWN: &str = "unknown";

/// The trail of a number.
pub(super) fn unit(number: usize, random: &mut Random) -> Unit {
    match number % 12 {
        0 => written(random, "  is_multi_region_trail = true\n", [PASS, PASS, PASS]),
        1 => written(random, "  enable_logging = false\n", [FAIL, FAIL, PASS]),
        2 => written(random, DATA_EVENTS, [PASS, PASS, FAIL]),
        3 => from_tfvars(random),
        4 => from_module(random),
        5 => in_json(),
        6 => counted(random),
        7 => template(random, "true", PASS),
        8 => template(random, "!Ref Everywhere", UNKNOWN),
        9 => from_shared(random, "true", PASS),
        10 => from_shared(random, "var.everywhere", UNKNOWN),
        _ => json_template(random),
    }
}

const DATA_EVENTS: &str = "  is_multi_region_trail = true

  event_selector {
    read_write_type           = \"All\"
    include_management_events = false
  }
";

fn trail(arguments: &str) -> String {
    format!(
        "resource \"aws_cloudtrail\" \"audit\" {{\n  name           = \"audit\"\n  s3_bucket_name = \"example-logs\"\n{arguments}}}\n"
    )
}

/// A stack with a trail in a file of its own.
fn stack(random: &mut Random, arguments: &str, more: &[(String, String)], verdicts: [&'static str; 3]) -> Unit {
    let mut files = filler::stack(random).files;
    files.push(("trail.tf".to_owned(), trail(arguments)));
    files.extend(more.iter().cloned());
    Unit { files, expected: Some(Expected::of("aws_cloudtrail.audit", verdicts)) }
}

fn written(random: &mut Random, arguments: &str, verdicts: [&'static str; 3]) -> Unit {
    stack(random, arguments, &[], verdicts)
}

/// The default is wrong, and a file that is read later mends it.
fn from_tfvars(random: &mut Random) -> Unit {
    let more = [
        ("switch.tf".to_owned(), "variable \"everywhere\" {\n  type    = bool\n  default = false\n}\n".to_owned()),
        ("production.auto.tfvars".to_owned(), "everywhere = true\n".to_owned()),
    ];
    stack(random, "  is_multi_region_trail = var.everywhere\n", &more, [PASS, PASS, PASS])
}

/// Two modules deep, with the value from the root.
fn from_module(random: &mut Random) -> Unit {
    let mut files = filler::stack(random).files;
    let call = |name: &str, source: &str, value: &str| {
        format!("module \"{name}\" {{\n  source     = \"{source}\"\n  everywhere = {value}\n}}\n")
    };
    let variable = "variable \"everywhere\" {}\n";
    files.push(("baseline.tf".to_owned(), call("baseline", "./baseline", "local.tags.Owner == \"platform\"")));
    files.push(("baseline/main.tf".to_owned(), format!("{variable}\n{}", call("trail", "./trail", "!var.everywhere"))));
    files.push((
        "baseline/trail/main.tf".to_owned(),
        format!("{variable}\n{}", trail("  is_multi_region_trail = var.everywhere\n")),
    ));
    Unit {
        files,
        expected: Some(Expected::of("module.baseline.module.trail.aws_cloudtrail.audit", [FAIL, PASS, PASS])),
    }
}

/// The module at the root of the repository that declares a trail for many stacks.
pub(super) fn shared() -> String {
    format!("variable \"everywhere\" {{}}\n\n{}", trail("  is_multi_region_trail = var.everywhere\n"))
}

/// A call of the shared module, with a value that is known or that a variable without a value determines. No file of
/// the stack mentions a trail.
fn from_shared(random: &mut Random, everywhere: &str, verdict: &'static str) -> Unit {
    let mut files = filler::stack(random).files;
    let call = format!(
        "variable \"everywhere\" {{\n  type = bool\n}}\n\nmodule \"audit\" {{\n  source     = \"../../../modules/audit\"\n  everywhere = {everywhere}\n}}\n"
    );
    files.push(("audit.tf".to_owned(), call));
    Unit { files, expected: Some(Expected::of("module.audit.aws_cloudtrail.audit", [verdict, PASS, PASS])) }
}

fn in_json() -> Unit {
    let text = "{\n  \"variable\": { \"everywhere\": { \"type\": \"bool\" } },\n  \"resource\": {\n    \"aws_cloudtrail\": {\n      \"audit\": {\n        \"name\": \"audit\",\n        \"s3_bucket_name\": \"example-logs\",\n        \"is_multi_region_trail\": \"${var.everywhere}\"\n      }\n    }\n  }\n}\n";
    let expected = Expected::of("aws_cloudtrail.audit", [UNKNOWN, PASS, PASS]);
    Unit { files: vec![("audit.tf.json".to_owned(), text.to_owned())], expected: Some(expected) }
}

/// Which trail there is depends on a condition that is known.
fn counted(random: &mut Random) -> Unit {
    let arguments = "  count                 = var.environment == \"production\" ? 1 : 0\n  is_multi_region_trail = [true, false][count.index]\n";
    let values = [("production.auto.tfvars".to_owned(), "environment = \"production\"\n".to_owned())];
    let mut unit = stack(random, arguments, &values, [PASS, PASS, PASS]);
    unit.expected = Some(Expected::of("aws_cloudtrail.audit[0]", [PASS, PASS, PASS]));
    unit
}

fn template(random: &mut Random, everywhere: &str, verdict: &'static str) -> Unit {
    let head = "Parameters:\n  Everywhere:\n    Type: String\n    AllowedValues: [\"true\", \"false\"]\n";
    let resources = filler::template(random).replacen("Parameters:\n", head, 1);
    let trail = format!(
        "  Audit:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      S3BucketName: example-logs\n      IsLogging: true\n      IsMultiRegionTrail: {everywhere}\n"
    );
    let expected = Expected { template: Some("audit.yaml"), ..Expected::of("Audit", [verdict, PASS, PASS]) };
    Unit { files: vec![("audit.yaml".to_owned(), resources + &trail)], expected: Some(expected) }
}

/// With a mapping and a condition, and a queue or more beside the trail.
fn json_template(random: &mut Random) -> Unit {
    let queues: String =
        (0..random.below(9)).map(|n| format!("    \"Queue{n}\": {{ \"Type\": \"AWS::SQS::Queue\" }},\n")).collect();
    let text = format!(
        "{{\n  \"Mappings\": {{ \"Of\": {{ \"prod\": {{ \"Everywhere\": \"true\" }} }} }},\n  \"Conditions\": {{ \"Always\": {{ \"Fn::Equals\": [\"a\", \"a\"] }} }},\n  \"Resources\": {{\n{queues}    \"Audit\": {{\n      \"Type\": \"AWS::CloudTrail::Trail\",\n      \"Properties\": {{\n        \"S3BucketName\": \"example-logs\",\n        \"IsLogging\": {{ \"Fn::If\": [\"Always\", false, true] }},\n        \"IsMultiRegionTrail\": {{ \"Fn::FindInMap\": [\"Of\", \"prod\", \"Everywhere\"] }}\n      }}\n    }}\n  }}\n}}\n"
    );
    let expected = Expected { template: Some("audit.json"), ..Expected::of("Audit", [PASS, FAIL, PASS]) };
    Unit { files: vec![("audit.json".to_owned(), text)], expected: Some(expected) }
}
