# A file may begin with a comment, and end with one that is about nothing.
resource "aws_cloudtrail" "regional" {
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}

# trailint: ignore[single-region-trail] what follows is gone