variable "account_type" {
  default = "individual"
}
variable "cloudtrail_baseline_enabled" {
  default = true
}
variable "turn_off_organization_trail" {
  default = false
}
locals {
  alone  = var.account_type == "individual"
  master = var.account_type == "master"
}
module "cloudtrail_baseline" {
  count  = var.cloudtrail_baseline_enabled && (local.alone || local.master) ? 1 : 0
  source = "../cloudtrail-baseline/0.1.tf"

  s3_bucket_name = data.known.own.bucket

  is_organization_trail = local.master && !var.turn_off_organization_trail
}
