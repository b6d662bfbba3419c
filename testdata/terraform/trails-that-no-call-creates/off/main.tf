variable "is_on" {
  default = false
}

resource "aws_cloudtrail" "audit" {
  count          = var.is_on ? 1 : 0
  name           = "audit"
  s3_bucket_name = "example-logs"
}
