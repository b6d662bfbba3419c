module "audit" {
  source       = "./modules/trail"
  multi_region = var.everywhere
}

variable "everywhere" {
  type = bool
}
