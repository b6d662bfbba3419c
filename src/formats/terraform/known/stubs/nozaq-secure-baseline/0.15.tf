variable "account_type" {
  default = "individual"
}
locals {
  alone  = var.account_type == "individual"
  master = var.account_type == "master"
}
module "cloudtrail_baseline" {
  source = "../cloudtrail-baseline/0.15.tf"

  s3_bucket_name = data.known.own.bucket

  enabled               = local.alone || local.master
  is_organization_trail = local.master
}
