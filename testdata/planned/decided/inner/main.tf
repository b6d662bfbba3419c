variable "on" {
  default = true
}

resource "aws_cloudtrail" "this" {
  name                          = "inner"
  s3_bucket_name                = "example-logs"
  is_multi_region_trail         = true
  include_global_service_events = var.on
  enable_logging                = var.on
}
