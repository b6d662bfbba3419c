# Two modules with two trails each, of which one covers all Regions; what is said beside that changes nothing.
module "logs" {
  source     = "./logs"
  for_each   = toset(["all", "one"])
  everywhere = each.key == "all"
  trails     = 2

  providers  = { aws = aws.audit }
  depends_on = [aws_s3_bucket.logs]
}

moved {
  from = aws_cloudtrail.old
  to   = module.logs["all"].aws_cloudtrail.t
}

import {
  to = aws_cloudtrail.imported
  id = "imported"
}

removed {
  from = aws_cloudtrail.removed

  lifecycle {
    destroy = false
  }
}

check "trail" {
  assert {
    condition     = aws_cloudtrail.checked.arn != ""
    error_message = "aws_cloudtrail is missing"
  }
}
