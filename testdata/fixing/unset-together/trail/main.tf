variable "trail" {
  type = object({
    name    = optional(string, "audit")
    records = optional(bool, false)
    kind    = optional(string, "WriteOnly")
    except  = optional(list(string), ["kms.amazonaws.com"])
  })
}

resource "aws_cloudtrail" "trail" {
  name                       = var.trail.name
  s3_bucket_name             = "logs"
  is_multi_region_trail      = true
  enable_log_file_validation = true

  event_selector {
    include_management_events        = var.trail.records
    read_write_type                  = var.trail.kind
    exclude_management_event_sources = var.trail.except
  }
}
