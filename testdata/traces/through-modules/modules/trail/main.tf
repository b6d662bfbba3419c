variable "multi_region" {
  type    = bool
  default = true
}

variable "key" {}

locals {
  multi_region = var.multi_region
}

resource "aws_cloudtrail" "this" {
  name                  = "audit"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = local.multi_region
  kms_key_id            = data.aws_kms_key.audit.arn
  event_selector {
    read_write_type = "All"
  }
}
