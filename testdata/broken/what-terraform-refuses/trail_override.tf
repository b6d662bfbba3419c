resource "aws_cloudtrail" "nowhere_else" {
  enable_logging = false
}
