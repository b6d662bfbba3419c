locals {
  multi_region = var.all_regions
}

resource "aws_cloudtrail" "audit" {
  name                       = "audit"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = local.multi_region
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
}
