resource "aws_cloudtrail" "regional" {
  for_each = toset(["us-east-1", "eu-west-1"])

  region                        = each.key
  name                          = "regional"
  s3_bucket_name                = "example-logs"
  kms_key_id                    = "arn:aws:kms:us-east-1:111122223333:key/1"
  enable_log_file_validation    = true
  include_global_service_events = false
}

resource "aws_cloudtrail" "stopped" {
  region                     = "ap-south-1"
  name                       = "stopped"
  s3_bucket_name             = "example-logs"
  kms_key_id                 = "arn:aws:kms:us-east-1:111122223333:key/1"
  enable_log_file_validation = true
  enable_logging             = false
}
