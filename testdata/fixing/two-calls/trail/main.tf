variable "logging" {
  type = bool
}

variable "validation" {
  type    = bool
  default = false
}

resource "aws_cloudtrail" "audit" {
  kms_key_id                 = "alias/audit"
  is_multi_region_trail      = true
  enable_logging             = var.logging
  enable_log_file_validation = var.validation
}
