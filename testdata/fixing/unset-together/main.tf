module "empty" {
  source = "./trail"
  trail  = {}
}

module "blank" {
  source = "./trail"
  trail = {
  }
}

module "line" {
  source = "./trail"
  trail  = { name = "line" }
}

module "lines" {
  source = "./trail"
  trail = {
    name = "lines"
  }
}

module "commas" {
  source = "./trail"
  trail = {
    name = "commas",
  }
}

module "null" {
  source = "./trail"
  trail = {
    kind = null
    name = "null"
  }
}

locals {
  decoded = yamldecode(file("${path.module}/trails.yaml"))
}

module "empty_in_yaml" {
  source = "./trail"
  trail  = local.decoded.empty
}

module "lines_in_yaml" {
  source = "./trail"
  trail  = local.decoded.lines
}
