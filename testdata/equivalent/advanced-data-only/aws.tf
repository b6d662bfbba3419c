resource "aws_cloudtrail" "audit" {
  name                          = "audit"
  s3_bucket_name                = "example-logs"
  enable_logging                = true
  is_multi_region_trail         = true
  include_global_service_events = true
  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }
  }
}
