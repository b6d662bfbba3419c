# The trail from before the audit account. Two dashboards still read its bucket;
# remove it with them.

variable "all_regions" {
  description = "Whether the trail records all Regions. Off, because the dashboards know one only."
  type        = bool
  default     = false
}

variable "unrecorded_sources" {
  description = "Services whose management events the trail leaves out."
  type        = list(string)
  default     = ["kms.amazonaws.com"]
}

locals {
  multi_region = var.all_regions

  # KMS was nine tenths of the volume when this was set up.
  excluded = var.unrecorded_sources
}

resource "aws_cloudtrail" "legacy" {
  name                       = "legacy"
  s3_bucket_name             = "example-legacy-logs"
  is_multi_region_trail      = local.multi_region
  enable_log_file_validation = true

  event_selector {
    read_write_type                  = "All"
    exclude_management_event_sources = local.excluded
  }
}
