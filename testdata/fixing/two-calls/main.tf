module "one" {
  source = "./audit"
}

module "two" {
  source = "./audit"
}
