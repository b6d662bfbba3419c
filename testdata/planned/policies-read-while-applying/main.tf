variable "encrypts" {
  type    = bool
  default = true
}

resource "aws_cloudtrail" "allowed" {
  name                  = "allowed"
  s3_bucket_name        = aws_s3_bucket.logs.id
  kms_key_id            = module.key.arn
  is_multi_region_trail = true
}

resource "aws_cloudtrail" "refused" {
  name                  = "refused"
  s3_bucket_name        = aws_s3_bucket.logs.id
  kms_key_id            = aws_kms_key.refusing.arn
  is_multi_region_trail = true
}

resource "aws_cloudtrail" "unstated" {
  name                  = "unstated"
  s3_bucket_name        = aws_s3_bucket.unstated.id
  is_multi_region_trail = true
}

resource "aws_iam_role" "admin" {
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

data "aws_iam_policy_document" "admin" {
  statement {
    sid       = "Admin"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.admin.arn]
    }
  }
}

data "aws_iam_policy_document" "allowing" {
  source_policy_documents = [data.aws_iam_policy_document.admin.json]

  dynamic "statement" {
    for_each = var.encrypts ? ["kms:GenerateDataKey*", "kms:DescribeKey"] : []
    content {
      actions   = [statement.value]
      resources = ["*"]
      principals {
        type        = "Service"
        identifiers = ["cloudtrail.amazonaws.com"]
      }
    }
  }
}

module "key" {
  source = "./key"
  policy = data.aws_iam_policy_document.allowing.json
}

data "aws_iam_policy_document" "refusing" {
  override_policy_documents = [data.aws_iam_policy_document.admin.json]

  statement {
    sid       = "Trail"
    actions   = ["kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudtrail.allowed.arn]
    }
  }
}

resource "aws_kms_key" "refusing" {
  policy = data.aws_iam_policy_document.refusing.minified_json
}

resource "aws_s3_bucket" "logs" {
  bucket = "example-logs"
}

data "aws_iam_policy_document" "logs" {
  statement {
    actions   = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.logs.arn]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.logs.json
}

resource "aws_s3_bucket" "unstated" {
  bucket = "example-unstated"
}

data "aws_iam_policy_document" "unstated" {
  statement {
    sid       = "Read"
    actions   = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.unstated.arn]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
  }
  statement {
    sid       = "Write"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.unstated.arn}/AWSLogs/*"]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
  }
}

resource "aws_s3_bucket_policy" "unstated" {
  bucket = aws_s3_bucket.unstated.id
  policy = data.aws_iam_policy_document.unstated.json
}
