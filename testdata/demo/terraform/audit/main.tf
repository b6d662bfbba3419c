# The one trail that has to be right. Everything else in this repository may
# record less.

locals {
  name = "organization-audit"

  # The key lives in the security account, so that the administrators of this
  # one can't read the logs by themselves.
  key_arn = "arn:aws:kms:eu-central-1:444455556666:key/1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901"

  all_regions = true
}

resource "aws_cloudtrail" "organization" {
  name                          = local.name
  s3_bucket_name                = aws_s3_bucket.logs.id
  is_multi_region_trail         = local.all_regions
  is_organization_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  kms_key_id                    = local.key_arn

  # All management events. Data events have trails of their own: they cost more
  # and are kept for a shorter time.
  event_selector {
    read_write_type           = "All"
    include_management_events = true
  }

  depends_on = [aws_s3_bucket_policy.logs]
}
