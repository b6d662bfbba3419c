resource "awscc_cloudtrail_trail" "audit" {
  s3_bucket_name                = "example-logs"
  is_logging                    = true
  is_multi_region_trail         = true
  include_global_service_events = true
  event_selectors = [
    {
      exclude_management_event_sources = ["kms.amazonaws.com"]
    },
    {
      exclude_management_event_sources = ["rdsdata.amazonaws.com"]
    },
  ]
}
