resource "aws_cloudtrail" "audit" {
  name                       = "audit"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = true
  enable_log_file_validation = true
}

# Another trail satisfies the control: data events of all Regions would be billed, and a stopped trail is stopped on purpose.
resource "aws_cloudtrail" "data" {
  name                       = "data"
  s3_bucket_name             = "example-logs"
  enable_logging             = false
  is_multi_region_trail      = false
  enable_log_file_validation = false

  event_selector {
    include_management_events = false

    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3:::example-data/"]
    }
  }
}
