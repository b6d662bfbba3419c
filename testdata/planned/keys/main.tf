data "aws_region" "here" {}

data "aws_partition" "here" {}

variable "extra" {
  type = map(bool)
}

resource "aws_cloudtrail" "set" {
  for_each              = toset([data.aws_region.here.name, "fixed"])
  name                  = "audit-${each.key}"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = each.key == "fixed"
}

resource "aws_cloudtrail" "map" {
  for_each              = { (data.aws_partition.here.partition) = true, "a \"quoted\" $${key}" = false }
  name                  = "audit"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = each.value
}

resource "aws_cloudtrail" "extra" {
  for_each       = var.extra
  name           = "audit"
  s3_bucket_name = "example-logs"
  enable_logging = each.value
}
