# A comment stays.
resource "aws_cloudtrail" "audit" {
  name           = "audit" # The name.
  s3_bucket_name = "example-logs"

  is_multi_region_trail = "false" # Not yet.
  enable_logging        = !true

  tags = {
    team = "security"
  }
}

resource "aws_cloudtrail" "short" { s3_bucket_name = "example-logs" }

resource "aws_cloudtrail" "last" {
  depends_on = [aws_s3_bucket_policy.logs]

  event_selector {
    read_write_type = "WriteOnly"

    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}

resource "aws_cloudtrail" "comments" {
  s3_bucket_name             = "example-logs" # One.
  is_multi_region_trail      = false          # Two.
  enable_log_file_validation = true           # Three.
}
