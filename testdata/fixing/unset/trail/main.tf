variable "trail" {
  type = object({
    name                  = optional(string, "trail")
    a_longer_name_than_it = optional(bool)
    tags                  = optional(map(string))
    validate              = optional(bool, false)
  })
}

variable "region" {
  type    = object({ name = string, multi = optional(bool) })
  default = { name = "region", multi = true }
}

resource "aws_cloudtrail" "this" {
  name                       = var.trail.name
  s3_bucket_name             = "logs"
  is_multi_region_trail      = var.region.multi
  enable_log_file_validation = var.trail.validate
}
