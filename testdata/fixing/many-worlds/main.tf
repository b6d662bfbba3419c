variable "v" {
  type = list(bool)
}

resource "aws_cloudtrail" "audit" {
  count                      = var.v[0] ? 1 : 0
  kms_key_id                 = "alias/audit"
  is_multi_region_trail      = var.v[1] ? false : var.v[2] ? false : null
  enable_log_file_validation = false
}
