resource "aws_cloudtrail" "open" {
  name = "open"

resource "aws_cloudtrail" "next" {
  name                       = "next"
  s3_bucket_name             = "example-logs"
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
}
