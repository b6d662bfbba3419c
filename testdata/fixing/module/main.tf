module "audit" {
  source = "./trail"

  multi_region = false
}

module "silent" {
  source = "./trail"
}
