resource "awscc_cloudtrail_trail" "audit" {
  s3_bucket_name                = "example-logs"
  is_logging                    = "false"
  is_multi_region_trail         = true
  include_global_service_events = true
}
