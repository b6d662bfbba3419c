# café: fine in a comment
resource "aws_cloudtrail" "t" {
  name                       = "café"
  enable_log_file_validation = true
  kms_key_id                 = "alias/audit"
}
