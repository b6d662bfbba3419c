resource "aws_cloudtrail" "audit" {
  name                          = "audit"
  s3_bucket_name                = "example-logs"
  enable_logging                = true
  is_multi_region_trail         = false
  include_global_service_events = true
}
