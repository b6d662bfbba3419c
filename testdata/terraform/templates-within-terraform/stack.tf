resource "aws_cloudformation_stack" "audit" {
  name          = "audit"
  template_body = jsonencode({ Resources = { Audit = { Type = "AWS::CloudTrail::Trail" } } })
}
