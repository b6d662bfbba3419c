# kics-scan disable=52ffcfa6-6c70-4ea6-8376-d828d3961669,other
# kics-scan ignore

resource "aws_cloudtrail" "checkov" {
  #checkov:skip=CKV_AWS_67:one Region is enough
  # checkov:skip=CKV_AWS_35: no key
  name = "checkov"
}

#trivy:ignore:AVD-AWS-0015 #trivy:ignore:AWS-0014
resource "aws_cloudtrail" "trivy" {
  name = "trivy"
}

resource "aws_cloudtrail" "tfsec" {
  is_multi_region_trail = false #tfsec:ignore:aws-cloudtrail-enable-all-regions:exp:9999-12-31
  kms_key_id            = "" # tfsec:ignore:aws-cloudtrail-encryption-customer-managed-key:exp:2001-12-31
}

# trivy:ignore:AVD-AWS-0163
resource "aws_s3_bucket" "logs" {
  bucket = "example-logs"
}

# trivy:ignore:aws-cloudtrail-no-public-log-access
resource "aws_s3_bucket_acl" "logs" {
  bucket = aws_s3_bucket.logs.id
  acl    = "public-read"
}

resource "aws_cloudtrail" "bucket" {
  s3_bucket_name = aws_s3_bucket.logs.id
  enable_logging = false
  kms_key_id     = "alias/trail"
}

# tflint-ignore: aws_cloudtrail_invalid_name
# checkov:skip=CKV_AWS_67:not in the block
# trivy:ignore:*
resource "aws_cloudtrail" "counted" {
  kms_key_id = "alias/trail"
}
