resource "awscc_cloudtrail_trail" "audit" {
  s3_bucket_name                = "example-logs"
  is_logging                    = true
  is_multi_region_trail         = true
  include_global_service_events = true
  cloudwatch_logs_log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:trail:*"
  cloudwatch_logs_role_arn      = "arn:aws:iam::111122223333:role/trail"
  event_selectors = [
    {
      read_write_type = "WriteOnly"
      data_resources = [
        { type = "AWS::S3::Object", values = ["arn:aws:s3:::"] },
      ]
    },
  ]
}
