variable "trails" {
  type = map(object({ name = string, validate = optional(bool, false) }))
}

variable "listed" {
  type = list(object({ name = string, validate = optional(bool, false) }))
}

variable "nested" {
  type    = object({ trail = object({ name = string, validate = optional(bool, false) }) })
  default = { trail = { name = "nested", validate = true } }
}

resource "aws_cloudtrail" "each" {
  for_each                   = var.trails
  name                       = each.value.name
  s3_bucket_name             = "logs"
  is_multi_region_trail      = true
  enable_log_file_validation = each.value.validate
}

resource "aws_cloudtrail" "listed" {
  count                      = length(var.listed)
  name                       = var.listed[count.index].name
  s3_bucket_name             = "logs"
  is_multi_region_trail      = true
  enable_log_file_validation = var.listed[count.index].validate
}

resource "aws_cloudtrail" "nested" {
  name                       = var.nested.trail.name
  s3_bucket_name             = "logs"
  is_multi_region_trail      = true
  enable_log_file_validation = var.nested.trail.validate
}
