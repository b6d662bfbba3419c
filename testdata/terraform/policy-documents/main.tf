# The data source asks nobody, so its text is known; each trail covers all Regions if it is this one.
locals {
  minified = {
    named       = data.aws_iam_policy_document.named.minified_json
    merged      = data.aws_iam_policy_document.merged.minified_json
    for_each    = data.aws_iam_policy_document.for_each["a"].minified_json
    conditional = data.aws_iam_policy_document.conditional[0].minified_json
  }
  expected = {
    named = join("", [
      "{\"Version\":\"2012-10-17\",\"Id\":\"logs\",\"Statement\":[",
      "{\"Sid\":\"Write\",\"Effect\":\"Allow\",\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::logs/$${aws:username}/*\",",
      "\"Principal\":{\"AWS\":[\"b\",\"a\"],\"Service\":\"cloudtrail.amazonaws.com\"},",
      "\"Condition\":{\"StringEquals\":{\"aws:SourceArn\":[\"z\",\"a\"],\"s3:x-amz-acl\":\"bucket-owner-full-control\"}}},",
      "{\"Effect\":\"Deny\",\"NotAction\":[\"s3:List*\",\"s3:Get*\"],\"NotResource\":\"*\",\"NotPrincipal\":\"*\"}]}",
    ])
    merged = join("", [
      "{\"Version\":\"2012-10-17\",\"Id\":\"logs\",\"Statement\":[",
      "{\"Sid\":\"Write\",\"Effect\":\"Deny\",\"Action\":[\"s3:PutObject\"],\"Principal\":\"*\"},",
      "{\"Effect\":\"Deny\",\"NotAction\":[\"s3:List*\",\"s3:Get*\"],\"NotResource\":\"*\",\"NotPrincipal\":\"*\"},",
      "{\"Sid\":\"Read\",\"Effect\":\"Allow\",\"Action\":\"s3:Get*\"}]}",
    ])
    for_each    = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"a\"}]}"
    conditional = "{\"Version\":\"2008-10-17\"}"
  }
}

data "aws_iam_policy_document" "named" {
  policy_id = "logs"

  statement {
    sid       = "Write"
    actions   = ["s3:PutObject"]
    resources = ["arn:aws:s3:::logs/&{aws:username}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    principals {
      type        = "AWS"
      identifiers = ["a", "b", "a"]
    }

    dynamic "condition" {
      for_each = { "s3:x-amz-acl" = ["bucket-owner-full-control"], "aws:SourceArn" = ["z", "a"] }
      content {
        test     = "StringEquals"
        variable = condition.key
        values   = condition.value
      }
    }
  }

  statement {
    effect        = "Deny"
    not_actions   = ["s3:Get*", "s3:List*"]
    not_resources = ["*"]

    not_principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

data "aws_iam_policy_document" "merged" {
  source_policy_documents = [data.aws_iam_policy_document.named.json]

  statement {
    sid     = "Read"
    actions = ["s3:Get*"]
  }

  override_policy_documents = [
    jsonencode({ Statement = [{ Sid = "Write", Effect = "Deny", Action = ["s3:PutObject"], Principal = "*" }] }),
  ]
}

data "aws_iam_policy_document" "for_each" {
  for_each = toset(["a", "b"])

  statement {
    actions = [each.key]
  }
}

data "aws_iam_policy_document" "conditional" {
  count   = 1
  version = "2008-10-17"
}

data "aws_iam_policy_document" "unknown" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.logs.arn}/*"]
  }
}

resource "aws_cloudtrail" "minified" {
  for_each                   = local.expected
  name                       = each.key
  s3_bucket_name             = "logs"
  kms_key_id                 = aws_kms_key.logs.arn
  enable_log_file_validation = true
  is_multi_region_trail      = local.minified[each.key] == each.value
}

resource "aws_cloudtrail" "indented" {
  name                       = "indented"
  s3_bucket_name             = "logs"
  kms_key_id                 = aws_kms_key.logs.arn
  enable_log_file_validation = true
  is_multi_region_trail      = "${data.aws_iam_policy_document.for_each["a"].json}\n" == <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Action": "a"
        }
      ]
    }
  EOT
}

# The text isn't known, but it is certain to be there, which is enough for the key.
resource "aws_cloudtrail" "unknown" {
  name                       = "unknown"
  s3_bucket_name             = "logs"
  kms_key_id                 = data.aws_iam_policy_document.unknown.json
  enable_log_file_validation = true
  is_multi_region_trail      = data.aws_iam_policy_document.unknown.json == "{}"
}
