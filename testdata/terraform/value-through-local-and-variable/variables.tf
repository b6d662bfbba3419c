variable "all_regions" {
  type    = bool
  default = "false" # a string that converts
}
