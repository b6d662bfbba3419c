resource "terraform_data" "switch" {
  input = "on"
}

resource "aws_cloudtrail" "audit" {
  name                       = "audit"
  s3_bucket_name             = "example-logs"
  is_multi_region_trail      = terraform_data.switch.output == "on"
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
}
