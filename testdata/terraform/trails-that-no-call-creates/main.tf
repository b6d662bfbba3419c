module "off" {
  source = "./off"
  count  = 0
}

module "never" {
  source = "./never"
  count  = 0
}
