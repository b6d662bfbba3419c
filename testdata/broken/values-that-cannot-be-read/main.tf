variable "multi_region" {
  type    = bool
  default = true
}

resource "aws_cloudtrail" "audit" {
  is_multi_region_trail      = var.multi_region
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
}
