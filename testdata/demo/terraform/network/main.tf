resource "aws_vpc" "main" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_flow_log" "main" {
  vpc_id               = aws_vpc.main.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::example-flow-logs"
}

# Moved to terraform/audit in 2024.
#
# resource "aws_cloudtrail" "network" {
#   name           = "network"
#   s3_bucket_name = "example-network-logs"
#   enable_logging = false
# }

/*
resource "aws_cloudtrail" "network_data" {
  name           = "network-data"
  s3_bucket_name = "example-network-logs"
}
*/
