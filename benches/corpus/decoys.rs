//! Files that talk about trails and declare none.

use super::random::Random;
use super::{Unit, filler, terraform};

/// The decoy of a number.
pub(super) fn unit(number: usize, random: &mut Random) -> Unit {
    let file = match number % 6 {
        0 => ("notes.tf", format!("# The aws_cloudtrail of this account is somewhere else.\n{}", terraform::resources(random))),
        1 => ("data.tf", "data \"aws_cloudtrail_service_account\" \"main\" {}\n\noutput \"account\" {\n  value = data.aws_cloudtrail_service_account.main.id\n}\n".to_owned()),
        2 => ("config.yaml", config_rule(random)),
        3 => ("configmap.yaml", CONFIG_MAP.to_owned()),
        4 => ("policy.json", POLICY.to_owned()),
        _ => ("lake.tf", "resource \"aws_cloudtrail_event_data_store\" \"lake\" {\n  name = \"lake\"\n}\n".to_owned()),
    };
    Unit { files: vec![(file.0.to_owned(), file.1)], expected: None }
}

/// A template whose rule looks at trails.
fn config_rule(random: &mut Random) -> String {
    let rule = "  Watch:\n    Type: AWS::Config::ConfigRule\n    Properties:\n      Scope:\n        ComplianceResourceTypes: [\"AWS::CloudTrail::Trail\"]\n      Source: { Owner: AWS, SourceIdentifier: MULTI_REGION_CLOUD_TRAIL_ENABLED }\n";
    filler::template(random) + rule
}

const CONFIG_MAP: &str = "apiVersion: v1
kind: ConfigMap
metadata:
  name: inventory
data:
  types.txt: |
    AWS::S3::Bucket
    AWS::CloudTrail::Trail
";

const POLICY: &str = "{
  \"Version\": \"2012-10-17\",
  \"Statement\": [{
    \"Effect\": \"Allow\",
    \"Action\": \"config:*\",
    \"Resource\": \"*\",
    \"Condition\": { \"StringEquals\": { \"config:ResourceType\": \"AWS::CloudTrail::Trail\" } }
  }]
}
";
