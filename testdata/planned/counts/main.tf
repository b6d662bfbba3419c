data "aws_region" "here" {}

locals {
  is_home = data.aws_region.here.name == "us-east-1"
}

resource "aws_cloudtrail" "home" {
  count                 = local.is_home ? 2 : 0
  name                  = "audit-${count.index}"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = count.index == 1
}

resource "aws_cloudtrail" "elsewhere" {
  count          = local.is_home ? 0 : 1
  name           = "elsewhere"
  s3_bucket_name = "example-logs"
  enable_logging = false
}

resource "aws_cloudtrail" "long" {
  count                 = length(data.aws_region.here.name) - 8
  name                  = "long"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = true
}

resource "aws_cloudtrail" "none" {
  count                 = length(data.aws_region.here.name) - 9
  name                  = "none"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = true
}
