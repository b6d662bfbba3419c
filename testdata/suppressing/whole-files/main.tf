resource "aws_cloudtrail" "one" {
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}

# trailint: file-ignore[single-region-trail] all of this file
resource "aws_cloudtrail" "two" {
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}
