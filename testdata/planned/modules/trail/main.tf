variable "multi_region" {
  type = bool
}

variable "enabled" {
  type = bool
}

resource "aws_cloudtrail" "this" {
  count                 = var.enabled ? 1 : 0
  name                  = "audit"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = var.multi_region
}

output "is_multi_region" {
  value = var.multi_region
}
