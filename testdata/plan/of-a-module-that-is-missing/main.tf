module "audit" {
  source  = "example.com/acme/audit/aws"
  version = "1.0.0"
}

module "logs" {
  source = "./logs"
}
