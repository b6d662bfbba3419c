resource "awscc_cloudtrail_trail" "audit" {
  s3_bucket_name                = "example-logs"
  is_logging                    = true
  is_multi_region_trail         = true
  include_global_service_events = true
  event_selectors = [
    {
      include_management_events = false
      data_resources = [
        { type = "AWS::S3::Object", values = ["arn:aws:s3"] },
      ]
    },
  ]
}
