# What the delivery of its logs lacks is a note for a trail that isn't needed; a public bucket never is.
resource "aws_cloudtrail" "audit" {
  name                       = "audit"
  s3_bucket_name             = "example-audit"
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000"
}

resource "aws_cloudtrail" "data" {
  name           = "data"
  s3_bucket_name = aws_s3_bucket.data.id
  kms_key_id     = aws_kms_key.data.arn
}

resource "aws_s3_bucket" "data" {
  bucket = "example-data"
  acl    = "public-read"
}

resource "aws_kms_key" "data" {}
