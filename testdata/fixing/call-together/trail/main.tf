variable "name" {
  default = "trail"
}

variable "recorded" {
  default = "ReadOnly"
}

variable "management_events" {
  default = false
}

resource "aws_cloudtrail" "t" {
  name                       = var.name
  s3_bucket_name             = "logs"
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = "arn:aws:kms:us-east-1:111122223333:key/a"

  event_selector {
    read_write_type           = var.recorded
    include_management_events = var.management_events
  }
}
