resource "awscc_cloudtrail_trail" "audit" {
  s3_bucket_name                = "example-logs"
  is_logging                    = true
  is_multi_region_trail         = false
  include_global_service_events = true
}
