variable "multi_region" {
  type = bool

# The brace above is missing, and there is one too many below.
resource "aws_cloudtrail" "audit" {
  name                  = "audit"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = var.multi_region
}
}

locals {
  trail = aws_cloudtrail.audit.arn
}
