variable "others" {}

resource "aws_cloudtrail" "six_selectors" {
  name                       = "six-selectors"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
  event_selector {}
  event_selector {}
  event_selector {}
  event_selector {}
  event_selector {}
  event_selector {}
}

resource "awscc_cloudtrail_trail" "no_list_beside_a_full_selector" {
  s3_bucket_name             = "example-logs"
  is_logging                 = true
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
  event_selectors            = "all"
  advanced_event_selectors = [
    { field_selectors = [{ field = "eventCategory", equals = ["Management"] }] },
  ]
}

resource "awscc_cloudtrail_trail" "an_unknown_item_beside_a_full_selector" {
  s3_bucket_name             = "example-logs"
  is_logging                 = true
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
  event_selectors            = [var.others]
  advanced_event_selectors = [
    { field_selectors = [{ field = "eventCategory", equals = ["Management"] }] },
  ]
}

resource "aws_cloudtrail" "an_operator_that_may_be_null" {
  name                       = "operators"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
  advanced_event_selector {
    field_selector {
      field      = "eventCategory"
      equals     = ["Management"]
      not_equals = var.others
    }
  }
}
