resource "aws_cloudtrail" "t" {
  is_multi_region_trail = false
}
