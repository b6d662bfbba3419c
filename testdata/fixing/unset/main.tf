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

module "aligned" {
  source = "./trail"
  trail = {
    name                  = "aligned" # The name.
    a_longer_name_than_it = true
  }
}

module "commas" {
  source = "./trail"
  trail = {
    name = "commas",
    tags = {
      a = "b"
    },
  }
}

module "quoted" {
  source = "./trail"
  trail = {
    "name" : "quoted"
  }
}

module "null" {
  source = "./trail"
  trail = {
    name     = "null"
    validate = null
  }
}

module "empty" {
  source = "./trail"
  trail  = {}
}

module "blank" {
  source = "./trail"
  trail = {
  }
}

module "without_default" {
  source = "./trail"
  trail  = { name = "without", validate = true }
  region = { name = "x" }
}

locals {
  trail = {
    name = "local"
  }
  shared = {
    name = "shared"
  }
}

module "local" {
  source = "./trail"
  trail  = local.trail
}

module "shared" {
  source = "./trail"
  trail  = local.shared
}

module "also_shared" {
  source = "./trail"
  trail  = local.shared
}

module "each" {
  source = "./trail"
  for_each = {
    good = { name = "good", validate = true }
    bad  = { name = "bad" }
  }
  trail = each.value
}

module "trails" {
  source = "./trails"
  trails = {
    one = {
      name = "one"
    }
    two   = { name = "two", validate = true }
    three = { name = "three" }
  }
  listed = [{ name = "first" }, { name = "second", validate = true }]
}

module "made" {
  source = "./trail"
  trail  = merge({ name = "made" }, {})
}

module "for" {
  source = "./trails"
  trails = { for name in ["a", "b"] : name => { name = name } }
  listed = []
}

module "chosen" {
  source = "./trail"
  trail  = var.chosen ? { name = "chosen" } : { name = "other" }
}

variable "chosen" {
  type    = bool
  default = true
}

module "nested" {
  source = "./trails"
  trails = {}
  listed = []
  nested = {
    trail = {
      name = "nested"
    }
  }
}

module "passed" {
  source = "./trails"
  trails = var.trails
  listed = []
}

variable "trails" {
  type = map(object({ name = string }))
}

variable "own" {
  type = object({ name = string, validate = optional(bool, false) })
}

resource "aws_cloudtrail" "own" {
  name                       = "own"
  s3_bucket_name             = "logs"
  is_multi_region_trail      = true
  enable_log_file_validation = var.own.validate
}

variable "listed" {
  type = list(object({ name = string, validate = optional(bool, false) }))
}

resource "aws_cloudtrail" "listed" {
  name                       = "listed"
  s3_bucket_name             = "logs"
  is_multi_region_trail      = true
  enable_log_file_validation = var.listed[0].validate
}
