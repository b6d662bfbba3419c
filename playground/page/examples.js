// The files with which the page begins.

export const examples = {
  Terraform: {
    "main.tf": `variable "everywhere" {
  type    = bool
  default = false
}

resource "aws_cloudtrail" "audit" {
  name                  = "audit"
  s3_bucket_name        = "example-audit-logs"
  is_multi_region_trail = var.everywhere

  event_selector {
    read_write_type = "WriteOnly"
  }
}
`,
  },
  "Terraform with values": {
    "main.tf": `variable "everywhere" {
  type = bool
}

resource "aws_cloudtrail" "audit" {
  name                  = "audit"
  s3_bucket_name        = "example-audit-logs"
  is_multi_region_trail = var.everywhere
}
`,
    "terraform.tfvars": `everywhere = false
`,
  },
  CloudFormation: {
    "template.yaml": `Parameters:
  Everywhere:
    Type: String
    AllowedValues: ["true", "false"]
Resources:
  Audit:
    Type: AWS::CloudTrail::Trail
    Properties:
      S3BucketName: example-audit-logs
      IsLogging: true
      IsMultiRegionTrail: !Ref Everywhere
`,
  },
};
