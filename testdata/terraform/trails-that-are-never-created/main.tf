variable "bucket" {
  default = ""
}

resource "aws_cloudtrail" "audit" {
  count          = var.bucket != "" ? 1 : 0
  name           = "audit"
  s3_bucket_name = var.bucket
}
