variable "environment" {
  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "There are two environments."
  }
}

locals {
  is_prod = var.environment == "prod"
}

resource "aws_cloudtrail" "audit" {
  count                 = local.is_prod ? 2 : 1
  name                  = "audit-${count.index}"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = local.is_prod ? true : false
}
