data "aws_region" "here" {}

data "aws_partition" "here" {}

locals {
  fields = data.aws_region.here.name == "us-east-1" ? { eventCategory = ["Management"] } : {}
  sides  = { read = data.aws_region.here.id, write = data.aws_region.here.name }
}

resource "aws_cloudtrail" "advanced" {
  name                  = "audit"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = true

  dynamic "advanced_event_selector" {
    for_each = toset([data.aws_region.here.name])
    content {
      dynamic "field_selector" {
        for_each = local.fields
        content {
          field  = field_selector.key
          equals = field_selector.value
        }
      }
      field_selector {
        field      = "eventSource"
        not_equals = ["kms.${data.aws_partition.here.dns_suffix}"]
      }
    }
  }
}

resource "aws_cloudtrail" "ordered" {
  name                  = "audit"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = true

  advanced_event_selector {
    field_selector {
      field  = "readOnly"
      equals = [data.aws_partition.here.partition == "aws" ? "true" : "false"]
    }
    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }
}

resource "aws_cloudtrail" "basic" {
  name                  = "audit"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = true

  dynamic "event_selector" {
    for_each = data.aws_partition.here.partition == "aws" ? ["ReadOnly", "WriteOnly"] : []
    content {
      read_write_type = event_selector.value
    }
  }
}
