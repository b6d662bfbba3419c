variable "logs" {
  default = true
}

resource "aws_cloudtrail" "t" {
  is_multi_region_trail      = false
  enable_logging             = var.logs
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = false # trailint: ignore[unvalidated-logs] for all that call this
}
