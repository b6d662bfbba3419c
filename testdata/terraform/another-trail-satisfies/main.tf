resource "aws_cloudtrail" "audit" {
  name                       = "audit"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = aws_kms_key.audit.arn
}

resource "aws_cloudtrail" "data" {
  name                       = "data"
  s3_bucket_name             = "example-logs"
  enable_log_file_validation = true
  kms_key_id                 = aws_kms_key.audit.arn
  event_selector {
    include_management_events = false
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}
