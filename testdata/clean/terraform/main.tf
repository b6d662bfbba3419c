resource "aws_cloudtrail" "audit" {
  name                       = "audit"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = "true"
  enable_log_file_validation = true
  kms_key_id                 = aws_kms_key.audit.arn
  event_selector {
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}
