provider "awscc" {
  region = "us-east-1"
}

resource "awscc_cloudtrail_trail" "home" {
  s3_bucket_name             = "example-logs"
  kms_key_id                 = "arn:aws:kms:us-east-1:111122223333:key/1"
  enable_log_file_validation = true
  is_logging                 = true
}

resource "aws_cloudtrail" "eu" {
  name                       = "eu"
  s3_bucket_name             = "example-logs"
  kms_key_id                 = "arn:aws:kms:us-east-1:111122223333:key/1"
  enable_log_file_validation = true
}
