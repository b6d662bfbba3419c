variable "is_test" {
  type    = bool
  default = true
}

variable "stage" {
  type = string
}

locals {
  everywhere = var.is_test ? false : true
}

module "audit" {
  source     = "./audit"
  everywhere = var.is_test ? "no" : "yes"
}

# The whole expression goes, not the arm that was chosen.
resource "aws_cloudtrail" "own" {
  name                       = "own"
  s3_bucket_name             = "example-logs"
  enable_log_file_validation = "yes"
  is_multi_region_trail      = var.is_test ? false : true

  event_selector {
    exclude_management_event_sources = var.is_test ? ["kms.amazonaws.com"] : []
  }
}

resource "aws_cloudtrail" "local" {
  name                       = "local"
  s3_bucket_name             = "example-logs"
  enable_log_file_validation = "true"
  is_multi_region_trail      = local.everywhere
}

# Both arms fail.
resource "aws_cloudtrail" "arms" {
  name                       = "arms"
  s3_bucket_name             = "example-logs"
  enable_log_file_validation = true
  is_multi_region_trail      = var.stage == "prod" ? "no" : (var.is_test ? false : null)
}
