resource "aws_cloudtrail" "text" {
  name                       = "# trailint: ignore[single-region-trail] a string"
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
  s3_bucket_name             = <<-END
    # trailint: ignore[single-region-trail] a heredoc
  END
}

# See trailint: ignore[single-region-trail] in the documentation.
resource "aws_cloudtrail" "mention" {
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}
