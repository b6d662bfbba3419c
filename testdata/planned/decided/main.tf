locals {
  trails = {
    good = { multi_region = true, source = null }
    bad  = { multi_region = "false", source = ["kms.amazonaws.com"] }
  }
}

resource "aws_cloudtrail" "audit" {
  for_each                   = local.trails
  name                       = "audit-${each.key}"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = each.value.multi_region
  enable_log_file_validation = true

  event_selector {
    exclude_management_event_sources = each.value.source
  }
}

module "inner" {
  source = "./inner"
  count  = 2
  on     = count.index == 0
}
