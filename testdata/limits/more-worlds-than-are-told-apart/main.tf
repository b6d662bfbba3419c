variable "v0" { type = bool }
variable "v1" { type = bool }
variable "v2" { type = bool }
variable "v3" { type = bool }
variable "v4" { type = bool }
variable "v5" { type = bool }
variable "v6" { type = bool }
variable "v7" { type = bool }
variable "v8" { type = bool }
variable "v9" { type = bool }
variable "v10" { type = bool }
variable "v11" { type = bool }
variable "v12" { type = bool }
variable "create" { type = bool }
locals { key = "${var.v0 ? 1 : 0}${var.v1 ? 1 : 0}${var.v2 ? 1 : 0}${var.v3 ? 1 : 0}${var.v4 ? 1 : 0}${var.v5 ? 1 : 0}${var.v6 ? 1 : 0}${var.v7 ? 1 : 0}${var.v8 ? 1 : 0}${var.v9 ? 1 : 0}${var.v10 ? 1 : 0}${var.v11 ? 1 : 0}${var.v12 ? 1 : 0}" }
module "audit" {
  source = "./trail"
  count  = var.create ? 1 : 0
  key    = local.key
}
