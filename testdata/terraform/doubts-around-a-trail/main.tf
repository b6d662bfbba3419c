variable "prefix" {}

variable "statements" {}

# The prefix is what nobody knows; the bucket is the same in both.
resource "aws_s3_bucket" "logs" {
  bucket = "example-logs"
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = aws_s3_bucket.logs.arn
      },
      {
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.logs.arn}/${var.prefix}/AWSLogs/*"
      },
    ]
  })
}

resource "aws_cloudtrail" "logs" {
  name                  = "logs"
  s3_bucket_name        = aws_s3_bucket.logs.id
  s3_key_prefix         = "prod"
  is_multi_region_trail = true
}

# A policy of which only the frame is known.
resource "aws_s3_bucket" "framed" {
  bucket = "example-framed"
}

resource "aws_s3_bucket_policy" "framed" {
  bucket = aws_s3_bucket.framed.id
  policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": ${var.statements}
    }
  POLICY
}

resource "aws_cloudtrail" "framed" {
  name                  = "framed"
  s3_bucket_name        = aws_s3_bucket.framed.id
  is_multi_region_trail = true
}

# A module that isn't here is given the bucket.
resource "aws_s3_bucket" "lent" {
  bucket = "example-lent"
}

module "guard" {
  source = "example/bucket-guard/aws"
  bucket = aws_s3_bucket.lent.id
}

resource "aws_cloudtrail" "lent" {
  name                  = "lent"
  s3_bucket_name        = aws_s3_bucket.lent.id
  is_multi_region_trail = true
}
