resource "aws_cloudtrail" "audit" {
  name                          = "audit"
  s3_bucket_name                = "example-logs"
  enable_logging                = true
  is_multi_region_trail         = true
  include_global_service_events = true
  event_selector {
    exclude_management_event_sources = ["kms.amazonaws.com"]
  }
}
