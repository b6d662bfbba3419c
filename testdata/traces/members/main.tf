variable "settings" {
  type = map(object({
    everywhere = bool
    validated  = optional(bool, true)
  }))
  default = {
    lab = { everywhere = true }
  }
}

locals {
  merged = merge({ key = "" }, jsondecode(file("${path.module}/settings.json")))
  trails = { for name, settings in var.settings : name => settings if name != "old" }
  levels = ["All", "WriteOnly"]
}

resource "aws_cloudtrail" "audit" {
  for_each                   = local.trails
  name                       = each.key
  s3_bucket_name             = "logs"
  is_multi_region_trail      = each.value.everywhere
  enable_log_file_validation = each.value.validated
  kms_key_id                 = local.merged.key
  enable_logging             = lookup(local.merged, "logging", true)

  dynamic "event_selector" {
    for_each = { only = local.levels[length(local.levels) - 1] }

    content {
      read_write_type = event_selector.value
    }
  }
}
