# trailint: ignore[single-region-trail, stopped-trail] one of them is of use
resource "aws_cloudtrail" "half" {
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}

# trailint: ignore[single-region-trail] until=2001-01-31 the year is over
resource "aws_cloudtrail" "over" {
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}

# trailint: ignore[stopped-trail] until=2001-01-31 over, and of no use
# trailint: ignore[single-region] misspelt
# trailint: ignore[syntax-error] can't be ignored
# trailint: ignore[all] there is no such form
# trailint: ignore everything
# trailint: ignore[single-region-trail] until=soon when?
resource "aws_cloudtrail" "wrong" {
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}

# trailint: ignore[single-region-trail] a line is empty

resource "aws_cloudtrail" "far" {
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}
