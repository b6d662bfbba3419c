variable "key" {}

resource "aws_cloudtrail" "this" {
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = "alias/${var.key}"
}
