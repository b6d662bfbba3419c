# resource "aws_cloudtrail" "commented_out" {
#   is_multi_region_trail = false
# }

/*
resource "aws_cloudtrail" "also_commented_out" {
}
*/

locals {
  documentation = <<-EOT
    resource "aws_cloudtrail" "in_a_heredoc" {
      is_multi_region_trail = false
    }
  EOT
  escaped       = "resource \"aws_cloudtrail\" \"in_a_string\" {}"
}

resource "aws_cloudtrail_event_data_store" "lake" {
  name = "lake"
}

data "aws_cloudtrail_service_account" "main" {}
