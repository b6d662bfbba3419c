variable "multi_region" {
  default = true
}

variable "multi_region" {
  default = false
}

locals {
  is_on = true
}

locals {
  is_on = false
}

resource "aws_cloudtrail" "repeated" {
  is_multi_region_trail      = var.multi_region
  enable_logging             = local.is_on
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
}

resource "aws_cloudtrail" "repeated" {
  enable_logging = false
}

resource "aws_cloudtrail" "arguments_for_blocks" {
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
  event_selector             = []
}
