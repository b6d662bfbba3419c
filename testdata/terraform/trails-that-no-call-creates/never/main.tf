resource "aws_cloudtrail" "audit" {
  count          = 0
  name           = "audit"
  s3_bucket_name = "example-logs"
}
