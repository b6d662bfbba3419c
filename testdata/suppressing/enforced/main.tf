# trailint: ignore[single-region-trail, logs-without-kms] the first is enforced
resource "aws_cloudtrail" "t" {
  enable_log_file_validation = true
}
