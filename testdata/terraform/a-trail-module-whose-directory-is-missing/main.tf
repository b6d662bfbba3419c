module "cloudtrail" {
  source = "../cloudtrail-of-nobody"
}
