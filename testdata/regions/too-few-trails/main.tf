resource "aws_cloudtrail" "regional" {
  name                       = "regional"
  s3_bucket_name             = "example-logs"
  kms_key_id                 = "arn:aws:kms:us-east-1:111122223333:key/1"
  enable_log_file_validation = true
}
