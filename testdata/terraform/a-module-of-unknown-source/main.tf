# Its source says that it may declare a trail; Terraform has it only when a variable is known.
module "logs" {
  source = "./${var.modules}/cloudtrail"
}
