data "aws_region" "here" {}

data "aws_partition" "here" {}

locals {
  home = data.aws_region.here.name == "us-east-1"
}

resource "aws_cloudtrail" "audit" {
  name                       = "audit"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = local.home
  enable_log_file_validation = data.aws_partition.here.partition != "aws"

  event_selector {
    read_write_type                  = local.home ? "All" : "WriteOnly"
    exclude_management_event_sources = ["kms.${data.aws_partition.here.dns_suffix}"]
  }
}
