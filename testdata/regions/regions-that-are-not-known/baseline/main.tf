terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.other]
    }
  }
}

resource "aws_cloudtrail" "home" {
  name                       = "home"
  s3_bucket_name             = "example-logs"
  kms_key_id                 = "arn:aws:kms:us-east-1:111122223333:key/1"
  enable_log_file_validation = true
}

resource "aws_cloudtrail" "other" {
  provider = aws.other

  name                       = "other"
  s3_bucket_name             = "example-logs"
  kms_key_id                 = "arn:aws:kms:us-east-1:111122223333:key/1"
  enable_log_file_validation = true
}
