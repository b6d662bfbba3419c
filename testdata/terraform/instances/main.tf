resource "aws_cloudtrail" "never" {
  count          = 0
  name           = "never"
  s3_bucket_name = "example-logs"
}

resource "aws_cloudtrail" "twice" {
  count                      = 2
  name                       = "twice"
  s3_bucket_name             = "example-logs"
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
}
