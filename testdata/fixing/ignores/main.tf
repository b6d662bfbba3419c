# trailint: ignore[single-region-trail, stopped-trail, logs-without-kms] only the last one is of use
resource "aws_cloudtrail" "several" {
  is_multi_region_trail      = true
  enable_log_file_validation = true
}

# trailint: ignore[stopped-trail] it isn't
resource "aws_cloudtrail" "above" {
  is_multi_region_trail      = true
  enable_log_file_validation = true

  kms_key_id = "alias/audit" # trailint: ignore[logs-without-kms] there is one
}

/* trailint: ignore[unvalidated-logs] they are */
resource "aws_cloudtrail" "over" {
  # trailint: ignore[single-region-trail] until=2001-01-31 the year is over
  is_multi_region_trail      = false
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
}

/*
 * A comment of several lines.
 * trailint: ignore[unvalidated-logs] they are
 */
resource "aws_cloudtrail" "block" {
  is_multi_region_trail      = true # trailint: ignore[single-region-trail] it isn't
  enable_log_file_validation = true # A neighbour.
  kms_key_id                 = "alias/audit"
}
