locals {
  count = 1
}

resource "aws_cloudtrail" "changed" {
  name                       = "audit"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = true
  enable_log_file_validation = true

  event_selector {
    read_write_type = "All"
  }
}

resource "aws_cloudtrail" "fewer" {
  count                      = local.count
  name                       = "audit"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
}

resource "aws_cloudtrail" "removed" {
  count          = 0
  name           = "audit"
  s3_bucket_name = "example-logs"
}

resource "aws_cloudtrail" "added" {
  name                       = "audit"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
}

module "inner" {
  source = "./inner"
  count  = 0
}
