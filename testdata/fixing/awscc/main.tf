resource "awscc_cloudtrail_trail" "audit" {
  s3_bucket_name = "example-logs"
  is_logging     = false

  event_selectors = [
    {
      read_write_type                  = "ReadOnly"
      exclude_management_event_sources = ["kms.amazonaws.com"]
    },
  ]
}

resource "awscc_cloudtrail_trail" "advanced" {
  s3_bucket_name        = "example-logs"
  is_logging            = true
  is_multi_region_trail = true

  advanced_event_selectors = [{
    field_selectors = [
      { field = "eventCategory", equals = ["Management"] },
      { field = "readOnly", equals = ["true"] },
    ]
  }]
}
