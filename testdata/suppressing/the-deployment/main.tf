# trailint: ignore[no-compliant-trail, single-region-trail] the landing zone has one
resource "aws_cloudtrail" "here" {
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}

resource "aws_cloudtrail" "stopped" {
  is_multi_region_trail      = true
  enable_logging             = false # trailint: ignore[stopped-trail] started by hand
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}
