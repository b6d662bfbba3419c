resource "aws_cloudtrail" "audit" {
  name                  = "audit"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = false
  tags = {
    owner = "security"
    owner = "audit"
  }
}
