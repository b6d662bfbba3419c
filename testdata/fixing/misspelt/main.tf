resource "aws_cloudtrail" "audit" {
  name                      = "audit"
  s3_bucket_name            = "example-logs"
  kms_keyid                 = "alias/audit"
  is_multi_regional_trail   = true # Everywhere.
  enable_logfile_validation = false
}

resource "aws_cloudtrail" "twice" {
  is_multi_region       = false
  is_multi_region_trail = false

  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
}
