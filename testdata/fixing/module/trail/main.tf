variable "multi_region" {
  type    = bool
  default = false
}

resource "aws_cloudtrail" "audit" {
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = var.multi_region
}
