# Only what isn't generated is changed.
resource "aws_cloudtrail" "audit" {
  name                       = "audit"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = false
  enable_log_file_validation = true
}

# Data events of all Regions would be billed.
resource "aws_cloudtrail" "data" {
  name                       = "data"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = false
  enable_log_file_validation = true

  event_selector {
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3:::example-data/"]
    }
  }
}
