variable "multi_region" {
  type = bool
}

variable "selectors" {
  type = list(object({ read_write_type = string, exclude = optional(list(string), []) }))
}

variable "key" {
  type    = string
  default = null
}

resource "aws_cloudtrail" "audit" {
  name                  = "audit"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = var.multi_region
  kms_key_id            = var.key

  dynamic "event_selector" {
    for_each = var.selectors
    content {
      read_write_type                  = event_selector.value.read_write_type
      exclude_management_event_sources = event_selector.value.exclude
    }
  }
}
