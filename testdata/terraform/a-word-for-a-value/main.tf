resource "aws_cloudtrail" "boolean" {
  is_multi_region_trail = fals
}

resource "aws_cloudtrail" "order" {
  is_multi_region_trail = ture
}

resource "aws_cloudtrail" "text" {
  is_multi_region_trail = yes
}
