//! Values for CloudFormation's parameters, from the options and from the files of AWS's tools.

use super::cli::{Scratch, err, out, status};

const TEMPLATE: &str = "Parameters:
  Multi: {Type: String, Default: 'false', AllowedValues: ['true', 'false']}
  Sources: {Type: CommaDelimitedList, Default: kms.amazonaws.com}
Conditions:
  Home: !Equals [!Ref AWS::Region, us-east-1]
Resources:
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      S3BucketName: example-logs
      IsLogging: !If [Home, true, false]
      IsMultiRegionTrail: !Ref Multi
      IncludeGlobalServiceEvents: true
      EventSelectors:
        - ExcludeManagementEventSources: !Ref Sources
";

/// What a run says of the trail, one letter for each of three rules: its Regions, whether it is logging,
/// and whether a source is excluded. A letter that isn't there passes, a small one isn't known.
fn said(scratch: &Scratch, options: &[&str]) -> String {
    let output = scratch.run(&[&["check", "-f", "concise", "template.yaml"], options].concat());
    assert!(status(&output) < 2, "{options:?}: {}", err(&output));
    let text = out(&output);
    let rules = [("M", "single-region-trail"), ("L", "stopped-trail"), ("X", "excluded-event-sources")];
    let letter = |(letter, rule): (&str, &str)| {
        if text.contains(&format!("error[{rule}]")) {
            letter.to_owned()
        } else if text.contains(&format!("unknown[{rule}]")) {
            letter.to_lowercase()
        } else {
            String::new()
        }
    };
    rules.map(letter).concat()
}

#[test]
fn options_give_values() {
    let list = "[{\"ParameterKey\": \"Multi\", \"ParameterValue\": \"true\"}]";
    let previous = "[{\"ParameterKey\": \"Multi\", \"UsePreviousValue\": true}]";
    let files = [
        ("template.yaml", TEMPLATE),
        ("list.json", list),
        ("previous.json", previous),
        ("texts.json", "[\"Multi=true\"]"),
        ("pipeline.json", "{\"Parameters\": {\"Multi\": \"true\", \"Sources\": [\"a\", \"b\"]}, \"Tags\": {}}"),
        ("git-sync.yaml", "template-file-path: template.yaml\nparameters:\n  Multi: true\ntags: {}\n"),
    ];
    let scratch = Scratch::new("parameters", &files);
    #[rustfmt::skip]
    let cases: &[(&[&str], &str)] = &[
        (&[], "MlX"),
        (&["--region", "us-east-1"], "MX"),
        (&["--region", "eu-west-1"], "MLX"),
        (&["--parameter", "Multi=true"], "lX"),
        (&["--parameter", "Undeclared=true"], "MlX"),
        (&["--parameter", "Sources=example.com", "--parameter", "Multi=true"], "l"),
        (&["--parameter-file", "list.json"], "lX"),
        (&["--parameter-file", "texts.json"], "lX"),
        (&["--parameter-file", "pipeline.json"], "l"),
        (&["--parameter-file", "git-sync.yaml"], "lX"),
        (&["--parameter-file", "previous.json"], "mlX"),
        (&["--parameter-file", "list.json", "--parameter", "Multi=false"], "MlX"),
        (&["--parameter", "Multi=false", "--parameter-file", "list.json"], "lX"),
        (&["--config", "parameter-policy=\"any\""], "mlx"),
        (&["--config", "parameter-policy=\"any\"", "--parameter", "Multi=true"], "lx"),
    ];
    for (options, expected) in cases {
        // A source that CloudTrail doesn't know takes ordinary events away, which is another rule's business.
        assert_eq!(said(&scratch, options), *expected, "{options:?}");
    }
}

#[test]
fn mistakes_in_options_end_the_run() {
    let files = [("template.yaml", TEMPLATE), ("broken.json", "[{"), ("other.yaml", "- 1\n"), ("empty.json", "")];
    let scratch = Scratch::new("parameter-mistakes", &files);
    #[rustfmt::skip]
    let cases: &[(&[&str], &str)] = &[
        (&["--parameter", "Multi"], "invalid `--parameter Multi`: expected NAME=VALUE"),
        (&["--parameter-file", "missing.json"], "can't read `missing.json`, named by `--parameter-file`: no such file or directory"),
        (&["--parameter-file", "broken.json"], "invalid `--parameter-file broken.json`: line 1: "),
        (&["--parameter-file", "other.yaml"], "invalid `--parameter-file other.yaml`: it isn't a list or a mapping of parameters"),
        (&["--parameter-file", "empty.json"], "invalid `--parameter-file empty.json`: "),
        (&["--config", "parameter-policy=\"some\""], "invalid `parameter-policy=\"some\"`: "),
    ];
    for (options, expected) in cases {
        let output = scratch.run(&[&["check"], *options].concat());
        assert_eq!(status(&output), 2, "{options:?}");
        assert!(err(&output).starts_with(&format!("error: {expected}")), "{}", err(&output));
    }
}
