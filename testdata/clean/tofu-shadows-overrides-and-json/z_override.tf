resource "aws_cloudtrail" "t" {
  enable_logging = local.logging
}
