variable "settings" {
  type = object({ everywhere = bool })
}

variable "logging" {
  type = any
}

variable "validation" {
  default = { on = false }
}

resource "aws_cloudtrail" "audit" {
  name                       = "audit"
  s3_bucket_name             = "logs"
  is_multi_region_trail      = var.settings.everywhere
  enable_logging             = var.logging.on
  enable_log_file_validation = var.validation.on
  kms_key_id                 = "arn:aws:kms:us-east-1:111122223333:key/1"
}
