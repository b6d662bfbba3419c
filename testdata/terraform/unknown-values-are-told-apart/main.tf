locals {
  one   = uuid()
  other = uuid()
}

# Each of the two conditions may hold, so each of these trails may be a single-Region trail.
resource "aws_cloudtrail" "hashes" {
  name                       = "hashes"
  s3_bucket_name             = "logs"
  kms_key_id                 = aws_kms_key.logs.arn
  enable_log_file_validation = true
  is_multi_region_trail      = !(base64gzip("a") == "x" && base64gzip("b") == "y")
}

resource "aws_cloudtrail" "files" {
  name                       = "files"
  s3_bucket_name             = "logs"
  kms_key_id                 = aws_kms_key.logs.arn
  enable_log_file_validation = true
  is_multi_region_trail      = !(file("a.txt") == "x" && file("b.txt") == "y")
}

resource "aws_cloudtrail" "chance" {
  name                       = "chance"
  s3_bucket_name             = "logs"
  kms_key_id                 = aws_kms_key.logs.arn
  enable_log_file_validation = true
  is_multi_region_trail      = !(local.one == "x" && local.other == "y")
}
