variable "everywhere" {
  type    = bool
  default = true
}

resource "aws_cloudtrail" "t" {
  name                       = "t"
  s3_bucket_name             = "logs"
  kms_key_id                 = "arn:aws:kms:us-east-1:111122223333:key/a"
  enable_log_file_validation = true
  is_multi_region_trail      = var.everywhere
}
