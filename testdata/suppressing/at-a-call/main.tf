# trailint: ignore[single-region-trail] this call only
module "accepted" {
  source = "./trail"
}

module "argued" {
  source = "./trail"

  logs = false # trailint: ignore[stopped-trail] beside the argument
}

module "counted" {
  source = "./trail"
}
