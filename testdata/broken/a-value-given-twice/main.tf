variable "multi_region" {
  type = bool
}

resource "aws_cloudtrail" "audit" {
  name                       = "audit"
  s3_bucket_name             = "example-logs"
  kms_key_id                 = "alias/audit"
  enable_log_file_validation = true
  is_multi_region_trail      = var.multi_region
}
