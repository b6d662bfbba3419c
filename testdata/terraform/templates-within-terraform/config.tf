resource "aws_config_config_rule" "audit" {
  name = "audit"
  scope {
    compliance_resource_types = ["AWS::CloudTrail::Trail"]
  }
}
