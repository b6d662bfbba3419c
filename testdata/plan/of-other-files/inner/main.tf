resource "aws_cloudtrail" "this" {
  name           = "inner"
  s3_bucket_name = "example-logs"
}
