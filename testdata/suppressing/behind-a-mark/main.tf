# trailint: ignore[single-region-trail] the first line of all
resource "aws_cloudtrail" "t" {
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}
