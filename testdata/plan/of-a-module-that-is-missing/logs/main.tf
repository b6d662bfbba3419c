resource "aws_cloudtrail" "this" {
  count          = 0
  name           = "audit"
  s3_bucket_name = "example-logs"
}
