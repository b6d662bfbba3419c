variable "multi_region" {
  type    = bool
  default = true
}

variable "logging" {
  type = bool
}

data "aws_ssm_parameter" "access" {
  name = "/audit/access"
}

resource "aws_cloudtrail" "audit" {
  name                       = "audit"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = var.multi_region
  enable_logging             = var.logging
  enable_log_file_validation = data.aws_ssm_parameter.access.value == "All"
  kms_key_id                 = data.aws_ssm_parameter.access.arn

  event_selector {
    read_write_type = data.aws_ssm_parameter.access.value
  }
}
