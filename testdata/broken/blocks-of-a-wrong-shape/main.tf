resource "aws_cloudtrail" "hides_a_block" {
  name                       = "hides_a_block"
  s3_bucket_name             = "logs"
  kms_key_id                 = aws_kms_key.logs.arn
  enable_log_file_validation = true
  is_multi_region_trail      = true
  event_selector             = []
  event_selector {
    include_management_events = false
  }
}

resource "aws_cloudtrail" "block_for_an_argument" {
  name                       = "block_for_an_argument"
  s3_bucket_name             = "logs"
  kms_key_id                 = aws_kms_key.logs.arn
  enable_log_file_validation = true
  is_multi_region_trail      = true
  enable_logging {
  }
}
