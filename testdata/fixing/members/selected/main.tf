variable "selectors" {
  type = list(object({ kind = string }))
}

variable "settings" {
  type = object({ everywhere = optional(bool, false) })
}

variable "logging" {
  default = { on = false }
}

resource "aws_cloudtrail" "selected" {
  name                       = "selected"
  s3_bucket_name             = "logs"
  is_multi_region_trail      = var.settings.everywhere
  enable_logging             = var.logging.on
  enable_log_file_validation = true
  kms_key_id                 = "arn:aws:kms:us-east-1:111122223333:key/1"

  dynamic "event_selector" {
    for_each = var.selectors

    content {
      read_write_type = event_selector.value.kind
    }
  }
}
