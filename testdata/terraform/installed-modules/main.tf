# What is wrong in installed code is said at its call: at the argument that decides, or at its header.
module "trail" {
  source     = "acme/trail/aws"
  version    = "1.0.0"
  everywhere = false
}

module "cloudtrail" {
  source = "acme/never-installed/aws"
}
