locals {
  logging = { on = false }
}

module "audit" {
  source  = "example/audit/aws"
  version = "1.2.0"
  logging = local.logging
  settings = {
    everywhere = false
  }
}
