variable "everywhere" {
  type = bool
}

variable "trails" {
  type = number
}

resource "aws_cloudtrail" "t" {
  name                       = "t"
  s3_bucket_name             = "logs"
  kms_key_id                 = "arn:aws:kms:eu-central-1:111122223333:key/logs"
  enable_log_file_validation = true
  count                      = var.trails
  is_multi_region_trail      = var.everywhere && count.index == 0
}
