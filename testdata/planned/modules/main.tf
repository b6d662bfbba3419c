data "aws_region" "here" {}

module "audit" {
  source       = "./trail"
  for_each     = toset(["${data.aws_region.here.name}/a", "${data.aws_region.here.name}/b"])
  multi_region = endswith(each.key, "a")
  enabled      = true
}

module "spare" {
  source       = "./trail"
  count        = data.aws_region.here.name == "eu-west-1" ? 1 : 0
  multi_region = false
  enabled      = true
}

module "fixed" {
  source       = "./trail"
  multi_region = module.audit["us-east-1/a"].is_multi_region
  enabled      = length(module.audit) == 2
}
