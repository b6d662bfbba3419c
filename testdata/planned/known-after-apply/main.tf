resource "terraform_data" "switch" {
  input = true
}

resource "aws_kms_key" "logs" {}

resource "aws_cloudtrail" "audit" {
  name                  = "audit"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = true
  enable_logging        = terraform_data.switch.output
  kms_key_id            = aws_kms_key.logs.arn
}

resource "aws_cloudtrail" "either" {
  name                  = "audit"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = true
  kms_key_id            = terraform_data.switch.id == "x" ? aws_kms_key.logs.arn : null

  dynamic "event_selector" {
    for_each = terraform_data.switch.output == "on" ? ["All"] : []
    content {
      read_write_type = event_selector.value
    }
  }
}
