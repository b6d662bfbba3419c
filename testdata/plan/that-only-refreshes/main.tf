data "aws_organizations_organization" "this" {}

resource "aws_cloudtrail" "audit" {
  count                      = length(data.aws_organizations_organization.this.accounts)
  name                       = "audit"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
}
