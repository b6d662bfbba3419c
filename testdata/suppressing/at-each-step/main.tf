# trailint: ignore[single-region-trail, logs-without-kms] above the trail
# Another comment may stand between.
resource "aws_cloudtrail" "above" {
  name                       = "above"
  enable_log_file_validation = true
}

resource "aws_cloudtrail" "beside" { # trailint: ignore[single-region-trail, logs-without-kms] beside the trail
  name                       = "beside"
  enable_log_file_validation = true
}

resource "aws_cloudtrail" "argument" {
  // trailint: ignore[single-region-trail] above the argument
  is_multi_region_trail = false
  enable_logging        = false /* trailint: ignore[stopped-trail] beside the argument */
  kms_key_id            = "alias/trail"
  # This one counts: nobody speaks of it.
  enable_log_file_validation = false
}

resource "aws_cloudtrail" "selector" {
  is_multi_region_trail      = true
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true

  # trailint: ignore[missing-management-events] above the selector
  event_selector {
    read_write_type = "WriteOnly"
  }
}

variable "everywhere" {
  default = false # trailint: ignore[single-region-trail] beside the default
}

resource "aws_cloudtrail" "variable" {
  is_multi_region_trail      = var.everywhere
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}

/*
 * trailint: ignore[stopped-trail] above all locals
 */
locals {
  logs = tobool("false")
}

resource "aws_cloudtrail" "local" {
  is_multi_region_trail      = true
  enable_logging             = local.logs
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}

variable "given" {}

resource "aws_cloudtrail" "given" {
  is_multi_region_trail      = var.given
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}

variable "open" {} # trailint: ignore[single-region-trail] what isn't known can be accepted, too

resource "aws_cloudtrail" "open" {
  is_multi_region_trail      = var.open
  kms_key_id                 = "alias/trail"
  enable_log_file_validation = true
}
