variable "everywhere" {
  default = true
}

variable "logging" {
  default = false
}

resource "aws_cloudtrail" "t" {
  name                       = "t"
  s3_bucket_name             = "logs"
  kms_key_id                 = aws_kms_key.logs.arn
  enable_log_file_validation = true
  is_multi_region_trail      = var.everywhere
  enable_logging             = var.logging
}
