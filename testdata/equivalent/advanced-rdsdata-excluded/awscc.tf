resource "awscc_cloudtrail_trail" "audit" {
  s3_bucket_name                = "example-logs"
  is_logging                    = true
  is_multi_region_trail         = true
  include_global_service_events = true
  advanced_event_selectors = [
    {
      field_selectors = [
        { field = "eventCategory", equals = ["Management"] },
        { field = "eventSource", not_equals = ["rdsdata.amazonaws.com"] },
      ]
    },
  ]
}
