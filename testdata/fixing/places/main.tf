variable "multi_region" {
  type    = bool
  default = false
}

variable "logging" {
  type = bool
}

variable "strict" {
  type = bool
}

locals {
  validation = false
  shared     = false
}

resource "aws_cloudtrail" "audit" {
  name                          = "audit"
  s3_bucket_name                = "example-logs"
  is_multi_region_trail         = var.multi_region
  enable_logging                = var.logging
  enable_log_file_validation    = local.validation
  include_global_service_events = var.strict ? false : local.shared
}

resource "aws_s3_bucket" "logs" {
  force_destroy = local.shared
}
