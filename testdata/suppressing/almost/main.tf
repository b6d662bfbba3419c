# Comments that are almost in the form: each is reported, or counts.

resource "aws_cloudtrail" "accepted" {
  /** trailint: ignore[single-region-trail] in a longer comment */
  is_multi_region_trail = false
  # Trailint: ignore[stopped-trail] with a capital letter
  enable_logging = false
  enable_log_file_validation = false # trailint: ignore[unvalidated-logs] the last word until=9999-12-31
}

resource "aws_cloudtrail" "reported" {
  is_multi_region_trail = false # trailint: ignore[single-region-trail] why until 2001-01-01
  enable_logging = false # trailint: ignore[stopped-trail] why # trailint: ignore[unvalidated-logs] why
  # trailnit: ignore[unvalidated-logs] misspelt
  enable_log_file_validation = false
  # trailint: ignore[logs-without-kms] why
  # until=2001-01-01
  kms_key_id = ""
}

resource "aws_cloudtrail" "expired" {
  is_multi_region_trail = false # trailint: ignore[single-region-trail] why until=2001-01-01, as agreed
  enable_logging = false # noqa trailint: ignore[stopped-trail]
  enable_log_file_validation = false # trailint: ignore[unvalidated-logs] expires=2001-01-01
}
