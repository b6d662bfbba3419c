locals {
  trail = {
    name       = "audit"
    everywhere = false
  }
  decoded = yamldecode(file("${path.module}/settings.yaml"))
}

variable "settings" {
  type = object({
    logging   = bool
    validated = optional(bool, false)
  })
}

resource "aws_cloudtrail" "audit" {
  name                       = local.trail.name
  s3_bucket_name             = "logs"
  is_multi_region_trail      = local.trail.everywhere
  enable_logging             = var.settings.logging
  enable_log_file_validation = var.settings.validated
  kms_key_id                 = "arn:aws:kms:us-east-1:111122223333:key/1"
}

resource "aws_cloudtrail" "decoded" {
  name                       = "decoded"
  s3_bucket_name             = "logs"
  is_multi_region_trail      = local.decoded.trails[0].everywhere
  enable_log_file_validation = true
  kms_key_id                 = "arn:aws:kms:us-east-1:111122223333:key/1"
}

module "selected" {
  source    = "./selected"
  settings  = {}
  selectors = [{ kind = "WriteOnly" }]
}

module "default" {
  source    = "./selected"
  settings  = { everywhere = false }
  selectors = []
}
