resource "aws_cloudtrail" "three" {
  # trailint: file-ignore[single-region-trail] not at the start of a line
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}
